"""``tensorflow.examples``, as far as scripts import from it. Source: TensorFlow 1.11 tutorials."""
