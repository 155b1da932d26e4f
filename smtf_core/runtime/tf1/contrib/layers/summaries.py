"""Summaries of tensors and collections.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Summaries").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from smtf_core.runtime.tf1.base import tf


def summarize_tensor(tensor: Any, tag: str | None = None) -> Any:
    """A scalar summary of a scalar, a histogram of anything else.

    Args:
        tensor: the tensor.
        tag: its name by default.

    Returns:
        The summary.
    """
    tag = tag or tensor.op.name
    if tensor.shape.ndims == 0:
        return tf.summary.scalar(tag, tensor)
    return tf.summary.histogram(tag, tensor)


def summarize_activation(op: Any) -> Any:
    """A histogram of an activation; of ReLUs, also the share of zeros."""
    if op.op.type in ("Relu", "Softplus", "Relu6"):
        zeros = tf.reduce_mean(tf.cast(tf.less(op, tf.cast(0.0, op.dtype)), tf.float32))
        tf.summary.scalar(f"{op.op.name}/zeros", zeros)
    if op.op.type == "Relu6":
        sixes = tf.reduce_mean(tf.cast(tf.greater(op, tf.cast(6.0, op.dtype)), tf.float32))
        tf.summary.scalar(f"{op.op.name}/sixes", sixes)
    return tf.summary.histogram(f"{op.op.name}/activation", op)


def summarize_tensors(tensors: Iterable[Any], summarizer: Callable[[Any], Any] = summarize_tensor) -> list[Any]:
    """A summary of each tensor."""
    return [summarizer(tensor) for tensor in tensors]


def summarize_collection(
    collection: str, name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_tensor
) -> list[Any]:
    """A summary of each tensor of a collection whose name starts with what ``name_filter`` matches."""
    return [
        summarizer(item.value() if hasattr(item, "value") and not isinstance(item, tf.Tensor) else item)
        for item in tf.get_collection(collection, name_filter)
    ]


def summarize_activations(
    name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_activation
) -> list[Any]:
    """:func:`summarize_collection` of ``ACTIVATIONS``."""
    return summarize_collection(tf.GraphKeys.ACTIVATIONS, name_filter, summarizer)
