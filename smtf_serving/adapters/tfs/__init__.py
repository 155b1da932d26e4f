"""Adapter ``tfs``: TensorFlow Serving's REST API, and the SageMaker container's ``/invocations`` in front of it."""
