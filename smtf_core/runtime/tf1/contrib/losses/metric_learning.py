"""Losses that bring what belongs together close to each other.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.losses.metric_learning``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf


def contrastive_loss(labels: Any, embeddings_anchor: Any, embeddings_positive: Any, margin: float = 1.0) -> Any:
    """The mean of the squared distance of pairs, or of what other pairs lack of the margin.

    Args:
        labels: ``[batch]``: 1 for pairs that belong together, else 0.
        embeddings_anchor: ``[batch, size]``.
        embeddings_positive: ``[batch, size]``.
        margin: the distance that other pairs are to have.

    Returns:
        Scalar.
    """
    distance = tf.sqrt(tf.reduce_sum(tf.square(embeddings_anchor - embeddings_positive), 1))
    labels = tf.cast(labels, tf.float32)
    apart = tf.square(tf.maximum(margin - distance, 0.0))
    return tf.reduce_mean(labels * tf.square(distance) + (1 - labels) * apart, name="contrastive_loss")


def triplet_semihard_loss(labels: Any, embeddings: Any, margin: float = 1.0) -> Any:
    """The triplet loss (Schroff et al., arXiv:1503.03832) with the nearest negative beyond each positive.

    Where no negative is further away than the positive, the furthest counts.

    Args:
        labels: ``[batch]``, integers.
        embeddings: ``[batch, size]``, of length 1.
        margin: by how much, in squared distance, negatives are to be further away.

    Returns:
        Scalar.
    """
    distances, same = _squared_distances(embeddings), _same(labels)
    other = tf.logical_not(same)
    # [anchor, positive, negative]
    beyond = tf.expand_dims(distances, 1) > tf.expand_dims(distances, 2)
    beyond = beyond & tf.expand_dims(other, 1)
    row = tf.expand_dims(distances, 1)
    highest = tf.reduce_max(row, 2, keep_dims=True)
    nearest = tf.reduce_min(tf.where(beyond, row + tf.zeros_like(_as(beyond)), highest + tf.zeros_like(_as(beyond))), 2)
    lowest = tf.reduce_min(distances, 1, keep_dims=True)
    furthest = tf.reduce_max(tf.where(other, distances, lowest + tf.zeros_like(distances)), 1, keep_dims=True)
    negative = tf.where(tf.reduce_any(beyond, 2), nearest, furthest + tf.zeros_like(distances))
    pairs = _as(same) - tf.eye(tf.shape(distances)[0])
    losses = tf.maximum((margin + distances - negative) * pairs, 0.0)
    return tf.div(tf.reduce_sum(losses), tf.reduce_sum(pairs), name="triplet_semihard_loss")


def npairs_loss(
    labels: Any, embeddings_anchor: Any, embeddings_positive: Any, reg_lambda: float = 0.002, print_losses: bool = False
) -> Any:
    """The N-pair loss (Sohn, 2016).

    Args:
        labels: ``[batch]``, integers.
        embeddings_anchor: ``[batch, size]``.
        embeddings_positive: ``[batch, size]``.
        reg_lambda: weight of the embeddings' lengths.
        print_losses: print both parts with each evaluation.

    Returns:
        Scalar.
    """
    lengths = [tf.reduce_mean(tf.reduce_sum(tf.square(e), 1)) for e in (embeddings_anchor, embeddings_positive)]
    penalty = tf.multiply(0.25 * reg_lambda, sum(lengths), name="l2loss")
    likeness = tf.matmul(embeddings_anchor, embeddings_positive, transpose_b=True)
    same = _as(_same(labels))
    wanted = same / tf.reduce_sum(same, 1, keep_dims=True)
    entropy = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=likeness, labels=wanted), name="xentropy")
    if print_losses:
        entropy = tf.Print(entropy, ["cross entropy:", entropy, "l2loss:", penalty])
    return penalty + entropy


def lifted_struct_loss(labels: Any, embeddings: Any, margin: float = 1.0) -> Any:
    """The lifted structured loss (Song et al., arXiv:1511.06452).

    Args:
        labels: ``[batch]``, integers.
        embeddings: ``[batch, size]``, not of length 1.
        margin: the distance that negatives are to have.

    Returns:
        Scalar.
    """
    squared, same = _squared_distances(embeddings), _same(labels)
    # No gradient of the root at 0.
    distances = tf.where(squared > 0, tf.sqrt(tf.where(squared > 0, squared, tf.ones_like(squared))), squared)
    lacking = tf.where(same, tf.fill(tf.shape(distances), -float("inf")), margin - distances)
    each = tf.reduce_logsumexp(lacking, 1, keep_dims=True)
    both = tf.reduce_logsumexp(
        tf.stack([each + tf.zeros_like(distances), tf.transpose(each) + tf.zeros_like(distances)]), 0
    )
    pairs = _as(same) - tf.eye(tf.shape(distances)[0])
    losses = tf.square(tf.maximum(tf.where(pairs > 0, both + distances, tf.zeros_like(distances)), 0.0))
    return tf.div(0.25 * tf.reduce_sum(losses), tf.reduce_sum(pairs) / 2, name="liftedstruct_loss")


def _as(truth: Any) -> Any:
    return tf.cast(truth, tf.float32)


def _same(labels: Any) -> Any:
    column = tf.reshape(labels, [-1, 1])
    return tf.equal(column, tf.transpose(column))


def _squared_distances(embeddings: Any) -> Any:
    embeddings = tf.cast(embeddings, tf.float32)
    lengths = tf.reduce_sum(tf.square(embeddings), 1, keep_dims=True)
    squared = lengths + tf.transpose(lengths) - 2 * tf.matmul(embeddings, embeddings, transpose_b=True)
    return tf.maximum(squared, 0.0) * (1 - tf.eye(tf.shape(embeddings)[0]))
