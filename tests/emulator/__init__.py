"""A small SageMaker: training jobs in containers of the Docker engine."""
