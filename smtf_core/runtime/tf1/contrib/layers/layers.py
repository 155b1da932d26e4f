"""Layers.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Layers").

The arguments that all layers share: ``activation_fn`` (applied last), ``normalizer_fn`` with ``normalizer_params``
(instead of biases), ``*_initializer``, ``*_regularizer`` (their penalties go to ``REGULARIZATION_LOSSES``), ``reuse``,
``variables_collections`` (a list, or a dict by variable), ``outputs_collections``, ``trainable``, ``scope``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.framework import add_arg_scope, model_variable
from smtf_core.runtime.tf1.contrib.layers import utils
from smtf_core.runtime.tf1.contrib.layers.initializers import xavier_initializer

Function = Callable[..., Any]

_XAVIER = xavier_initializer()
_ZEROS = tf.zeros_initializer()
_RELU: Function = tf.nn.relu


class _Variables:
    """Makes the variables of a layer."""

    def __init__(self, collections: Any, trainable: bool, dtype: Any) -> None:
        self._collections, self._trainable, self._dtype = collections, trainable, dtype.base_dtype

    def __call__(self, name: str, shape: Any, initializer: Any, regularizer: Any) -> Any:
        return model_variable(
            name,
            shape=shape,
            dtype=self._dtype,
            initializer=initializer,
            regularizer=regularizer,
            collections=utils.get_variable_collections(self._collections, name.rpartition("_")[2]),
            trainable=self._trainable,
        )


def _normalize(
    outputs: Any,
    variables: _Variables,
    normalizer: tuple[Function | None, Mapping[str, Any] | None],
    biases: tuple[Any, Any],
    axis: int = -1,
) -> Any:
    """Biases, or what stands in their place."""
    normalizer_fn, params = normalizer
    if normalizer_fn is not None:
        return normalizer_fn(outputs, **(params or {}))
    initializer, regularizer = biases
    if initializer is None:
        return outputs
    values = variables("biases", [utils.last_size(outputs, axis)], initializer, regularizer)
    if axis == -1:
        return tf.nn.bias_add(outputs, values) if outputs.shape.ndims in (2, 4) else tf.add(outputs, values)
    return outputs + tf.reshape(values, [-1] + [1] * (outputs.shape.ndims - 2))


@add_arg_scope
def fully_connected(
    inputs: Any,
    num_outputs: Any,
    activation_fn: Function | None = _RELU,
    normalizer_fn: Function | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """A fully connected layer: variables ``weights`` ``[inputs, num_outputs]`` and ``biases``.

    Args:
        inputs: ``[…, inputs]``, at least 2 dimensions.
        num_outputs: number of outputs.
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
        ``[…, num_outputs]``.

    Raises:
        ValueError: ``num_outputs`` is not an integer, or the size of ``inputs`` is unknown.
    """
    if not isinstance(num_outputs, (int, tf.Dimension)) and not hasattr(num_outputs, "__index__"):
        raise ValueError(f"num_outputs type should be one of int, got {num_outputs!r}.")
    with tf.variable_scope(scope, "fully_connected", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None or rank < 2:
            raise ValueError(f"fully_connected needs inputs of at least 2 dimensions; their shape is {inputs.shape}.")
        variables = _Variables(variables_collections, trainable, inputs.dtype)
        shape = [utils.last_size(inputs), int(num_outputs)]
        weights = variables("weights", shape, weights_initializer, weights_regularizer)
        if rank == 2:
            outputs = tf.matmul(inputs, weights)
        else:
            outputs = tf.tensordot(inputs, weights, [[rank - 1], [0]])
            outputs.set_shape([*inputs.shape.as_list()[:-1], int(num_outputs)])
        outputs = _normalize(
            outputs, variables, (normalizer_fn, normalizer_params), (biases_initializer, biases_regularizer)
        )
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


relu = functools.partial(fully_connected, activation_fn=tf.nn.relu)
relu6 = functools.partial(fully_connected, activation_fn=tf.nn.relu6)
elu = functools.partial(fully_connected, activation_fn=tf.nn.elu)
linear = functools.partial(fully_connected, activation_fn=None)


def _channels_first(data_format: str | None) -> bool:
    if data_format not in (None, "NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW"):
        raise ValueError(f"Invalid data_format: {data_format!r}")
    return data_format is not None and data_format.startswith("NC")


@add_arg_scope
def convolution(
    inputs: Any,
    num_outputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    activation_fn: Function | None = _RELU,
    normalizer_fn: Function | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
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
        first = _channels_first(data_format)
        kernel = utils.n_positive_integers(rank - 2, kernel_size)
        variables = _Variables(variables_collections, trainable, inputs.dtype)
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
        outputs = _normalize(
            outputs,
            variables,
            (normalizer_fn, normalizer_params),
            (biases_initializer, biases_regularizer),
            1 if first else -1,
        )
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


@add_arg_scope
def convolution1d(
    inputs: Any,
    num_outputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    activation_fn: Function | None = _RELU,
    normalizer_fn: Function | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """:func:`convolution` over 1 dimension."""
    return convolution(
        inputs=inputs,
        num_outputs=num_outputs,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        data_format=data_format,
        rate=rate,
        activation_fn=activation_fn,
        normalizer_fn=normalizer_fn,
        normalizer_params=normalizer_params,
        weights_initializer=weights_initializer,
        weights_regularizer=weights_regularizer,
        biases_initializer=biases_initializer,
        biases_regularizer=biases_regularizer,
        reuse=reuse,
        variables_collections=variables_collections,
        outputs_collections=outputs_collections,
        trainable=trainable,
        scope=scope,
        conv_dims=1,
    )


@add_arg_scope
def convolution2d(
    inputs: Any,
    num_outputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    activation_fn: Function | None = _RELU,
    normalizer_fn: Function | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """:func:`convolution` over 2 dimensions."""
    return convolution(
        inputs=inputs,
        num_outputs=num_outputs,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        data_format=data_format,
        rate=rate,
        activation_fn=activation_fn,
        normalizer_fn=normalizer_fn,
        normalizer_params=normalizer_params,
        weights_initializer=weights_initializer,
        weights_regularizer=weights_regularizer,
        biases_initializer=biases_initializer,
        biases_regularizer=biases_regularizer,
        reuse=reuse,
        variables_collections=variables_collections,
        outputs_collections=outputs_collections,
        trainable=trainable,
        scope=scope,
        conv_dims=2,
    )


@add_arg_scope
def convolution3d(
    inputs: Any,
    num_outputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    activation_fn: Function | None = _RELU,
    normalizer_fn: Function | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """:func:`convolution` over 3 dimensions."""
    return convolution(
        inputs=inputs,
        num_outputs=num_outputs,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        data_format=data_format,
        rate=rate,
        activation_fn=activation_fn,
        normalizer_fn=normalizer_fn,
        normalizer_params=normalizer_params,
        weights_initializer=weights_initializer,
        weights_regularizer=weights_regularizer,
        biases_initializer=biases_initializer,
        biases_regularizer=biases_regularizer,
        reuse=reuse,
        variables_collections=variables_collections,
        outputs_collections=outputs_collections,
        trainable=trainable,
        scope=scope,
        conv_dims=3,
    )


conv1d = convolution1d
conv2d = convolution2d
conv3d = convolution3d


@add_arg_scope
def convolution2d_transpose(
    inputs: Any,
    num_outputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    activation_fn: Function | None = _RELU,
    normalizer_fn: Function | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """A transposed convolution over 2 dimensions: ``weights`` ``[*kernel_size, num_outputs, inputs]``, ``biases``.

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
    with tf.variable_scope(scope, "Conv2d_transpose", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        first = _channels_first(data_format)
        kernel, strides = utils.n_positive_integers(2, kernel_size), utils.n_positive_integers(2, stride)
        variables = _Variables(variables_collections, trainable, inputs.dtype)
        shape = [*kernel, int(num_outputs), utils.last_size(inputs, 1 if first else -1)]
        weights = variables("weights", shape, weights_initializer, weights_regularizer)
        outputs = _transposed(inputs, weights, strides, padding.upper(), data_format)
        outputs = _normalize(
            outputs,
            variables,
            (normalizer_fn, normalizer_params),
            (biases_initializer, biases_regularizer),
            1 if first else -1,
        )
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


@add_arg_scope
def convolution3d_transpose(
    inputs: Any,
    num_outputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NDHWC",
    activation_fn: Function | None = _RELU,
    normalizer_fn: Function | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """A transposed convolution over 3 dimensions: ``weights`` ``[*kernel_size, num_outputs, inputs]``, ``biases``.

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
    with tf.variable_scope(scope, "Conv3d_transpose", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        first = _channels_first(data_format)
        kernel, strides = utils.n_positive_integers(3, kernel_size), utils.n_positive_integers(3, stride)
        variables = _Variables(variables_collections, trainable, inputs.dtype)
        shape = [*kernel, int(num_outputs), utils.last_size(inputs, 1 if first else -1)]
        weights = variables("weights", shape, weights_initializer, weights_regularizer)
        outputs = _transposed(inputs, weights, strides, padding.upper(), data_format)
        outputs = _normalize(
            outputs,
            variables,
            (normalizer_fn, normalizer_params),
            (biases_initializer, biases_regularizer),
            1 if first else -1,
        )
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


conv2d_transpose = convolution2d_transpose
conv3d_transpose = convolution3d_transpose


def _transposed(inputs: Any, weights: Any, strides: tuple[int, ...], padding: str, data_format: str) -> Any:
    """The transposed convolution of the smallest output that gives this input."""
    count, first = len(strides), _channels_first(data_format)
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


@add_arg_scope
def convolution2d_in_plane(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    activation_fn: Function | None = _RELU,
    normalizer_fn: Function | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
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
        variables = _Variables(variables_collections, trainable, inputs.dtype)
        weights = variables("weights", [*kernel, 1, 1], weights_initializer, weights_regularizer)
        each = tf.tile(weights, [1, 1, utils.last_size(inputs), 1])
        outputs = tf.nn.depthwise_conv2d(inputs, each, [1, *strides, 1], padding)
        outputs = _normalize(
            outputs, variables, (normalizer_fn, normalizer_params), (biases_initializer, biases_regularizer)
        )
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


conv2d_in_plane = convolution2d_in_plane


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
    activation_fn: Function | None = _RELU,
    normalizer_fn: Function | None = None,
    normalizer_params: Mapping[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    pointwise_initializer: Any = None,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
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
        first = _channels_first(data_format)
        kernel, strides = utils.n_positive_integers(2, kernel_size), utils.n_positive_integers(2, stride)
        variables = _Variables(variables_collections, trainable, inputs.dtype)
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
        outputs = _normalize(
            outputs,
            variables,
            (normalizer_fn, normalizer_params),
            (biases_initializer, biases_regularizer),
            1 if first else -1,
        )
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


separable_conv2d = separable_convolution2d


@add_arg_scope
def bias_add(
    inputs: Any,
    activation_fn: Function | None = None,
    initializer: Any = _ZEROS,
    regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Any:
    """Add ``biases`` to the channels of ``[batch, …, channels]`` (or channels first)."""
    with tf.variable_scope(scope, "BiasAdd", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        axis = 1 if _channels_first(data_format) else -1
        variables = _Variables(variables_collections, trainable, inputs.dtype)
        outputs = _normalize(inputs, variables, (None, None), (initializer, regularizer), axis)
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


@add_arg_scope
def dropout(
    inputs: Any,
    keep_prob: Any = 0.5,
    noise_shape: Any = None,
    is_training: Any = True,
    outputs_collections: Any = None,
    scope: Any = None,
    seed: int | None = None,
) -> Any:
    """Dropout while training.

    Args:
        inputs: floating point.
        keep_prob: share of the entries to keep; they are divided by it.
        noise_shape: shape of the choice, broadcast to ``inputs``.
        is_training: Python or tensor bool.
        outputs_collections: for the result.
        scope: name scope.
        seed: of the choice.

    Returns:
        A tensor like ``inputs``.
    """
    with tf.variable_scope(scope, "Dropout", [inputs]) as sc:
        inputs = tf.convert_to_tensor(inputs)
        training = tf.get_static_value(is_training) if tf.is_tensor(is_training) else bool(is_training)
        outputs = tf.identity(inputs)
        if training is None or training:
            dropped = tf.nn.dropout(inputs, rate=1 - keep_prob, noise_shape=noise_shape, seed=seed)
            outputs = dropped if training else tf.where(is_training, dropped, outputs)
        return utils.finish(sc, outputs, None, outputs_collections)


@add_arg_scope
def flatten(inputs: Any, outputs_collections: Any = None, scope: Any = None) -> Any:
    """``[batch, …]`` to ``[batch, k]``."""
    with tf.name_scope(scope, "Flatten", [inputs]) as name:
        inputs = tf.convert_to_tensor(inputs)
        count = inputs.shape[1:].num_elements()
        outputs = tf.reshape(inputs, [tf.shape(inputs)[0], -1 if count is None else count])
        outputs.set_shape([inputs.shape.as_list()[0], count])
        return utils.collect_named_outputs(outputs_collections, name.rstrip("/"), outputs)


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
    first = _channels_first(data_format)
    windows = [
        [1, 1, *values] if first else [1, *values, 1]
        for values in (utils.n_positive_integers(dims, kernel), utils.n_positive_integers(dims, stride))
    ]
    return function(inputs, *windows, padding=padding.upper(), data_format=data_format)


@add_arg_scope
def one_hot_encoding(
    labels: Any,
    num_classes: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    outputs_collections: Any = None,
    scope: Any = None,
) -> Any:
    """Integer labels as one-hot ``float32`` vectors of ``num_classes``."""
    with tf.name_scope(scope, "OneHotEncoding", [labels, num_classes]) as name:
        labels = tf.convert_to_tensor(labels)
        labels = tf.cast(labels, tf.int64) if labels.dtype == tf.int32 else labels
        outputs = tf.one_hot(labels, num_classes, on_value=on_value, off_value=off_value)
        return utils.collect_named_outputs(outputs_collections, name, outputs)


def repeat(inputs: Any, repetitions: int, layer: Function, *args: Any, **kwargs: Any) -> Any:
    """Apply a layer several times, each with its own variables: ``scope/scope_1``, ``scope/scope_2``, ….

    Args:
        inputs: of the first.
        repetitions: how many.
        layer: the layer.
        *args: for each.
        **kwargs: for each; ``scope``: of all.

    Returns:
        The last one's outputs.
    """
    scope = kwargs.pop("scope", None)
    with tf.variable_scope(scope, "Repeat", [inputs]):
        inputs = tf.convert_to_tensor(inputs)
        scope = scope or _layer_name(layer)
        for i in range(repetitions):
            inputs = layer(inputs, *args, scope=f"{scope}_{i + 1}", **kwargs)
        return inputs


def stack(inputs: Any, layer: Function, stack_args: Sequence[Any], **kwargs: Any) -> Any:
    """Apply a layer several times with different arguments: ``scope/scope_1``, ``scope/scope_2``, ….

    Args:
        inputs: of the first.
        layer: the layer.
        stack_args: for each, its argument or a list or tuple of them.
        **kwargs: for each; ``scope``: of all.

    Returns:
        The last one's outputs.

    Raises:
        ValueError: ``stack_args`` is not a list or tuple.
    """
    scope = kwargs.pop("scope", None)
    if not isinstance(stack_args, (list, tuple)):
        raise ValueError("stack_args need to be a list or tuple")  # noqa: TRY004 - TensorFlow 1's
    with tf.variable_scope(scope, "Stack", [inputs]):
        inputs = tf.convert_to_tensor(inputs)
        scope = scope or _layer_name(layer)
        for i, arguments in enumerate(stack_args):
            each = arguments if isinstance(arguments, (list, tuple)) else [arguments]
            inputs = layer(inputs, *each, scope=f"{scope}_{i + 1}", **kwargs)
        return inputs


def _layer_name(layer: Function) -> str:
    name: str = (layer.func if isinstance(layer, functools.partial) else layer).__name__
    return name


@add_arg_scope
def unit_norm(inputs: Any, dim: int, epsilon: float = 1e-07, scope: Any = None) -> Any:
    """Scale to Euclidean norm 1 along an axis."""
    with tf.variable_scope(scope, "UnitNorm", [inputs]):
        norm = tf.sqrt(epsilon + tf.reduce_sum(tf.square(inputs), axis=dim, keep_dims=True))
        return tf.div(inputs, norm)


@add_arg_scope
def maxout(inputs: Any, num_units: int, axis: int = -1, scope: Any = None) -> Any:
    """The largest of each group of features, ``num_units`` groups along an axis (Goodfellow et al., 2013).

    Raises:
        ValueError: the number of features is unknown or not a multiple of ``num_units``.
    """
    with tf.variable_scope(scope, "MaxOut", [inputs]):
        inputs = tf.convert_to_tensor(inputs)
        features = utils.last_size(inputs, axis)
        if features % num_units:
            raise ValueError(f"number of features({features}) is not a multiple of num_units({num_units})")
        sizes, dynamic, axis = inputs.shape.as_list(), tf.shape(inputs), axis % inputs.shape.ndims
        whole = [dynamic[i] if size is None else size for i, size in enumerate(sizes)]
        # A group is every num_units-th feature: the groups' axis comes last.
        groups = tf.reshape(inputs, [*whole[:axis], num_units, features // num_units, *whole[axis + 1 :]])
        return tf.reduce_max(groups, axis + 1)


@add_arg_scope
def softmax(logits: Any, scope: Any = None) -> Any:
    """Softmax over the last axis of a tensor of any rank."""
    with tf.variable_scope(scope, "softmax", [logits]):
        return tf.nn.softmax(logits)


@add_arg_scope
def spatial_softmax(
    features: Any,
    temperature: Any = None,
    name: str | None = None,
    variables_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
) -> Any:
    """For each channel, the expected position under a softmax over the image; coordinates from -1 to 1.

    Args:
        features: ``[batch, height, width, channels]``, or channels first.
        temperature: of the softmax; ``None``: a variable that starts at 1.
        name: scope.
        variables_collections: for ``temperature``.
        trainable: whether it is trained.
        data_format: ``'NHWC'`` or ``'NCHW'``.

    Returns:
        ``[batch, channels * 2]``: row and column of each channel.
    """
    with tf.variable_scope(name, "spatial_softmax"):
        features = tf.transpose(features, [0, 2, 3, 1]) if data_format == "NCHW" else tf.convert_to_tensor(features)
        height, width = (tf.shape(features)[i] for i in (1, 2))
        channels = utils.last_size(features)
        # A temperature that is given is a variable too, as in the original, but a fixed one.
        heat = model_variable(
            "temperature",
            shape=(),
            dtype=tf.float32,
            initializer=tf.ones_initializer() if temperature is None else tf.constant_initializer(temperature),
            collections=utils.get_variable_collections(variables_collections, "temperature"),
            trainable=trainable,
        )
        x, y = tf.meshgrid(tf.lin_space(-1.0, 1.0, width), tf.lin_space(-1.0, 1.0, height))
        flat = tf.reshape(tf.transpose(features, [0, 3, 1, 2]), [-1, height * width])
        attention = tf.nn.softmax(flat / heat)
        expected = [tf.reduce_sum(tf.reshape(at, [1, -1]) * attention, [1], keep_dims=True) for at in (y, x)]
        return tf.reshape(tf.concat(expected, 1), [-1, channels * 2])


@add_arg_scope
def images_to_sequence(
    inputs: Any, data_format: str = "NHWC", outputs_collections: Any = None, scope: Any = None
) -> Any:
    """``[batch, height, width, channels]`` to sequences of columns ``[width, batch * height, channels]``."""
    with tf.name_scope(scope, "ImagesToSequence", [inputs]) as name:
        order = [3, 0, 2, 1] if data_format == "NCHW" else [2, 0, 1, 3]
        inputs = tf.transpose(inputs, order)
        sizes, dynamic = inputs.shape.as_list(), tf.shape(inputs)
        outputs = tf.reshape(inputs, [dynamic[0], dynamic[1] * dynamic[2], dynamic[3]])
        outputs.set_shape([sizes[0], None if None in sizes[1:3] else sizes[1] * sizes[2], sizes[3]])
        return utils.collect_named_outputs(outputs_collections, name, outputs)


@add_arg_scope
def dense_to_sparse(tensor: Any, eos_token: int = 0, outputs_collections: Any = None, scope: Any = None) -> Any:
    """A sparse tensor of the entries that are not ``eos_token``."""
    with tf.variable_scope(scope, "dense_to_sparse", [tensor]) as sc:
        tensor = tf.convert_to_tensor(tensor)
        where = tf.where(tf.not_equal(tensor, tf.constant(eos_token, tensor.dtype)))
        sparse = tf.SparseTensor(where, tf.gather_nd(tensor, where), tf.shape(tensor, out_type=tf.int64))
        return utils.collect_named_outputs(outputs_collections, sc.name, sparse)
