"""What submits jobs: the estimator façade, a job's tree on this machine, waiting, showing. Never imports TensorFlow."""
