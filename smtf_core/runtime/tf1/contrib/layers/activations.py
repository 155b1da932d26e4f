"""Layers that change values, not shapes; of them all but the spatial softmax have no variables.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Layers").
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.framework import add_arg_scope, model_variable
from smtf_core.runtime.tf1.contrib.layers import utils


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
