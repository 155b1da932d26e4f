"""``tf.contrib.lite``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.lite``."""

from smtf_core.runtime.tf1.base import tf

Interpreter = tf.lite.Interpreter
OpHint = tf.lite.OpHint
TFLiteConverter = tf.lite.TFLiteConverter
TocoConverter = tf.lite.TocoConverter
constants = tf.lite.constants
toco_convert = tf.lite.toco_convert
