"""The loss of sequence models. Source: TensorFlow 1.11 API documentation, ``tf.contrib.seq2seq.sequence_loss``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.base import tf

# Keeps the average of a sequence without any weight finite.
_TINY = 1e-12


def sequence_loss(
    logits: Any,
    targets: Any,
    weights: Any,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Any:
    """Weighted cross entropy of sequences of logits.

    Args:
        logits: ``[batch, length, classes]``.
        targets: ``[batch, length]`` integers.
        weights: ``[batch, length]``: 1 where a prediction counts, 0 for padding.
        average_across_timesteps: divide by the weights of the steps.
        average_across_batch: divide by the weights of the sequences.
        softmax_loss_function: of ``labels`` and ``logits``; sparse softmax cross entropy by default.
        name: of the operations.

    Returns:
        A scalar, or what is left after the averages: ``[batch]``, ``[length]`` or ``[batch, length]``.

    Raises:
        ValueError: an argument has the wrong number of dimensions.
    """
    for argument, value, rank in (("logits", logits, 3), ("targets", targets, 2), ("weights", weights, 2)):
        if len(value.get_shape()) != rank:
            raise ValueError(f"sequence_loss: {argument} must have {rank} dimensions, not {len(value.get_shape())}")
    with tf.name_scope(name, "sequence_loss", [logits, targets, weights]):
        loss_function = softmax_loss_function or tf.nn.sparse_softmax_cross_entropy_with_logits
        flat_logits = tf.reshape(logits, [-1, tf.shape(logits)[2]])
        flat_logits.set_shape([None, logits.shape[2]])
        losses = loss_function(labels=tf.reshape(targets, [-1]), logits=flat_logits) * tf.reshape(weights, [-1])
        losses = tf.reshape(losses, tf.shape(logits)[:2])
        losses.set_shape(logits.shape[:2])
        axes = [axis for axis, averaged in enumerate((average_across_batch, average_across_timesteps)) if averaged]
        if not axes:
            return losses
        return tf.reduce_sum(losses, axes) / (tf.reduce_sum(weights, axes) + _TINY)
