"""Tensors: checks and small helpers.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.framework``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf

sort = tf.sort
argsort = tf.argsort


def is_tensor(x: Any) -> bool:
    """Whether ``x`` is a tensor, a sparse tensor, an ``IndexedSlices`` or a variable."""
    found: bool = tf.is_tensor(x)
    return found


def assert_scalar(tensor: Any, name: str | None = None) -> Any:
    """The tensor, once its static shape is known to be ``[]``.

    Raises:
        ValueError: it is not.
    """
    with tf.name_scope(name, "assert_scalar", [tensor]):
        tensor = tf.convert_to_tensor(tensor)
        if tensor.shape.ndims != 0:
            raise ValueError(f"Expected scalar shape for {tensor.name}, saw shape: {tensor.shape}.")
        return tensor


def assert_scalar_int(tensor: Any, name: str | None = None) -> Any:
    """As :func:`assert_scalar`, for a tensor of integers.

    Raises:
        ValueError: not a scalar, or not integer.
    """
    with tf.name_scope(name, "assert_scalar_int", [tensor]):
        tensor = tf.convert_to_tensor(tensor)
        if not tensor.dtype.base_dtype.is_integer:
            raise ValueError(f"Expected integer type for {tensor.name}, received type: {tensor.dtype}.")
        return assert_scalar(tensor)


def assert_same_float_dtype(tensors: Sequence[Any] | None = None, dtype: Any = None) -> Any:
    """The floating point type that all tensors have; ``float32`` if there is nothing to tell it.

    Raises:
        ValueError: they differ, or the type is not a floating point type.
    """
    kinds = {tf.as_dtype(t.dtype).base_dtype for t in tensors or ()} | ({tf.as_dtype(dtype)} if dtype else set())
    if len(kinds) > 1:
        raise ValueError(f"Tensors have different types: {sorted(kind.name for kind in kinds)}.")
    kind = kinds.pop() if kinds else tf.float32
    if not kind.is_floating:
        raise ValueError(f"Expected floating point type, got {kind.name}.")
    return kind


def reduce_sum_n(tensors: Sequence[Any], name: str | None = None) -> Any:
    """The sum of all entries of all tensors.

    Raises:
        ValueError: no tensors.
    """
    if not tensors:
        raise ValueError("No tensors provided.")
    with tf.name_scope(name, "reduce_sum_n", list(tensors)) as scope:
        return tf.add_n([tf.reduce_sum(tensor) for tensor in tensors], name=scope)


def remove_squeezable_dimensions(predictions: Any, labels: Any, name: str | None = None) -> tuple[Any, Any]:
    """Drop a last dimension of size 1 that only one of two tensors has.

    Returns:
        Predictions and labels.
    """
    with tf.name_scope(name, "remove_squeezable_dimensions", [predictions, labels]):
        predictions, labels = tf.convert_to_tensor(predictions), tf.convert_to_tensor(labels)
        left, right = predictions.shape.ndims, labels.shape.ndims
        if left is None or right is None:
            return predictions, labels
        if left == right + 1 and predictions.shape[-1].is_compatible_with(1):
            predictions = tf.squeeze(predictions, [-1])
        elif right == left + 1 and labels.shape[-1].is_compatible_with(1):
            labels = tf.squeeze(labels, [-1])
        return predictions, labels


def with_shape(expected_shape: Any, tensor: Any) -> Any:
    """The tensor with its shape checked: at once where it is known, else when it runs.

    Args:
        expected_shape: list, ``TensorShape`` or integer tensor.
        tensor: the tensor.

    Returns:
        The tensor.

    Raises:
        ValueError: the static shape differs.
    """
    tensor = tf.convert_to_tensor(tensor)
    if tf.is_tensor(expected_shape):
        known = tf.get_static_value(expected_shape)
        if known is None:
            check = tf.assert_equal(expected_shape, tf.shape(tensor, out_type=expected_shape.dtype))
            with tf.control_dependencies([check]):
                return tf.identity(tensor)
        expected_shape = known.tolist()
    expected = tf.TensorShape(expected_shape)
    if not tensor.shape.is_compatible_with(expected):
        raise ValueError(f"Invalid shape for {tensor.name}: expected {expected}, got {tensor.shape}.")
    return tensor if tensor.shape.is_fully_defined() else tf.ensure_shape(tensor, expected)


def with_same_shape(expected_tensor: Any, tensor: Any) -> Any:
    """:func:`with_shape` with another tensor's shape."""
    static = tf.convert_to_tensor(expected_tensor).shape
    return with_shape(static if static.is_fully_defined() else tf.shape(expected_tensor), tensor)


def convert_to_tensor_or_sparse_tensor(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A sparse tensor as it is, anything else as a tensor.

    Raises:
        RuntimeError: a sparse tensor of another type than ``dtype``.
    """
    return tf.convert_to_tensor_or_sparse_tensor(value, dtype, name)


def get_placeholders(graph: Any) -> list[Any]:
    """The placeholders of a graph."""
    return [op.outputs[0] for op in graph.get_operations() if op.type in ("Placeholder", "PlaceholderWithDefault")]


def get_name_scope() -> str:
    """The current name scope, without a slash at its end."""
    name: str = tf.get_default_graph().get_name_scope()
    return name
