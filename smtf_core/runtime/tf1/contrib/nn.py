"""``tf.contrib.nn``: operations on logits and their relatives.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.nn``.
"""

from __future__ import annotations

from typing import Any

from tensorflow.python.ops.nn_impl import _compute_sampled_logits
from tensorflow.python.ops.nn_ops import nth_element as nth_element

from smtf_core.runtime.tf1.base import tf

# The self-normalizing unit's value at minus infinity: -scale * alpha of tf.nn.selu.
_SELU_FLOOR = -1.7580993408473766


def alpha_dropout(
    x: Any, keep_prob: Any, noise_shape: Any = None, seed: int | None = None, name: str | None = None
) -> Any:
    """Dropout that keeps mean and variance of activations of ``tf.nn.selu``.

    Args:
        x: floating point.
        keep_prob: share of the entries to keep, in ``(0, 1]``.
        noise_shape: shape of the choice, broadcast to ``x``.
        seed: of the choice.
        name: of the operation.

    Returns:
        A tensor like ``x``.

    Raises:
        ValueError: ``keep_prob`` is not in ``(0, 1]``.
    """
    with tf.name_scope(name, "alpha_dropout", [x]):
        x = tf.convert_to_tensor(x)
        if isinstance(keep_prob, (int, float)):
            if not 0 < keep_prob <= 1:
                raise ValueError(f"keep_prob must be a scalar tensor or a float in the range (0, 1], got {keep_prob:g}")
            if keep_prob == 1:
                return x
        keep_prob = tf.convert_to_tensor(keep_prob, dtype=x.dtype)
        chance = tf.random_uniform(tf.shape(x) if noise_shape is None else noise_shape, seed=seed, dtype=x.dtype)
        kept = tf.floor(keep_prob + chance)
        scale = (keep_prob + _SELU_FLOOR**2 * keep_prob * (1 - keep_prob)) ** -0.5
        shift = -scale * _SELU_FLOOR * (1 - keep_prob)
        dropped: Any = scale * (x * kept + _SELU_FLOOR * (1 - kept)) + shift
        dropped.set_shape(x.shape)
        return dropped


def scaled_softplus(x: Any, alpha: Any, clip: Any = None, name: str | None = None) -> Any:
    """``alpha * softplus(x / alpha)``, which nears ReLU as ``alpha`` falls.

    Args:
        x: floating point.
        alpha: positive.
        clip: upper bound of the result.
        name: of the operation.

    Returns:
        A tensor like ``x``.
    """
    with tf.name_scope(name, "scaled_softplus", [x, alpha]):
        x = tf.convert_to_tensor(x)
        alpha = tf.convert_to_tensor(alpha, x.dtype)
        value = alpha * tf.nn.softplus(x / alpha)
        return value if clip is None else tf.minimum(value, tf.convert_to_tensor(clip, x.dtype))


def deprecated_flipped_softmax_cross_entropy_with_logits(
    logits: Any, labels: Any, dim: int = -1, name: str | None = None
) -> Any:
    """``tf.nn.softmax_cross_entropy_with_logits`` with the logits first."""
    return tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits, dim=dim, name=name)


def deprecated_flipped_sparse_softmax_cross_entropy_with_logits(
    logits: Any, labels: Any, name: str | None = None
) -> Any:
    """``tf.nn.sparse_softmax_cross_entropy_with_logits`` with the logits first."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def deprecated_flipped_sigmoid_cross_entropy_with_logits(logits: Any, targets: Any, name: str | None = None) -> Any:
    """``tf.nn.sigmoid_cross_entropy_with_logits`` with the logits first."""
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits, name=name)


def conv1d_transpose(
    value: Any,
    filter: Any,  # noqa: A002 - TensorFlow 1's
    output_shape: Any,
    stride: int,
    padding: str = "SAME",
    data_format: str = "NWC",
    name: str | None = None,
) -> Any:
    """``tf.nn.conv1d_transpose``: the transpose of a convolution over 1 dimension."""
    return tf.nn.conv1d_transpose(value, filter, output_shape, stride, padding, data_format, name=name)


def sampled_sparse_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    partition_strategy: str = "mod",
    name: str = "sampled_sparse_softmax_loss",
) -> Any:
    """``tf.nn.sampled_softmax_loss`` of one true class an example.

    Args:
        weights: ``[num_classes, size]``, or a list of parts of it.
        biases: ``[num_classes]``.
        labels: ``[batch, 1]``, integers.
        inputs: ``[batch, size]``.
        num_sampled: number of classes to draw.
        num_classes: number of classes.
        sampled_values: what was drawn; by default, log-uniformly.
        remove_accidental_hits: leave out what was drawn and is true.
        partition_strategy: of the weights.
        name: of the operation.

    Returns:
        ``[batch]``.
    """
    logits, _ = _compute_sampled_logits(
        weights=weights,
        biases=biases,
        labels=labels,
        inputs=inputs,
        num_sampled=num_sampled,
        num_classes=num_classes,
        num_true=1,
        sampled_values=sampled_values,
        subtract_log_q=True,
        remove_accidental_hits=remove_accidental_hits,
        partition_strategy=partition_strategy,
        name=name,
    )
    # The true class is the first of them.
    first = tf.zeros([tf.shape(logits)[0]], tf.int64)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=first, logits=logits)
