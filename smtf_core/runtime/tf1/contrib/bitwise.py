"""``tf.contrib.bitwise``: operations on bits; ``tf.bitwise`` since TensorFlow 1.4.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.bitwise``.
"""

from __future__ import annotations

from smtf_core.runtime.tf1.base import tf

bitwise_and = tf.bitwise.bitwise_and
bitwise_or = tf.bitwise.bitwise_or
bitwise_xor = tf.bitwise.bitwise_xor
invert = tf.bitwise.invert
left_shift = tf.bitwise.left_shift
right_shift = tf.bitwise.right_shift
