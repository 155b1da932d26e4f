"""How much the agreement of signs counts as training goes on.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt.AddSignOptimizer``; Bello et al., Neural Optimizer Search
with Reinforcement Learning (arXiv:1709.07417), section on annealing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.base import tf

Decay = Callable[[Any], Any]


def get_linear_decay_fn(decay_steps: int) -> Decay:
    """From 1 to 0 in a line.

    Args:
        decay_steps: number of steps.

    Returns:
        Global step → number, ``tf.float32``.
    """
    return lambda global_step: 1.0 - _progress(global_step, decay_steps)


def get_cosine_decay_fn(decay_steps: int, num_periods: float = 0.5, zero_after: float | None = None) -> Decay:
    """A cosine between 1 and 0.

    Args:
        decay_steps: number of steps.
        num_periods: how many periods they take.
        zero_after: number of periods after which it is 0; by default it is not cut.

    Returns:
        Global step → number, ``tf.float32``.
    """

    def decay(global_step: Any) -> Any:
        periods = num_periods * _progress(global_step, decay_steps)
        return _cut(0.5 * (1.0 + tf.cos(2.0 * math.pi * periods)), periods, zero_after)

    return decay


def get_restart_decay_fn(decay_steps: int, num_periods: float = 1, zero_after: float | None = None) -> Decay:
    """Half a cosine, from 1 to 0, again and again; arguments and result as :func:`get_cosine_decay_fn`."""

    def decay(global_step: Any) -> Any:
        periods = num_periods * _progress(global_step, decay_steps)
        return _cut(0.5 * (1.0 + tf.cos(math.pi * tf.mod(periods, 1.0))), periods, zero_after)

    return decay


def _progress(global_step: Any, decay_steps: int) -> Any:
    return tf.minimum(tf.cast(global_step, tf.float32) / decay_steps, 1.0)


def _cut(value: Any, periods: Any, zero_after: float | None) -> Any:
    return value if zero_after is None else tf.where(tf.less(periods, zero_after), value, tf.zeros_like(value))
