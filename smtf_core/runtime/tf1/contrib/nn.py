"""``tf.contrib.nn``: operations on logits and their relatives.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.nn``.
"""

from __future__ import annotations

from typing import Any

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
