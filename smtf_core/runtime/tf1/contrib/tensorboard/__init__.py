"""``tf.contrib.tensorboard``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.tensorboard``."""
