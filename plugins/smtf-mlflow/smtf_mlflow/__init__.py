"""Parameters, metrics and models of smtf's trainings in MLflow."""
