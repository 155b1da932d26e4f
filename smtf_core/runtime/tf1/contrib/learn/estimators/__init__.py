"""Estimators of ``tf.contrib.learn``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn``."""
