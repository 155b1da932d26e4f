"""Heads: what turns logits into predictions, loss, metrics and exports.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.estimator.*_head``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from tensorflow_estimator.python.estimator.canned import head as _canned

from smtf_core.runtime.tf1.base import estimator, tf
from smtf_core.runtime.tf1.behaviour import script_version

_MEAN = tf.losses.Reduction.SUM_OVER_BATCH_SIZE
_LAST_TO_ADD_UP = (1, 7)


def _reduction(given: str | None) -> str:
    """What was asked for, or the default of the release."""
    if given is not None:
        return given
    version = script_version()
    adds_up = version is not None and version.minor_version <= _LAST_TO_ADD_UP
    reduction: str = tf.losses.Reduction.SUM if adds_up else _MEAN
    return reduction


def binary_classification_head(
    weight_column: Any = None,
    thresholds: Sequence[float] | None = None,
    label_vocabulary: Sequence[str] | None = None,
    loss_reduction: str | None = None,
    loss_fn: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Any:
    """Two classes, by the sigmoid of logits ``[..., 1]``.

    Args:
        weight_column: feature with the weights of the examples.
        thresholds: precision and recall are computed at these.
        label_vocabulary: the labels, if they are strings.
        loss_reduction: a ``tf.losses.Reduction``; by default SUM up to 1.7, SUM_OVER_BATCH_SIZE since.
        loss_fn: loss of ``labels, logits[, features, loss_reduction]`` instead of the cross entropy.
        name: of the head; its metrics have it.

    Returns:
        A head for ``DNNEstimator`` and others, or for ``head.create_estimator_spec(…)`` in a ``model_fn``.
    """
    return _canned._binary_logistic_head_with_sigmoid_cross_entropy_loss(
        weight_column, thresholds, label_vocabulary, _reduction(loss_reduction), loss_fn, name
    )


def multi_class_head(
    n_classes: int,
    weight_column: Any = None,
    label_vocabulary: Sequence[str] | None = None,
    loss_reduction: str | None = None,
    loss_fn: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Any:
    """More than two classes, of which one applies.

    Args:
        n_classes: more than 2.
        weight_column: feature with the weights of the examples.
        label_vocabulary: the labels, if they are strings.
        loss_reduction: a ``tf.losses.Reduction``; by default SUM up to 1.7, SUM_OVER_BATCH_SIZE since.
        loss_fn: loss to use instead of the cross entropy.
        name: of the head.

    Returns:
        A head, see :func:`binary_classification_head`.
    """
    return _canned._multi_class_head_with_softmax_cross_entropy_loss(
        n_classes, weight_column, label_vocabulary, _reduction(loss_reduction), loss_fn, name
    )


def regression_head(
    weight_column: Any = None,
    label_dimension: int = 1,
    loss_reduction: str | None = None,
    loss_fn: Callable[..., Any] | None = None,
    inverse_link_fn: Callable[[Any], Any] | None = None,
    name: str | None = None,
) -> Any:
    """Numbers, by the squared error.

    Args:
        weight_column: feature with the weights of the examples.
        label_dimension: numbers in an example.
        loss_reduction: a ``tf.losses.Reduction``; by default SUM up to 1.7, SUM_OVER_BATCH_SIZE since.
        loss_fn: loss to use instead of the squared error.
        inverse_link_fn: makes predictions of logits.
        name: of the head.

    Returns:
        A head, see :func:`binary_classification_head`.
    """
    return _canned._regression_head(
        weight_column, label_dimension, _reduction(loss_reduction), loss_fn, inverse_link_fn, name
    )


def poisson_regression_head(
    weight_column: Any = None,
    label_dimension: int = 1,
    loss_reduction: str | None = None,
    compute_full_loss: bool = True,
    name: str | None = None,
) -> Any:
    """Counts, by the Poisson distribution; the predictions are ``exp(logits)``.

    Args:
        weight_column: feature with the weights of the examples.
        label_dimension: numbers in an example.
        loss_reduction: a ``tf.losses.Reduction``; by default SUM up to 1.7, SUM_OVER_BATCH_SIZE since.
        compute_full_loss: include the terms that depend on the labels only.
        name: of the head.

    Returns:
        A head, see :func:`binary_classification_head`.
    """

    def loss(labels: Any, logits: Any) -> Any:
        return tf.nn.log_poisson_loss(targets=labels, log_input=logits, compute_full_loss=compute_full_loss)

    return regression_head(weight_column, label_dimension, loss_reduction, loss, tf.exp, name)


def logistic_regression_head(
    weight_column: Any = None, loss_reduction: str | None = None, name: str | None = None
) -> Any:
    """Numbers in ``[0, 1]``, by the cross entropy; the predictions are the sigmoid of the logits.

    Args:
        weight_column: feature with the weights of the examples.
        loss_reduction: a ``tf.losses.Reduction``; by default SUM up to 1.7, SUM_OVER_BATCH_SIZE since.
        name: of the head.

    Returns:
        A head, see :func:`binary_classification_head`.
    """

    def loss(labels: Any, logits: Any) -> Any:
        return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)

    return regression_head(weight_column, 1, loss_reduction, loss, tf.sigmoid, name)


def multi_label_head(
    n_classes: int,
    weight_column: Any = None,
    thresholds: Sequence[float] | None = None,
    label_vocabulary: Sequence[str] | None = None,
    loss_reduction: str | None = None,
    loss_fn: Callable[..., Any] | None = None,
    classes_for_class_based_metrics: Sequence[Any] | None = None,
    name: str | None = None,
) -> Any:
    """Classes of which any number applies.

    Args:
        n_classes: at least 2.
        weight_column: feature with the weights of the examples.
        thresholds: accuracy, precision and recall are computed at these.
        label_vocabulary: the labels, if they are strings.
        loss_reduction: a ``tf.losses.Reduction``; by default SUM up to 1.7, SUM_OVER_BATCH_SIZE since.
        loss_fn: loss to use instead of the cross entropy.
        classes_for_class_based_metrics: metrics are computed for each of these as well.
        name: of the head.

    Returns:
        A head, see :func:`binary_classification_head`.
    """
    return _MultiLabelHead(
        n_classes,
        weight_column,
        thresholds,
        label_vocabulary,
        _reduction(loss_reduction),
        loss_fn,
        classes_for_class_based_metrics,
        name,
    )


class _MultiLabelHead(estimator.MultiLabelHead):  # type: ignore[misc]
    """Today's head, with what TensorFlow 1 optimizers need."""

    def __init__(self, n_classes: int, weight_column: Any, thresholds: Any, vocabulary: Any, *others: Any) -> None:
        reduction, *rest = others
        # Keras 2, which today's heads use, has another word for the same mean.
        keras_reduction = {_MEAN: "sum_over_batch_size", tf.losses.Reduction.SUM: "sum"}.get(reduction)
        if keras_reduction is None:
            raise ValueError(f"multi_label_head: loss_reduction must be SUM or SUM_OVER_BATCH_SIZE, not {reduction!r}")
        super().__init__(n_classes, weight_column, thresholds, vocabulary, keras_reduction, *rest)

    def create_estimator_spec(
        self,
        features: Any,
        mode: str,
        logits: Any,
        labels: Any = None,
        optimizer: Any = None,
        train_op_fn: Callable[[Any], Any] | None = None,
        regularization_losses: Any = None,
        **others: Any,
    ) -> Any:
        if isinstance(optimizer, tf.train.Optimizer):
            train_op_fn = functools.partial(_minimize, optimizer)
            optimizer = None
        return super().create_estimator_spec(
            features,
            mode,
            logits,
            labels,
            optimizer=optimizer,
            train_op_fn=train_op_fn,
            regularization_losses=regularization_losses,
            **others,
        )


def _minimize(optimizer: Any, loss: Any) -> Any:
    return optimizer.minimize(loss, global_step=tf.train.get_global_step())
