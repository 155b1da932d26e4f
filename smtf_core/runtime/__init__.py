"""What runs beside TensorFlow: reads the ``/opt/ml`` tree, runs the script, leaves the results there.

The client never imports this package; the in-process backend calls it, other backends start it.
"""
