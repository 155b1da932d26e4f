"""Initial values of weights.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Initializers").
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.base import tf

# The variance that a normal distribution loses by being cut at two standard deviations.
_TRUNCATION = 1.3


def variance_scaling_initializer(
    factor: float = 2.0, mode: str = "FAN_IN", uniform: bool = False, seed: int | None = None, dtype: Any = tf.float32
) -> Callable[..., Any]:
    """Random values whose variance is ``factor / n``.

    Args:
        factor: see above.
        mode: what n is: ``'FAN_IN'`` inputs, ``'FAN_OUT'`` outputs, ``'FAN_AVG'`` the mean of both.
        uniform: draw uniformly, not from a truncated normal distribution.
        seed: of the draw.
        dtype: floating point type.

    Returns:
        The initializer.

    Raises:
        TypeError: ``dtype`` is not floating point, or ``mode`` is none of the above.
    """
    if not dtype.is_floating:
        raise TypeError("Cannot create initializer for non-floating point type.")
    if mode not in ("FAN_IN", "FAN_OUT", "FAN_AVG"):
        raise TypeError(f"Unknown mode {mode} [FAN_IN, FAN_OUT, FAN_AVG]")

    def initializer(shape: Any, dtype: Any = dtype, partition_info: Any = None) -> Any:
        whole = [float(size) for size in (shape if partition_info is None else partition_info.full_shape)]
        outputs = whole[-1] if whole else 1.0
        inputs = (whole[-2] if len(whole) > 1 else outputs) if whole else 1.0
        field = math.prod(whole[:-2])
        inputs, outputs = inputs * field, outputs * field
        count = {"FAN_IN": inputs, "FAN_OUT": outputs, "FAN_AVG": (inputs + outputs) / 2}[mode]
        if uniform:
            limit = math.sqrt(3 * factor / count)
            return tf.random_uniform(shape, -limit, limit, dtype, seed=seed)
        return tf.truncated_normal(shape, 0.0, math.sqrt(_TRUNCATION * factor / count), dtype, seed=seed)

    return initializer


def xavier_initializer(uniform: bool = True, seed: int | None = None, dtype: Any = tf.float32) -> Callable[..., Any]:
    """Random values that keep the scale of gradients alike in all layers (Glorot and Bengio, 2010).

    Args:
        uniform: draw uniformly, not from a truncated normal distribution.
        seed: of the draw.
        dtype: floating point type.

    Returns:
        The initializer.
    """
    return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)


xavier_initializer_conv2d = xavier_initializer
