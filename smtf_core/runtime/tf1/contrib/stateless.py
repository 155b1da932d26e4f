"""``tf.contrib.stateless``: stateless random numbers.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.stateless``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf

stateless_multinomial = tf.random.stateless_multinomial
stateless_random_normal = tf.random.stateless_normal
stateless_truncated_normal = tf.random.stateless_truncated_normal


def stateless_random_uniform(shape: Any, seed: Any, dtype: Any = tf.float32, name: str | None = None) -> Any:
    """Uniform numbers in ``[0, 1)`` that depend on the seed only.

    Args:
        shape: of the result.
        seed: ``[2]``, integers.
        dtype: of the result: floating point.
        name: of the operation.

    Returns:
        A tensor.
    """
    return tf.random.stateless_uniform(shape, seed, dtype=dtype, name=name)
