"""Losses of sequences, and models for sequences of several lengths.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.legacy_seq2seq``; names of variables: its checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.decoding import Decoded


def sequence_loss_by_example(
    logits: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    average_across_timesteps: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Any:
    """The weighted cross entropy of each sequence.

    Args:
        logits: of each step, ``[batch, symbols]``.
        targets: of each step, numbers of symbols ``[batch]``.
        weights: of each step, ``[batch]``.
        average_across_timesteps: divide by the sum of the weights.
        softmax_loss_function: loss of ``labels, logits`` instead of the cross entropy.
        name: of the operation.

    Returns:
        ``[batch]``.

    Raises:
        ValueError: the lists are of different lengths.
    """
    if not len(logits) == len(targets) == len(weights):
        raise ValueError(
            f"Lengths of logits, weights, and targets must be the same {len(logits)}, {len(weights)}, {len(targets)}."
        )
    with tf.name_scope(name, "sequence_loss_by_example", [*logits, *targets, *weights]):
        losses = []
        for given, target, weight in zip(logits, targets, weights, strict=True):
            if softmax_loss_function is None:
                labels = tf.reshape(target, [-1])
                loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=given)
            else:
                loss = softmax_loss_function(labels=target, logits=given)
            losses.append(loss * weight)
        total = tf.add_n(losses)
        # The small number keeps sequences without weights from dividing by nothing.
        return total / (tf.add_n(list(weights)) + 1e-12) if average_across_timesteps else total


def sequence_loss(
    logits: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Any:
    """The sum of :func:`sequence_loss_by_example`, or its average if ``average_across_batch``."""
    with tf.name_scope(name, "sequence_loss", [*logits, *targets, *weights]):
        cost = tf.reduce_sum(
            sequence_loss_by_example(logits, targets, weights, average_across_timesteps, softmax_loss_function)
        )
        return cost / tf.cast(tf.shape(targets[0])[0], cost.dtype) if average_across_batch else cost


def model_with_buckets(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    buckets: Sequence[tuple[int, int]],
    seq2seq: Callable[[Sequence[Any], Sequence[Any]], Decoded],
    softmax_loss_function: Callable[..., Any] | None = None,
    per_example_loss: bool = False,
    name: str | None = None,
) -> tuple[list[list[Any]], list[Any]]:
    """A model for each pair of lengths, all with the same variables.

    Args:
        encoder_inputs: of as many steps as the longest bucket has.
        decoder_inputs: likewise.
        targets: likewise.
        weights: likewise.
        buckets: lengths of input and output.
        seq2seq: makes outputs and state of encoder's and decoder's inputs.
        softmax_loss_function: see :func:`sequence_loss_by_example`.
        per_example_loss: give the loss of each sequence.
        name: of the operations.

    Returns:
        Outputs and losses, for each bucket.

    Raises:
        ValueError: a list is shorter than the last bucket.
    """
    for what, given, wanted in (
        ("encoder_inputs", encoder_inputs, buckets[-1][0]),
        ("targets", targets, buckets[-1][1]),
        ("weights", weights, buckets[-1][1]),
    ):
        if len(given) < wanted:
            raise ValueError(f"Length of {what} ({len(given)}) must be at least that of last bucket ({wanted}).")
    measure = sequence_loss_by_example if per_example_loss else sequence_loss
    outputs, losses = [], []
    with tf.name_scope(name, "model_with_buckets", [*encoder_inputs, *decoder_inputs, *targets, *weights]):
        for number, (steps_in, steps_out) in enumerate(buckets):
            with tf.variable_scope(tf.get_variable_scope(), reuse=True if number else None):
                made, _ = seq2seq(encoder_inputs[:steps_in], decoder_inputs[:steps_out])
                outputs.append(made)
                losses.append(
                    measure(
                        made,
                        targets[:steps_out],
                        weights[:steps_out],
                        softmax_loss_function=softmax_loss_function,
                    )
                )
    return outputs, losses
