"""``tf.contrib.losses``: the losses of ``tf.losses`` with predictions first.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.losses``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.framework import add_arg_scope
from smtf_core.runtime.tf1.contrib.losses import metric_learning as metric_learning

add_loss = add_arg_scope(tf.losses.add_loss)
get_losses = tf.losses.get_losses
get_regularization_losses = tf.losses.get_regularization_losses
get_total_loss = tf.losses.get_total_loss


@add_arg_scope
def absolute_difference(predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None) -> Any:
    """The mean of ``|predictions - labels|``."""
    return tf.losses.absolute_difference(labels, predictions, weights, scope)


@add_arg_scope
def mean_squared_error(predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None) -> Any:
    """The mean of ``(predictions - labels) ** 2``."""
    return tf.losses.mean_squared_error(labels, predictions, weights, scope)


@add_arg_scope
def log_loss(
    predictions: Any, labels: Any = None, weights: Any = 1.0, epsilon: float = 1e-07, scope: str | None = None
) -> Any:
    """The cross entropy of predicted probabilities."""
    return tf.losses.log_loss(labels, predictions, weights, epsilon, scope)


@add_arg_scope
def sigmoid_cross_entropy(
    logits: Any, multi_class_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: str | None = None
) -> Any:
    """The cross entropy of independent classes."""
    return tf.losses.sigmoid_cross_entropy(multi_class_labels, logits, weights, label_smoothing, scope)


@add_arg_scope
def softmax_cross_entropy(
    logits: Any, onehot_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: str | None = None
) -> Any:
    """The cross entropy of exclusive classes, one-hot labels."""
    return tf.losses.softmax_cross_entropy(onehot_labels, logits, weights, label_smoothing, scope)


@add_arg_scope
def sparse_softmax_cross_entropy(logits: Any, labels: Any, weights: Any = 1.0, scope: str | None = None) -> Any:
    """The cross entropy of exclusive classes, integer labels."""
    return tf.losses.sparse_softmax_cross_entropy(labels, logits, weights, scope)


@add_arg_scope
def compute_weighted_loss(losses: Any, weights: Any = 1.0, scope: str | None = None) -> Any:
    """The mean of losses, by weight."""
    return tf.losses.compute_weighted_loss(losses, weights, scope)


@add_arg_scope
def hinge_loss(logits: Any, labels: Any = None, scope: str | None = None) -> Any:
    """``max(0, 1 - label * logit)``, where a label of 0 counts as -1: of each entry, neither averaged nor collected."""
    with tf.name_scope(scope, "hinge_loss", [logits, labels]):
        signs = 2 * tf.cast(labels, tf.float32) - 1
        return tf.nn.relu(1 - signs * tf.cast(logits, tf.float32))


@add_arg_scope
def mean_pairwise_squared_error(
    predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None
) -> Any:
    """The sum over examples of how the differences between pairs of entries differ, twice the variance of the errors.

    ``tf.losses`` takes it of other pairs, and the mean over examples.

    Args:
        predictions: ``[batch, …]``.
        labels: likewise.
        weights: a number, or ``[batch]``.
        scope: name scope.

    Returns:
        Scalar.

    Raises:
        ValueError: ``weights`` has more than one entry an example.
    """
    with tf.name_scope(scope, "mean_pairwise_squared_error", [predictions, labels]):
        weights = tf.convert_to_tensor(weights, tf.float32)
        if any(size != 1 for size in weights.shape.as_list()[1:]):
            raise ValueError(f"weights must have one entry an example; their shape is {weights.shape}")
        errors = tf.cast(predictions, tf.float32) - tf.cast(labels, tf.float32)
        _, variance = tf.nn.moments(errors, list(range(1, errors.shape.ndims)))
        loss = tf.reduce_sum(2 * variance * tf.reshape(weights, [-1]))
        tf.losses.add_loss(loss)
        return loss


@add_arg_scope
def cosine_distance(
    predictions: Any,
    labels: Any = None,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    dim: int | None = None,
) -> Any:
    """One minus the product of unit vectors along ``axis`` (``dim`` is its older name)."""
    return tf.losses.cosine_distance(labels, predictions, axis if axis is not None else dim, weights, scope)
