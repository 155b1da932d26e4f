"""Penalties on weights.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Regularizers").
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf

Regularizer = Callable[[Any], Any]


def l1_regularizer(scale: float, scope: str | None = None) -> Regularizer:
    """``scale * sum(|w|)``; ``None`` for every weight if ``scale`` is 0.

    Raises:
        ValueError: ``scale`` is negative or an integer.
    """
    if not _checked(scale):
        return lambda weights: None

    def l1(weights: Any) -> Any:
        with tf.name_scope(scope, "l1_regularizer", [weights]) as name:
            return tf.multiply(_like(scale, weights), tf.reduce_sum(tf.abs(weights)), name=name)

    return l1


def l2_regularizer(scale: float, scope: str | None = None) -> Regularizer:
    """``scale * sum(w ** 2) / 2``; ``None`` for every weight if ``scale`` is 0.

    Raises:
        ValueError: ``scale`` is negative or an integer.
    """
    if not _checked(scale):
        return lambda weights: None

    def l2(weights: Any) -> Any:
        with tf.name_scope(scope, "l2_regularizer", [weights]) as name:
            return tf.multiply(_like(scale, weights), tf.nn.l2_loss(weights), name=name)

    return l2


def l1_l2_regularizer(scale_l1: float = 1.0, scale_l2: float = 1.0, scope: str | None = None) -> Regularizer | None:
    """The sum of :func:`l1_regularizer` and :func:`l2_regularizer`.

    Raises:
        ValueError: a scale is negative or an integer.
    """
    if not scale_l1:
        return l2_regularizer(scale_l2, scope)
    if not scale_l2:
        return l1_regularizer(scale_l1, scope)
    return sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope or "l1_l2_regularizer")


def sum_regularizer(regularizer_list: Sequence[Regularizer | None], scope: str | None = None) -> Regularizer | None:
    """The sum of several regularizers; ``None`` if there are none."""
    present = [regularizer for regularizer in regularizer_list if regularizer is not None]
    if not present:
        return None

    def total(weights: Any) -> Any:
        with tf.name_scope(scope, "sum_regularizer", [weights]) as name:
            parts = [part for part in (regularizer(weights) for regularizer in present) if part is not None]
            return tf.add_n(parts, name=name) if parts else None

    return total


def apply_regularization(regularizer: Regularizer, weights_list: Sequence[Any] | None = None) -> Any:
    """The sum of a regularizer over weights; it goes to ``REGULARIZATION_LOSSES``.

    Args:
        regularizer: gives a scalar for a tensor.
        weights_list: the weights; those of the collection ``WEIGHTS`` by default.

    Returns:
        A scalar.

    Raises:
        ValueError: no weights, or a penalty that is not a scalar.
    """
    weights_list = weights_list or tf.get_collection(tf.GraphKeys.WEIGHTS)
    if not weights_list:
        raise ValueError("No weights to regularize.")
    with tf.name_scope("get_regularization_penalty", values=weights_list) as name:
        penalties = [tf.constant(0.0) if p is None else p for p in (regularizer(w) for w in weights_list)]
        for penalty in penalties:
            if penalty.shape.ndims != 0:
                raise ValueError(
                    f"regularizer must return a scalar Tensor instead of a Tensor with rank {penalty.shape.ndims}."
                )
        total = tf.add_n(penalties, name=name)
        tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, total)
        return total


def _like(scale: float, weights: Any) -> Any:
    return tf.convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")


def _checked(scale: Any) -> bool:
    if isinstance(scale, numbers.Integral):
        raise ValueError(f"scale cannot be an integer: {scale}")  # noqa: TRY004 - TensorFlow 1's
    if isinstance(scale, numbers.Real) and scale < 0:
        raise ValueError(f"Setting a scale less than 0 on a regularizer: {scale:g}")
    return not (isinstance(scale, numbers.Real) and scale == 0)
