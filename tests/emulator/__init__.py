"""A small SageMaker: training jobs and endpoints that really run, in processes or in containers of the Docker engine."""
