"""``tf.contrib.proto``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.proto``."""

from smtf_core.runtime.tf1.base import tf

decode_proto = tf.io.decode_proto
encode_proto = tf.io.encode_proto
