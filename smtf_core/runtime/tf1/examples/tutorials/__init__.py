"""``tensorflow.examples.tutorials``. Source: TensorFlow 1.11 tutorials."""
