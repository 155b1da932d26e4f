"""Fully connected layers, and biases alone.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Layers").
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
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
def fully_connected(
    inputs: Any,
    num_outputs: Any,
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
        variables = Variables(variables_collections, trainable, inputs.dtype)
        shape = [utils.last_size(inputs), int(num_outputs)]
        weights = variables("weights", shape, weights_initializer, weights_regularizer)
        if rank == 2:
            outputs = tf.matmul(inputs, weights)
        else:
            outputs = tf.tensordot(inputs, weights, [[rank - 1], [0]])
            outputs.set_shape([*inputs.shape.as_list()[:-1], int(num_outputs)])
        outputs = normalize(
            outputs, variables, (normalizer_fn, normalizer_params), (biases_initializer, biases_regularizer)
        )
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


relu = functools.partial(fully_connected, activation_fn=tf.nn.relu)
relu6 = functools.partial(fully_connected, activation_fn=tf.nn.relu6)
elu = functools.partial(fully_connected, activation_fn=tf.nn.elu)
linear = functools.partial(fully_connected, activation_fn=None)


@add_arg_scope
def bias_add(
    inputs: Any,
    activation_fn: Function | None = None,
    initializer: Any = ZEROS,
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
        axis = 1 if channels_first(data_format) else -1
        variables = Variables(variables_collections, trainable, inputs.dtype)
        outputs = normalize(inputs, variables, (None, None), (initializer, regularizer), axis)
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


def legacy_fully_connected(
    x: Any,
    num_output_units: int,
    activation_fn: Function | None = None,
    weight_init: Any = XAVIER,
    bias_init: Any = ZEROS,
    name: str | None = None,
    weight_collections: Sequence[str] = (tf.GraphKeys.WEIGHTS,),
    bias_collections: Sequence[str] = (tf.GraphKeys.BIASES,),
    output_collections: Sequence[str] = (tf.GraphKeys.ACTIVATIONS,),
    trainable: bool = True,
    weight_regularizer: Any = None,
    bias_regularizer: Any = None,
) -> Any:
    """The fully connected layer of TensorFlow 0.x: variables ``weights`` ``[inputs, num_output_units]``, ``bias``.

    Args:
        x: ``[…, inputs]``, at least 2 dimensions.
        num_output_units: number of outputs.
        activation_fn: applied last.
        weight_init: of the weights.
        bias_init: of the biases; ``None``: no biases.
        name: variable scope; ``fully_connected`` by default.
        weight_collections: for the weights.
        bias_collections: for the biases.
        output_collections: for the result.
        trainable: whether the variables are trained.
        weight_regularizer: of the weights.
        bias_regularizer: of the biases.

    Returns:
        ``[…, num_output_units]``.

    Raises:
        ValueError: the inputs have fewer than 2 dimensions, or an unknown size.
    """
    with tf.variable_scope(name, "fully_connected", [x]):
        x = tf.convert_to_tensor(x)
        if x.shape.ndims is None or x.shape.ndims < 2:
            raise ValueError(f"rank of x must be at least 2 not: {x.shape.ndims}")

        def variable(name: str, shape: list[int], initializer: Any, regularizer: Any, collections: Any) -> Any:
            keys = {*collections, tf.GraphKeys.GLOBAL_VARIABLES}
            return tf.get_variable(
                name, shape, x.dtype, initializer, regularizer, trainable=trainable, collections=sorted(keys)
            )

        sizes = [utils.last_size(x), int(num_output_units)]
        weights = variable("weights", sizes, weight_init, weight_regularizer, weight_collections)
        outputs = tf.matmul(x, weights) if x.shape.ndims == 2 else tf.tensordot(x, weights, 1)
        if bias_init is not None:
            outputs = outputs + variable("bias", sizes[1:], bias_init, bias_regularizer, bias_collections)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        tf.add_to_collections(list(output_collections or ()), outputs)
        return outputs


legacy_linear = functools.partial(legacy_fully_connected, activation_fn=None)
legacy_relu = functools.partial(legacy_fully_connected, activation_fn=tf.nn.relu)
