"""``tf.contrib.metrics``: metrics over a stream of batches.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.metrics``. Most are those of ``tf.metrics`` with the predictions
before the labels. All give the value and the operation that adds a batch.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tensorflow.python.ops import metrics_impl as _metrics_impl
from tensorflow.python.ops.metrics_impl import metric_variable as _metric_variable

from smtf_core.runtime.tf1.base import tf

Metric = tuple[Any, Any]
Collections = Sequence[str] | None

# Keeps quotients of counts finite, as TensorFlow 1 does it.
_EPSILON = 1e-7


def _predictions_first(metric: Callable[..., Any]) -> Callable[..., Any]:
    """A metric of ``tf.metrics`` that takes ``predictions`` before ``labels``."""

    @functools.wraps(metric)
    def swapped(predictions: Any, labels: Any, *args: Any, **kwargs: Any) -> Any:
        return metric(labels, predictions, *args, **kwargs)

    labels, predictions, *others = inspect.signature(metric).parameters.values()
    swapped.__signature__ = inspect.Signature([predictions, labels, *others])  # type: ignore[attr-defined]
    return swapped


confusion_matrix = tf.confusion_matrix
set_difference = tf.sets.set_difference
set_intersection = tf.sets.set_intersection
set_size = tf.sets.set_size
set_union = tf.sets.set_union

streaming_accuracy = _predictions_first(tf.metrics.accuracy)
streaming_auc = _predictions_first(tf.metrics.auc)
streaming_false_negatives = _predictions_first(tf.metrics.false_negatives)
streaming_false_negatives_at_thresholds = _predictions_first(tf.metrics.false_negatives_at_thresholds)
streaming_false_positives = _predictions_first(tf.metrics.false_positives)
streaming_false_positives_at_thresholds = _predictions_first(tf.metrics.false_positives_at_thresholds)
streaming_mean = tf.metrics.mean
streaming_mean_absolute_error = _predictions_first(tf.metrics.mean_absolute_error)
streaming_mean_cosine_distance = _predictions_first(tf.metrics.mean_cosine_distance)
streaming_mean_iou = _predictions_first(tf.metrics.mean_iou)
streaming_mean_relative_error = _predictions_first(tf.metrics.mean_relative_error)
streaming_mean_squared_error = _predictions_first(tf.metrics.mean_squared_error)
streaming_mean_tensor = tf.metrics.mean_tensor
streaming_percentage_less = tf.metrics.percentage_below
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
        return _collected(tf.identity(total), update, metrics_collections, updates_collections)


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
            return _collected(value, update, metrics_collections, updates_collections)

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
            value, update = (first / (_EPSILON + first + second) for first, second in zip(*counts, strict=True))
            return _collected(value, update, metrics_collections, updates_collections)

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
        precision, recall = tp / (_EPSILON + tp + fp), tp / (_EPSILON + tp + fn)
        return tf.reduce_max(2.0 * precision * recall / (precision + recall + _EPSILON))

    with tf.variable_scope(name, "f1", (labels, predictions, weights)):
        value, update = (best(*counts) for counts in _counts(labels, predictions, weights, num_thresholds))
        return _collected(value, update, metrics_collections, updates_collections)


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
        recall = tf.div(tp, tp + fn + _EPSILON)
        enough = tf.cast(recall >= target_recall, tf.float32)
        # The last threshold that is good enough; they are in ascending order, so recall falls.
        index = tf.maximum(tf.cast(tf.reduce_sum(enough), tf.int32) - 1, 0)
        return tf.div(tp[index] + _EPSILON, tp[index] + fp[index] + _EPSILON)

    with tf.variable_scope(name, "precision_at_recall", (labels, predictions, weights)):
        value, update = (precision(*counts) for counts in _counts(labels, predictions, weights, num_thresholds))
        return _collected(value, update, metrics_collections, updates_collections)


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
        found = tf.div(tp, tp + fp + _EPSILON)
        distance = tf.abs(found - precision)
        if strict_mode:
            distance = tf.where(found >= precision, distance, tf.fill(tf.shape(distance), float("inf")))
        index = tf.argmin(distance, 0, output_type=tf.int32)
        nearest = tf.div(tp[index], tp[index] + fn[index] + _EPSILON)
        return tf.where(found[index] >= precision, nearest, tf.zeros_like(nearest)) if strict_mode else nearest

    with tf.variable_scope(name, "recall_at_precision", (labels, predictions, weights)):
        value, update = (recall(*counts) for counts in _counts(labels, predictions, weights, num_thresholds))
        return _collected(value, update, metrics_collections, updates_collections)


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

        return _collected(kappa(**variables), kappa(**updated), metrics_collections, updates_collections)


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
        return _collected(value, update, metrics_collections, updates_collections)


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
        return _collected(value, update, metrics_collections, updates_collections)


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
        return _collected(value, update, metrics_collections, updates_collections)


def _with_shape(variable: Any, shape: Sequence[int | None]) -> Any:
    """The value of a variable whose size changes, as a tensor that does not claim its first size."""
    return tf.placeholder_with_default(variable.read_value() if hasattr(variable, "handle") else variable, shape)


def _counts(labels: Any, predictions: Any, weights: Any, num_thresholds: int) -> list[tuple[Any, Any, Any]]:
    """True positives, false positives and false negatives at even thresholds: so far, and with this batch."""
    inner = [step / (num_thresholds - 1) for step in range(1, num_thresholds - 1)]
    thresholds = [-_EPSILON, *inner, 1.0 + _EPSILON]
    kinds = ("true_positives", "false_positives", "false_negatives")
    metrics = [getattr(tf.metrics, f"{kind}_at_thresholds")(labels, predictions, thresholds, weights) for kind in kinds]
    (tp, fp, fn), (tp_update, fp_update, fn_update) = zip(*metrics, strict=True)
    return [(tp, fp, fn), (tp_update, fp_update, fn_update)]


def _collected(value: Any, update: Any, metrics_collections: Collections, updates_collections: Collections) -> Metric:
    for collections, tensor in ((metrics_collections, value), (updates_collections, update)):
        if collections:
            tf.add_to_collections(collections, tensor)
    return value, update
