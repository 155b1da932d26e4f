"""Runs a job on Amazon SageMaker."""
