"""The largest value or the mean in windows.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Layers").
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.framework import add_arg_scope
from smtf_core.runtime.tf1.contrib.layers import utils
from smtf_core.runtime.tf1.contrib.layers.layer_variables import Function, channels_first


def _layer(name: str, scope_name: str, dims: int, function: Function, what: str) -> Function:
    """A pooling layer for inputs of so many dimensions."""

    def pool(
        inputs: Any,
        kernel_size: Any,
        stride: Any = 2,
        padding: str = "VALID",
        data_format: str = "NHWC" if dims == 2 else "NDHWC",
        outputs_collections: Any = None,
        scope: Any = None,
    ) -> Any:
        with tf.name_scope(scope, scope_name, [inputs]) as full_name:
            outputs = _pool(function, dims, inputs, kernel_size, stride, padding, data_format)
            return utils.collect_named_outputs(outputs_collections, full_name.rstrip("/"), outputs)

    pool.__name__ = pool.__qualname__ = name
    pool.__doc__ = f"{what} in windows of {dims} dimensions."
    return add_arg_scope(pool)


max_pool2d = _layer("max_pool2d", "MaxPool2D", 2, tf.nn.max_pool, "The largest value")
max_pool3d = _layer("max_pool3d", "MaxPool3D", 3, tf.nn.max_pool3d, "The largest value")
avg_pool2d = _layer("avg_pool2d", "AvgPool2D", 2, tf.nn.avg_pool, "The mean")
avg_pool3d = _layer("avg_pool3d", "AvgPool3D", 3, tf.nn.avg_pool3d, "The mean")


def _pool(function: Function, dims: int, inputs: Any, kernel: Any, stride: Any, padding: str, data_format: str) -> Any:
    first = channels_first(data_format)
    windows = [
        [1, 1, *values] if first else [1, *values, 1]
        for values in (utils.n_positive_integers(dims, kernel), utils.n_positive_integers(dims, stride))
    ]
    return function(inputs, *windows, padding=padding.upper(), data_format=data_format)
