"""What submits jobs: the estimator façade, the job's tree for local backends, waiting and showing. Never imports TensorFlow."""
