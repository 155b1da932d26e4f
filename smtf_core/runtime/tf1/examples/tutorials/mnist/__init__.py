"""``tensorflow.examples.tutorials.mnist``. Source: TensorFlow 1.11 tutorial "MNIST for ML beginners"."""

from smtf_core.runtime.tf1.contrib.learn.datasets import mnist as input_data

__all__ = ["input_data"]
