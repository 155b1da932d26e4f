"""The largest value or the mean in windows.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Layers").
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.framework import add_arg_scope
from smtf_core.runtime.tf1.contrib.layers import utils
from smtf_core.runtime.tf1.contrib.layers.layer_variables import Function, channels_first


@add_arg_scope
def max_pool2d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NHWC",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Any:
    """The largest value in windows of 2 dimensions."""
    with tf.name_scope(scope, "MaxPool2D", [inputs]) as name:
        outputs = _pool(tf.nn.max_pool, 2, inputs, kernel_size, stride, padding, data_format)
        return utils.collect_named_outputs(outputs_collections, name.rstrip("/"), outputs)


@add_arg_scope
def max_pool3d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NDHWC",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Any:
    """The largest value in windows of 3 dimensions."""
    with tf.name_scope(scope, "MaxPool3D", [inputs]) as name:
        outputs = _pool(tf.nn.max_pool3d, 3, inputs, kernel_size, stride, padding, data_format)
        return utils.collect_named_outputs(outputs_collections, name.rstrip("/"), outputs)


@add_arg_scope
def avg_pool2d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NHWC",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Any:
    """The mean in windows of 2 dimensions."""
    with tf.name_scope(scope, "AvgPool2D", [inputs]) as name:
        outputs = _pool(tf.nn.avg_pool, 2, inputs, kernel_size, stride, padding, data_format)
        return utils.collect_named_outputs(outputs_collections, name.rstrip("/"), outputs)


@add_arg_scope
def avg_pool3d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NDHWC",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Any:
    """The mean in windows of 3 dimensions."""
    with tf.name_scope(scope, "AvgPool3D", [inputs]) as name:
        outputs = _pool(tf.nn.avg_pool3d, 3, inputs, kernel_size, stride, padding, data_format)
        return utils.collect_named_outputs(outputs_collections, name.rstrip("/"), outputs)


def _pool(function: Function, dims: int, inputs: Any, kernel: Any, stride: Any, padding: str, data_format: str) -> Any:
    first = channels_first(data_format)
    windows = [
        [1, 1, *values] if first else [1, *values, 1]
        for values in (utils.n_positive_integers(dims, kernel), utils.n_positive_integers(dims, stride))
    ]
    return function(inputs, *windows, padding=padding.upper(), data_format=data_format)
