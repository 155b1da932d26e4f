"""Rates and scores made of the counts of true and false, positives and negatives.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.metrics``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.metrics.collected import EPSILON, Collections, Metric, collected


def _rate(part: str, other: str) -> Callable[..., Metric]:
    """The share of one count in the sum of two, for single predictions."""

    def rate(
        predictions: Any,
        labels: Any,
        weights: Any = None,
        metrics_collections: Collections = None,
        updates_collections: Collections = None,
        name: str | None = None,
    ) -> Metric:
        with tf.variable_scope(name, part[:-1] + "_rate", (predictions, labels, weights)):
            counts = [getattr(tf.metrics, kind)(labels, predictions, weights) for kind in (part, other)]
            value, update = (tf.div_no_nan(first, first + second) for first, second in zip(*counts, strict=True))
            return collected(value, update, metrics_collections, updates_collections)

    return rate


def _rate_at_thresholds(part: str, other: str) -> Callable[..., Metric]:
    """The share of one count in the sum of two, at thresholds."""

    def rate(
        predictions: Any,
        labels: Any,
        thresholds: Any,
        weights: Any = None,
        metrics_collections: Collections = None,
        updates_collections: Collections = None,
        name: str | None = None,
    ) -> Metric:
        with tf.variable_scope(name, part[:-1] + "_rate_at_thresholds", (predictions, labels, weights)):
            counts = [
                getattr(tf.metrics, f"{kind}_at_thresholds")(labels, predictions, thresholds, weights)
                for kind in (part, other)
            ]
            value, update = (first / (EPSILON + first + second) for first, second in zip(*counts, strict=True))
            return collected(value, update, metrics_collections, updates_collections)

    return rate


streaming_false_negative_rate = _rate("false_negatives", "true_positives")
streaming_false_negative_rate_at_thresholds = _rate_at_thresholds("false_negatives", "true_positives")
streaming_false_positive_rate = _rate("false_positives", "true_negatives")
streaming_false_positive_rate_at_thresholds = _rate_at_thresholds("false_positives", "true_negatives")


def f1_score(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> Metric:
    """The best F1 score over thresholds.

    Args:
        labels: truth values, or numbers that are taken for them.
        predictions: of the same shape, in ``[0, 1]``.
        weights: weights of the entries.
        num_thresholds: how many thresholds, evenly over ``[0, 1]``.
        metrics_collections: where the value goes.
        updates_collections: where the update goes.
        name: of the variable scope.

    Returns:
        Value and update: scalars, ``tf.float32``.
    """

    def best(tp: Any, fp: Any, fn: Any) -> Any:
        precision, recall = tp / (EPSILON + tp + fp), tp / (EPSILON + tp + fn)
        return tf.reduce_max(2.0 * precision * recall / (precision + recall + EPSILON))

    with tf.variable_scope(name, "f1", (labels, predictions, weights)):
        value, update = (best(*counts) for counts in _counts(labels, predictions, weights, num_thresholds))
        return collected(value, update, metrics_collections, updates_collections)


def precision_at_recall(
    labels: Any,
    predictions: Any,
    target_recall: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> Metric:
    """Precision at the threshold whose recall is the smallest that reaches ``target_recall``.

    Args:
        labels: truth values, or numbers that are taken for them.
        predictions: of the same shape, in ``[0, 1]``.
        target_recall: in ``[0, 1]``.
        weights: weights of the entries.
        num_thresholds: how many thresholds, evenly over ``[0, 1]``.
        metrics_collections: where the value goes.
        updates_collections: where the update goes.
        name: of the variable scope.

    Returns:
        Value and update: scalars, ``tf.float32``.

    Raises:
        ValueError: ``target_recall`` is not in ``[0, 1]``.
    """
    if not 0 <= target_recall <= 1:
        raise ValueError("`target_recall` must be in the range [0, 1].")

    def precision(tp: Any, fp: Any, fn: Any) -> Any:
        recall = tf.div(tp, tp + fn + EPSILON)
        enough = tf.cast(recall >= target_recall, tf.float32)
        # The last threshold that is good enough; they are in ascending order, so recall falls.
        index = tf.maximum(tf.cast(tf.reduce_sum(enough), tf.int32) - 1, 0)
        return tf.div(tp[index] + EPSILON, tp[index] + fp[index] + EPSILON)

    with tf.variable_scope(name, "precision_at_recall", (labels, predictions, weights)):
        value, update = (precision(*counts) for counts in _counts(labels, predictions, weights, num_thresholds))
        return collected(value, update, metrics_collections, updates_collections)


def recall_at_precision(
    labels: Any,
    predictions: Any,
    precision: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
    strict_mode: bool = False,
) -> Metric:
    """Recall at the threshold whose precision is nearest to ``precision``.

    Args:
        labels: truth values, or numbers that are taken for them.
        predictions: of the same shape, in ``[0, 1]``.
        precision: in ``[0, 1]``.
        weights: weights of the entries.
        num_thresholds: how many thresholds, evenly over ``[0, 1]``.
        metrics_collections: where the value goes.
        updates_collections: where the update goes.
        name: of the variable scope.
        strict_mode: only thresholds that reach ``precision`` count; 0 when there are none.

    Returns:
        Value and update: scalars, ``tf.float32``.

    Raises:
        ValueError: ``precision`` is not in ``[0, 1]``.
    """
    if not 0 <= precision <= 1:
        raise ValueError("`precision` must be in the range [0, 1].")

    def recall(tp: Any, fp: Any, fn: Any) -> Any:
        found = tf.div(tp, tp + fp + EPSILON)
        distance = tf.abs(found - precision)
        if strict_mode:
            distance = tf.where(found >= precision, distance, tf.fill(tf.shape(distance), float("inf")))
        index = tf.argmin(distance, 0, output_type=tf.int32)
        nearest = tf.div(tp[index], tp[index] + fn[index] + EPSILON)
        return tf.where(found[index] >= precision, nearest, tf.zeros_like(nearest)) if strict_mode else nearest

    with tf.variable_scope(name, "recall_at_precision", (labels, predictions, weights)):
        value, update = (recall(*counts) for counts in _counts(labels, predictions, weights, num_thresholds))
        return collected(value, update, metrics_collections, updates_collections)


def _counts(labels: Any, predictions: Any, weights: Any, num_thresholds: int) -> list[tuple[Any, Any, Any]]:
    """True positives, false positives and false negatives at even thresholds: so far, and with this batch."""
    inner = [step / (num_thresholds - 1) for step in range(1, num_thresholds - 1)]
    thresholds = [-EPSILON, *inner, 1.0 + EPSILON]
    kinds = ("true_positives", "false_positives", "false_negatives")
    metrics = [getattr(tf.metrics, f"{kind}_at_thresholds")(labels, predictions, thresholds, weights) for kind in kinds]
    (tp, fp, fn), (tp_update, fp_update, fn_update) = zip(*metrics, strict=True)
    return [(tp, fp, fn), (tp_update, fp_update, fn_update)]
