"""Counts and everything seen; several metrics as one.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.metrics``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tensorflow.python.ops.metrics_impl import metric_variable as _metric_variable

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.metrics.collected import Collections, Metric, collected


def aggregate_metrics(*value_update_tuples: Metric) -> tuple[list[Any], list[Any]]:
    """Values and updates of several metrics.

    Args:
        *value_update_tuples: what the metrics gave.

    Returns:
        All values, all updates.

    Raises:
        ValueError: there are none.
    """
    if not value_update_tuples:
        raise ValueError("Expected at least one value_tensor/update_op pair")
    values, updates = zip(*value_update_tuples, strict=True)
    return list(values), list(updates)


def aggregate_metric_map(names_to_tuples: Mapping[str, Metric]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values and updates of several metrics by name.

    Args:
        names_to_tuples: name → what the metric gave.

    Returns:
        Name → value, name → update.
    """
    values = {name: value for name, (value, _) in names_to_tuples.items()}
    return values, {name: update for name, (_, update) in names_to_tuples.items()}


def count(
    values: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> Metric:
    """The number of entries so far, or the sum of their weights.

    Args:
        values: any shape; only the shape matters.
        weights: broadcast to ``values``.
        metrics_collections: where the value goes.
        updates_collections: where the update goes.
        name: of the variable scope.

    Returns:
        Value and update: scalars, ``tf.float32``.
    """
    with tf.variable_scope(name, "count", (values, weights)):
        total = _metric_variable([], tf.float32, name="count")
        values = tf.convert_to_tensor(values)
        if weights is None:
            batch = tf.cast(tf.size(values), tf.float32)
        else:
            batch = tf.reduce_sum(tf.broadcast_to(tf.cast(weights, tf.float32), tf.shape(values)))
        update = tf.assign_add(total, batch)
        return collected(tf.identity(total), update, metrics_collections, updates_collections)


def streaming_concat(
    values: Any,
    axis: int = 0,
    max_size: int | None = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> Metric:
    """All values so far, one after the other.

    Args:
        values: the rank, and all of the shape but the size along ``axis``, must be known.
        axis: along which they are joined.
        max_size: no more than this many entries along ``axis`` are kept; by default all.
        metrics_collections: where the value goes.
        updates_collections: where the update goes.
        name: of the variable scope.

    Returns:
        Value: of the type of ``values``; update: the size along ``axis``, scalar ``tf.int32``.

    Raises:
        ValueError: the rank or the shape is not known, or ``axis`` is not among the dimensions.
    """
    with tf.variable_scope(name, "streaming_concat", (values,)):
        values = tf.convert_to_tensor(values)
        rank = values.shape.ndims
        if rank is None:
            raise ValueError("`values` must have known statically known rank")
        if not -rank <= axis < rank:
            raise ValueError(f"axis = {axis} not in [0, {rank})")
        axis %= rank
        others = [size for dimension, size in enumerate(values.shape.as_list()) if dimension != axis]
        if None in others:
            raise ValueError("all dimensions of `values` other than the dimension to concatenate along must be known")
        # Kept with the joined dimension first.
        order = [axis, *(dimension for dimension in range(rank) if dimension != axis)]
        rows = tf.transpose(values, order)
        kept = _metric_variable([0, *others], values.dtype, validate_shape=False, name="array")
        joined = tf.concat([_with_shape(kept, [None, *others]), rows], 0)
        if max_size is not None:
            joined = joined[:max_size]
        update = tf.shape(tf.assign(kept, joined, validate_shape=False))[0]
        back = [order.index(dimension) for dimension in range(rank)]
        value = tf.transpose(_with_shape(kept, [None, *others]), back)
        return collected(value, update, metrics_collections, updates_collections)


def _with_shape(variable: Any, shape: Sequence[int | None]) -> Any:
    """The value of a variable whose size changes, as a tensor that does not claim its first size."""
    return tf.placeholder_with_default(variable.read_value() if hasattr(variable, "handle") else variable, shape)
