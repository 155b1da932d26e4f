"""Modules that scripts reach as ``tf.contrib.opt.python.training``.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt``.
"""
