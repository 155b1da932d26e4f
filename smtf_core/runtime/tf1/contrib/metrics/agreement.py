"""How far labels and predictions agree: in a batch, and beyond chance.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.metrics``.
"""

from __future__ import annotations

from typing import Any

from tensorflow.python.ops.metrics_impl import metric_variable as _metric_variable

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.metrics.collected import Collections, Metric, collected


def accuracy(predictions: Any, labels: Any, weights: Any = None, name: str | None = None) -> Any:
    """The share of right predictions in one batch. Nothing is kept between batches.

    Args:
        predictions: truth values, integers or strings.
        labels: of the same type and shape.
        weights: weights of the entries; they multiply, they are not normalized.
        name: of the operation.

    Returns:
        Scalar, ``tf.float32``.

    Raises:
        ValueError: the types differ or are none of those.
    """
    predictions, labels = tf.convert_to_tensor(predictions), tf.convert_to_tensor(labels)
    if not (labels.dtype.is_integer or labels.dtype in (tf.bool, tf.string)):
        raise ValueError(f"Labels should have bool, integer, or string dtype, not {labels.dtype.name}")
    if labels.dtype != predictions.dtype:
        raise ValueError(
            f"Dtypes of predictions and labels should match. Given: predictions ({predictions.dtype.name}) "
            f"and labels ({labels.dtype.name})"
        )
    with tf.name_scope(name, "accuracy", [predictions, labels]):
        right = tf.cast(tf.equal(predictions, labels), tf.float32)
        if weights is None:
            return tf.reduce_mean(right)
        weighted = right * weights
        return tf.reduce_sum(weighted) / tf.reduce_sum(tf.cast(tf.broadcast_to(weights, tf.shape(right)), tf.float32))


def cohen_kappa(
    labels: Any,
    predictions_idx: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> Metric:
    """Cohen's kappa: the agreement of two annotations beyond chance.

    Args:
        labels: ``[batch]``, integers.
        predictions_idx: ``[batch]``, integers.
        num_classes: how many classes there are.
        weights: weights of the examples.
        metrics_collections: where the value goes.
        updates_collections: where the update goes.
        name: of the variable scope.

    Returns:
        Value and update: scalars, ``tf.float64``.
    """
    with tf.variable_scope(name, "cohen_kappa", (labels, predictions_idx, weights)):
        labels, predictions_idx = tf.reshape(labels, [-1]), tf.reshape(predictions_idx, [-1])
        given = None if weights is None else tf.cast(tf.reshape(weights, [-1]), tf.int64)
        batch = tf.confusion_matrix(labels, predictions_idx, num_classes, tf.int64, weights=given)
        sums = {"po": tf.diag_part(batch), "pe_row": tf.reduce_sum(batch, 0), "pe_col": tf.reduce_sum(batch, 1)}
        variables = {key: _metric_variable([num_classes], tf.int64, name=key) for key in sums}
        updated = {key: tf.assign_add(variables[key], sums[key]) for key in sums}

        def kappa(po: Any, pe_row: Any, pe_col: Any) -> Any:
            po, pe_row, pe_col = (tf.cast(part, tf.float64) for part in (po, pe_row, pe_col))
            total = tf.reduce_sum(pe_row)
            agreed, chance = tf.reduce_sum(po), tf.reduce_sum(tf.div_no_nan(pe_row * pe_col, total))
            return tf.div_no_nan(agreed - chance, total - chance)

        return collected(kappa(**variables), kappa(**updated), metrics_collections, updates_collections)
