"""Layers that change the form of what goes through them.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Layers").
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.framework import add_arg_scope
from smtf_core.runtime.tf1.contrib.layers import utils


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
def sequence_to_images(
    inputs: Any,
    height: int,
    output_data_format: str = "channels_last",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Any:
    """What :func:`images_to_sequence` made, of images of this height, back to images.

    Args:
        inputs: ``[width, batch * height, channels]``.
        height: of the images.
        output_data_format: ``'channels_last'`` or ``'channels_first'``.
        outputs_collections: for the result.
        scope: name scope.

    Returns:
        ``[batch, height, width, channels]``, or channels first.
    """
    with tf.name_scope(scope, "SequenceToImages", [inputs]) as name:
        inputs = tf.convert_to_tensor(inputs)
        width, rows, depth = inputs.shape.as_list()
        count = -1 if rows is None else rows // height
        outputs = tf.reshape(inputs, [tf.shape(inputs)[0] if width is None else width, count, height, depth])
        order = [1, 3, 2, 0] if output_data_format == "channels_first" else [1, 2, 0, 3]
        return utils.collect_named_outputs(outputs_collections, name, tf.transpose(outputs, order))


@add_arg_scope
def dense_to_sparse(tensor: Any, eos_token: int = 0, outputs_collections: Any = None, scope: Any = None) -> Any:
    """A sparse tensor of the entries that are not ``eos_token``."""
    with tf.variable_scope(scope, "dense_to_sparse", [tensor]) as sc:
        tensor = tf.convert_to_tensor(tensor)
        where = tf.where(tf.not_equal(tensor, tf.constant(eos_token, tensor.dtype)))
        sparse = tf.SparseTensor(where, tf.gather_nd(tensor, where), tf.shape(tensor, out_type=tf.int64))
        return utils.collect_named_outputs(outputs_collections, sc.name, sparse)
