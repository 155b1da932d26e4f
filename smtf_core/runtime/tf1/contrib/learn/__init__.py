"""``tf.contrib.learn``, as far as it is brought back: the dataset loaders.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn``.
"""
