"""Convolutions of depth and points apart.

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


@add_arg_scope
def separable_convolution2d(
    inputs: Any,
    num_outputs: int | None,
    kernel_size: Any,
    depth_multiplier: int = 1,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    rate: Any = 1,
    activation_fn: Function | None = RELU,
    normalizer_fn: Function | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = XAVIER,
    pointwise_initializer: Any = None,
    weights_regularizer: Any = None,
    biases_initializer: Any = ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """A depthwise convolution, then one of 1 x 1: ``depthwise_weights``, ``pointwise_weights``, ``biases``.

    Args:
        inputs: ``[batch, height, width, channels]``, or channels first by ``data_format``.
        num_outputs: number of filters; ``None``: the depthwise convolution only.
        kernel_size: one integer or two.
        depth_multiplier: number of depthwise filters for each channel.
        stride: one integer or two.
        padding: ``'SAME'`` or ``'VALID'``.
        data_format: ``'NHWC'`` or ``'NCHW'``.
        rate: dilation.
        pointwise_initializer: of ``pointwise_weights``; ``weights_initializer`` by default.
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
    with tf.variable_scope(scope, "SeparableConv2d", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        first = channels_first(data_format)
        kernel, strides = utils.n_positive_integers(2, kernel_size), utils.n_positive_integers(2, stride)
        variables = Variables(variables_collections, trainable, inputs.dtype)
        channels = utils.last_size(inputs, 1 if first else -1)
        shape = [*kernel, channels, depth_multiplier]
        weights = variables("depthwise_weights", shape, weights_initializer, weights_regularizer)
        options = {
            "strides": [1, 1, *strides] if first else [1, *strides, 1],
            "padding": padding.upper(),
            "rate": utils.n_positive_integers(2, rate),
            "data_format": data_format,
        }
        if num_outputs is None:
            outputs = tf.nn.depthwise_conv2d(inputs, weights, **options)
        else:
            pointwise = variables(
                "pointwise_weights",
                [1, 1, channels * depth_multiplier, num_outputs],
                pointwise_initializer or weights_initializer,
                weights_regularizer,
            )
            outputs = tf.nn.separable_conv2d(inputs, weights, pointwise, **options)
        outputs = normalize(
            outputs,
            variables,
            (normalizer_fn, normalizer_params),
            (biases_initializer, biases_regularizer),
            1 if first else -1,
        )
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


separable_conv2d = separable_convolution2d
