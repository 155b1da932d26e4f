"""``tf.contrib.checkpoint``: keeping checkpoints of objects.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.checkpoint``.
"""

from smtf_core.runtime.tf1.base import tf

CheckpointManager = tf.train.CheckpointManager
