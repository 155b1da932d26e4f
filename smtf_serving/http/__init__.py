"""HTTP in front of a model server: our own transport, and an ASGI application for others'."""
