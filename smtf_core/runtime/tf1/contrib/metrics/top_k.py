"""Metrics of the classes with the highest predictions.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.metrics``.
"""

from __future__ import annotations

from typing import Any

from tensorflow.python.ops import metrics_impl as _metrics_impl

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.metrics.collected import Collections, Metric


def streaming_sparse_average_precision_at_top_k(
    top_k_predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> Metric:
    """``streaming_sparse_average_precision_at_k`` of classes that are sorted already.

    Args:
        top_k_predictions: ``[…, k]``, integers, the best first.
        labels: ``[…, labels]``, integers, dense or sparse.
        weights: weights of the examples.
        metrics_collections: where the value goes.
        updates_collections: where the update goes.
        name: of the operations.

    Returns:
        The mean, and its update.
    """
    return _metrics_impl._streaming_sparse_average_precision_at_top_k(  # type: ignore[no-any-return]
        labels, top_k_predictions, weights, metrics_collections, updates_collections, name
    )


def streaming_recall_at_k(
    predictions: Any,
    labels: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> Metric:
    """How often the label is among the ``k`` classes with the highest predictions.

    Args:
        predictions: ``[batch, classes]``, float.
        labels: ``[batch]``, ``tf.int32`` or ``tf.int64``.
        k: how many classes count.
        weights: weights of the examples.
        metrics_collections: where the value goes.
        updates_collections: where the update goes.
        name: of the variable scope.

    Returns:
        Value and update: scalars, ``tf.float32``.
    """
    found = tf.cast(tf.nn.in_top_k(predictions, labels, k), tf.float32)
    return tf.metrics.mean(  # type: ignore[no-any-return]
        found, weights, metrics_collections, updates_collections, name or f"recall_at_{k}"
    )


def sparse_recall_at_top_k(
    labels: Any,
    top_k_predictions: Any,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> Metric:
    """``tf.metrics.recall_at_top_k``.

    Args:
        labels: ``[..., labels]``, ``tf.int64``, dense or sparse.
        top_k_predictions: ``[..., k]``, classes.
        class_id: look at this class only.
        weights: weights of the examples.
        metrics_collections: where the value goes.
        updates_collections: where the update goes.
        name: of the variable scope.

    Returns:
        Value and update: scalars, ``tf.float64``.
    """
    return tf.metrics.recall_at_top_k(  # type: ignore[no-any-return]
        labels,
        top_k_predictions,
        class_id=class_id,
        weights=weights,
        metrics_collections=metrics_collections,
        updates_collections=updates_collections,
        name=name,
    )


def streaming_sparse_precision_at_top_k(
    top_k_predictions: Any,
    labels: Any,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> Metric:
    """``tf.metrics.precision_at_top_k``; arguments and result as :func:`sparse_recall_at_top_k`."""
    return tf.metrics.precision_at_top_k(  # type: ignore[no-any-return]
        labels,
        top_k_predictions,
        class_id=class_id,
        weights=weights,
        metrics_collections=metrics_collections,
        updates_collections=updates_collections,
        name=name,
    )
