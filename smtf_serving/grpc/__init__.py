"""TensorFlow Serving's gRPC API, beside the HTTP server of the same models (extra ``grpc``)."""
