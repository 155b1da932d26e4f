"""``tf.contrib.eager``: eager execution.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.eager``.
"""

from __future__ import annotations

from smtf_core.runtime.tf1.base import tf

Checkpoint = tf.train.Checkpoint
GradientTape = tf.GradientTape
TensorSpec = tf.TensorSpec
custom_gradient = tf.custom_gradient
enable_eager_execution = tf.enable_eager_execution
executing_eagerly = tf.executing_eagerly
in_eager_mode = tf.executing_eagerly
py_func = tf.py_function
