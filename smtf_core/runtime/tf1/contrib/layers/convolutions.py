"""Convolutions.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Layers").
"""

from __future__ import annotations

import inspect
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


@add_arg_scope
def convolution(
    inputs: Any,
    num_outputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
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
    conv_dims: int | None = None,
) -> Any:
    """A convolution over 1, 2 or 3 dimensions: ``weights`` ``[*kernel_size, inputs, num_outputs]``, ``biases``.

    Args:
        inputs: ``[batch, …, channels]``, or channels first by ``data_format``.
        num_outputs: number of filters.
        kernel_size: an integer, or one for each dimension.
        stride: likewise.
        padding: ``'SAME'`` or ``'VALID'``.
        data_format: ``'NHWC'`` (default), ``'NCHW'``, and the like for other ranks.
        rate: dilation; not together with ``stride``.
        conv_dims: the number of dimensions that the inputs must have.
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

    Raises:
        ValueError: an argument does not suit the inputs.
    """
    with tf.variable_scope(scope, "Conv", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank not in (3, 4, 5):
            raise ValueError(f"Convolution not supported for input with rank {rank}")
        if conv_dims is not None and conv_dims + 2 != rank:
            raise ValueError(f"Convolution expects input with rank {conv_dims + 2}, got {rank}")
        first = channels_first(data_format)
        kernel = utils.n_positive_integers(rank - 2, kernel_size)
        variables = Variables(variables_collections, trainable, inputs.dtype)
        shape = [*kernel, utils.last_size(inputs, 1 if first else -1), int(num_outputs)]
        weights = variables("weights", shape, weights_initializer, weights_regularizer)
        outputs = tf.nn.convolution(
            inputs,
            weights,
            padding=padding.upper(),
            strides=utils.n_positive_integers(rank - 2, stride),
            dilation_rate=utils.n_positive_integers(rank - 2, rate),
            data_format=data_format,
        )
        outputs = normalize(
            outputs,
            variables,
            (normalizer_fn, normalizer_params),
            (biases_initializer, biases_regularizer),
            1 if first else -1,
        )
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


def _over(dims: int) -> Function:
    """:func:`convolution` for inputs of so many dimensions, with arguments of its own in an arg scope."""
    genuine = inspect.unwrap(convolution)
    signature = inspect.signature(genuine)

    def over(*args: Any, **kwargs: Any) -> Any:
        return genuine(*args, **kwargs, conv_dims=dims)

    over.__name__ = over.__qualname__ = f"convolution{dims}d"
    over.__doc__ = f":func:`convolution` over {dims} dimension{'s' * (dims > 1)}."
    over.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[each for each in signature.parameters.values() if each.name != "conv_dims"]
    )
    return add_arg_scope(over)


convolution1d, convolution2d, convolution3d = map(_over, (1, 2, 3))
conv1d = convolution1d
conv2d = convolution2d
conv3d = convolution3d


@add_arg_scope
def convolution2d_in_plane(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
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
    """The same convolution for each channel by itself: ``weights`` ``[height, width, 1, 1]``, ``biases``.

    Args:
        inputs: ``[batch, height, width, channels]``.
        kernel_size: one integer or two.
        stride: likewise.
        padding: ``'SAME'`` or ``'VALID'``.
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
    with tf.variable_scope(scope, "ConvInPlane", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        kernel, strides = utils.n_positive_integers(2, kernel_size), utils.n_positive_integers(2, stride)
        variables = Variables(variables_collections, trainable, inputs.dtype)
        weights = variables("weights", [*kernel, 1, 1], weights_initializer, weights_regularizer)
        each = tf.tile(weights, [1, 1, utils.last_size(inputs), 1])
        outputs = tf.nn.depthwise_conv2d(inputs, each, [1, *strides, 1], padding)
        outputs = normalize(
            outputs, variables, (normalizer_fn, normalizer_params), (biases_initializer, biases_regularizer)
        )
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


conv2d_in_plane = convolution2d_in_plane
