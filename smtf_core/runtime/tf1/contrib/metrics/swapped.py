"""The metrics of ``tf.metrics``, with the predictions before the labels.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.metrics``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.base import tf


def _predictions_first(metric: Callable[..., Any]) -> Callable[..., Any]:
    """A metric of ``tf.metrics`` that takes ``predictions`` before ``labels``."""

    @functools.wraps(metric)
    def swapped(predictions: Any, labels: Any, *args: Any, **kwargs: Any) -> Any:
        return metric(labels, predictions, *args, **kwargs)

    labels, predictions, *others = inspect.signature(metric).parameters.values()
    swapped.__signature__ = inspect.Signature([predictions, labels, *others])  # type: ignore[attr-defined]
    return swapped


streaming_accuracy = _predictions_first(tf.metrics.accuracy)
streaming_auc = _predictions_first(tf.metrics.auc)
streaming_false_negatives = _predictions_first(tf.metrics.false_negatives)
streaming_false_negatives_at_thresholds = _predictions_first(tf.metrics.false_negatives_at_thresholds)
streaming_false_positives = _predictions_first(tf.metrics.false_positives)
streaming_false_positives_at_thresholds = _predictions_first(tf.metrics.false_positives_at_thresholds)
streaming_mean_absolute_error = _predictions_first(tf.metrics.mean_absolute_error)
streaming_mean_cosine_distance = _predictions_first(tf.metrics.mean_cosine_distance)
streaming_mean_iou = _predictions_first(tf.metrics.mean_iou)
streaming_mean_relative_error = _predictions_first(tf.metrics.mean_relative_error)
streaming_mean_squared_error = _predictions_first(tf.metrics.mean_squared_error)
streaming_precision = _predictions_first(tf.metrics.precision)
streaming_precision_at_thresholds = _predictions_first(tf.metrics.precision_at_thresholds)
streaming_recall = _predictions_first(tf.metrics.recall)
streaming_recall_at_thresholds = _predictions_first(tf.metrics.recall_at_thresholds)
streaming_root_mean_squared_error = _predictions_first(tf.metrics.root_mean_squared_error)
streaming_sensitivity_at_specificity = _predictions_first(tf.metrics.sensitivity_at_specificity)
streaming_sparse_average_precision_at_k = _predictions_first(tf.metrics.average_precision_at_k)
streaming_sparse_precision_at_k = _predictions_first(tf.metrics.precision_at_k)
streaming_sparse_recall_at_k = _predictions_first(tf.metrics.recall_at_k)
streaming_specificity_at_sensitivity = _predictions_first(tf.metrics.specificity_at_sensitivity)
streaming_true_negatives = _predictions_first(tf.metrics.true_negatives)
streaming_true_negatives_at_thresholds = _predictions_first(tf.metrics.true_negatives_at_thresholds)
streaming_true_positives = _predictions_first(tf.metrics.true_positives)
streaming_true_positives_at_thresholds = _predictions_first(tf.metrics.true_positives_at_thresholds)
