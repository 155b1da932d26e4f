"""``tf.contrib.compiler``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.compiler``."""
