"""``tf.contrib.eager``: eager execution.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.eager``.
"""

from __future__ import annotations

from typing import Any

from tensorflow.python.eager import context as _context
from tensorflow.python.eager.backprop import gradients_function as gradients_function
from tensorflow.python.eager.backprop import implicit_grad as implicit_gradients  # noqa: F401
from tensorflow.python.eager.backprop import implicit_val_and_grad as implicit_value_and_gradients  # noqa: F401
from tensorflow.python.eager.backprop import val_and_grad_function as value_and_gradients_function  # noqa: F401
from tensorflow.python.ops.resource_variable_ops import ResourceVariable as Variable  # noqa: F401

from smtf_core.runtime.tf1.base import tf

Checkpoint = tf.train.Checkpoint
GradientTape = tf.GradientTape
TensorSpec = tf.TensorSpec
custom_gradient = tf.custom_gradient
enable_eager_execution = tf.enable_eager_execution
executing_eagerly = tf.executing_eagerly
in_eager_mode = tf.executing_eagerly
py_func = tf.py_function
defun = tf.function
make_template = tf.make_template
run = tf.app.run


def get_optimizer_variables(optimizer: Any) -> list[Any]:
    """An optimizer's own variables."""
    return list(optimizer.variables())


def list_devices() -> list[str]:
    """Names of the devices."""
    return list(_context.context().devices())


def num_gpus() -> int:
    """Number of GPUs."""
    return int(_context.context().num_gpus())
