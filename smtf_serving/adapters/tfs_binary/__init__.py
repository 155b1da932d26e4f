"""Adapter ``tfs-binary``: the user's own ``tensorflow_model_server``, with ``/invocations`` in front of it."""
