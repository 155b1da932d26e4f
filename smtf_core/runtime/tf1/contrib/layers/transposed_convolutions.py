"""Transposed convolutions.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Layers").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.framework import add_arg_scope
from smtf_core.runtime.tf1.contrib.layers import utils
from smtf_core.runtime.tf1.contrib.layers.layer_variables import (
    RELU,
    XAVIER,
    ZEROS,
    Function,
    Variables,
    channels_first,
    normalize,
)


def _over(dims: int) -> Function:
    """The layer for inputs of so many dimensions."""

    def transposed(
        inputs: Any,
        num_outputs: Any,
        kernel_size: Any,
        stride: Any = 1,
        padding: str = "SAME",
        data_format: str = "NHWC" if dims == 2 else "NDHWC",
        activation_fn: Function | None = RELU,
        normalizer_fn: Function | None = None,
        normalizer_params: Mapping[str, Any] | None = None,
        weights_initializer: Any = XAVIER,
        weights_regularizer: Any = None,
        biases_initializer: Any = ZEROS,
        biases_regularizer: Any = None,
        reuse: Any = None,
        variables_collections: Any = None,
        outputs_collections: Any = None,
        trainable: bool = True,
        scope: Any = None,
    ) -> Any:
        """A transposed convolution: ``weights`` ``[*kernel_size, num_outputs, inputs]``, ``biases``.

        Args:
            inputs: ``[batch, …, channels]``, or channels first by ``data_format``.
            num_outputs: number of filters.
            kernel_size: an integer, or one for each dimension.
            stride: likewise.
            padding: ``'SAME'`` or ``'VALID'``.
            data_format: channels last or first.
            activation_fn: applied last.
            normalizer_fn: applied instead of biases.
            normalizer_params: arguments of ``normalizer_fn``.
            weights_initializer: of the weights.
            weights_regularizer: of the weights.
            biases_initializer: of the biases; ``None``: no biases.
            biases_regularizer: of the biases.
            reuse: reuse the variables.
            variables_collections: for the variables; a list, or a dict by variable.
            outputs_collections: for the result.
            trainable: whether the variables are trained.
            scope: variable scope.

        Returns:
            The outputs.
        """
        with tf.variable_scope(scope, f"Conv{dims}d_transpose", [inputs], reuse=reuse) as sc:
            inputs = tf.convert_to_tensor(inputs)
            first = channels_first(data_format)
            kernel, strides = utils.n_positive_integers(dims, kernel_size), utils.n_positive_integers(dims, stride)
            variables = Variables(variables_collections, trainable, inputs.dtype)
            shape = [*kernel, int(num_outputs), utils.last_size(inputs, 1 if first else -1)]
            weights = variables("weights", shape, weights_initializer, weights_regularizer)
            outputs = _transposed(inputs, weights, strides, padding.upper(), data_format)
            outputs = normalize(
                outputs,
                variables,
                (normalizer_fn, normalizer_params),
                (biases_initializer, biases_regularizer),
                1 if first else -1,
            )
            return utils.finish(sc, outputs, activation_fn, outputs_collections)

    transposed.__name__ = transposed.__qualname__ = f"convolution{dims}d_transpose"
    return add_arg_scope(transposed)


convolution2d_transpose, convolution3d_transpose = map(_over, (2, 3))
conv2d_transpose = convolution2d_transpose
conv3d_transpose = convolution3d_transpose


def _transposed(inputs: Any, weights: Any, strides: tuple[int, ...], padding: str, data_format: str) -> Any:
    """The transposed convolution of the smallest output that gives this input."""
    count, first = len(strides), channels_first(data_format)
    start = 2 if first else 1
    kernel, outputs = weights.shape.as_list()[:count], weights.shape.as_list()[-2]
    static, dynamic = inputs.shape.as_list(), tf.shape(inputs)

    def size(i: int, of: Any) -> Any:
        known = of[start + i]
        return (
            None
            if known is None
            else known * strides[i] + (max(kernel[i] - strides[i], 0) if padding == "VALID" else 0)
        )

    def shape(of: Any) -> list[Any]:
        space = [size(i, of) for i in range(count)]
        return [of[0], outputs, *space] if first else [of[0], *space, outputs]

    ones = [1, 1, *strides] if first else [1, *strides, 1]
    function = tf.nn.conv2d_transpose if count == 2 else tf.nn.conv3d_transpose
    result = function(inputs, weights, tf.stack(shape(dynamic)), ones, padding=padding, data_format=data_format)
    result.set_shape(shape(static))
    return result
