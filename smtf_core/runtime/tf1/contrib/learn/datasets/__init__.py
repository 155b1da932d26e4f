"""``tf.contrib.learn.datasets``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.datasets``."""
