"""Metrics of how two streams vary together.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.metrics``.
"""

from __future__ import annotations

from typing import Any

from tensorflow.python.ops.metrics_impl import metric_variable as _metric_variable

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.metrics.collected import Collections, Metric, collected


def streaming_covariance(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> Metric:
    """The unbiased sample covariance of predictions and labels.

    Args:
        predictions: any shape.
        labels: of the same shape.
        weights: how often each entry counts.
        metrics_collections: where the value goes.
        updates_collections: where the update goes.
        name: of the variable scope.

    Returns:
        Value and update: scalars, ``tf.float32``; not a number before there are two entries.
    """
    with tf.variable_scope(name, "covariance", (predictions, labels, weights)):
        x, y = tf.cast(predictions, tf.float32), tf.cast(labels, tf.float32)
        w = tf.ones_like(y) if weights is None else tf.broadcast_to(tf.cast(weights, tf.float32), tf.shape(y))
        names = ("count", "mean_prediction", "mean_label", "comoment")
        seen, mean_x, mean_y, comoment = (_metric_variable([], tf.float32, name=key) for key in names)

        added = tf.reduce_sum(w)
        all_ = seen + added
        batch_x, batch_y = (tf.div_no_nan(tf.reduce_sum(part * w), added) for part in (x, y))
        step_x, step_y = batch_x - mean_x, batch_y - mean_y
        batch_comoment = tf.reduce_sum((x - batch_x) * (y - batch_y) * w)
        change = batch_comoment + step_x * step_y * tf.div_no_nan(seen * added, all_)
        share = tf.div_no_nan(added, all_)
        with tf.control_dependencies([all_, change, share * step_x, share * step_y]):
            updates = [
                tf.assign_add(mean_x, share * step_x),
                tf.assign_add(mean_y, share * step_y),
                tf.assign_add(seen, added),
                tf.assign_add(comoment, change),
            ]

        def covariance(total: Any, number: Any) -> Any:
            return tf.where(number < 2, tf.constant(float("nan")), tf.truediv(total, number - 1))

        value = covariance(comoment, seen)
        with tf.control_dependencies(updates):
            update = covariance(tf.identity(updates[3]), tf.identity(updates[2]))
        return collected(value, update, metrics_collections, updates_collections)


def streaming_pearson_correlation(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> Metric:
    """Pearson's correlation of predictions and labels; arguments and result as :func:`streaming_covariance`."""
    with tf.variable_scope(name, "pearson_r", (predictions, labels, weights)):
        both = streaming_covariance(predictions, labels, weights, name="covariance")
        first = streaming_covariance(predictions, predictions, weights, name="variance_predictions")
        second = streaming_covariance(labels, labels, weights, name="variance_labels")
        value, update = (tf.truediv(both[part], tf.sqrt(first[part]) * tf.sqrt(second[part])) for part in (0, 1))
        return collected(value, update, metrics_collections, updates_collections)
