"""``tf.contrib.tensorboard.plugins``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.tensorboard.plugins``."""
