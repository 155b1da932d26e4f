"""Momentum with a rate for each variable.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt.LARSOptimizer``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf


class LARSOptimizer(tf.train.MomentumOptimizer):  # type: ignore[misc]
    """Layer-wise adaptive rates (You, Gitman and Ginsburg, arXiv:1708.03888).

    A variable's rate is multiplied by ``eeta * |variable| / (|gradient| + weight_decay * |variable| + epsilon)``, where
    both norms are above 0. The weights do not decay by it, as they did not in TensorFlow 1. Sparse gradients have the
    plain rate.

    Args:
        learning_rate: number or tensor.
        momentum: number or tensor.
        weight_decay: see above.
        eeta: see above.
        epsilon: see above.
        name: of the operations and slots.
        skip_list: parts of names; variables that have one have the plain rate.
        use_nesterov: use Nesterov's momentum.

    Raises:
        ValueError: ``momentum`` or ``weight_decay`` is negative.
    """

    def __init__(
        self,
        learning_rate: Any,
        momentum: float = 0.9,
        weight_decay: float = 0.0001,
        eeta: float = 0.001,
        epsilon: float = 0.0,
        name: str = "LARSOptimizer",
        skip_list: Sequence[str] | None = None,
        use_nesterov: bool = False,
    ) -> None:
        if momentum < 0:
            raise ValueError(f"momentum should be positive: {momentum}")
        if weight_decay < 0:
            raise ValueError(f"weight_decay should be positive: {weight_decay}")
        super().__init__(learning_rate, momentum, False, name, use_nesterov)
        self._weight_decay, self._eeta, self._epsilon = weight_decay, eeta, epsilon
        self._skip_list = skip_list or ()

    def compute_lr(self, grad: Any, var: Any) -> Any:
        """The rate of a variable."""
        rate = tf.cast(self._learning_rate_tensor, var.dtype.base_dtype)
        if any(part in var.name for part in self._skip_list):
            return rate
        weight, slope = tf.norm(var, ord=2), tf.norm(grad, ord=2)
        factor = self._eeta * weight / (slope + self._weight_decay * weight + self._epsilon)
        return rate * tf.where((weight > 0) & (slope > 0), factor, tf.ones_like(factor))

    def _numbers(self, grad: Any, var: Any) -> dict[str, Any]:
        momentum = tf.cast(self._momentum_tensor, var.dtype.base_dtype)
        return {"lr": self.compute_lr(grad, var), "momentum": momentum, "use_nesterov": self._use_nesterov}

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        slot = self.get_slot(var, "momentum")
        return tf.raw_ops.ApplyMomentum(var=var, accum=slot, grad=grad, **self._numbers(grad, var)).op

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        slot = self.get_slot(var, "momentum").handle
        return tf.raw_ops.ResourceApplyMomentum(var=var.handle, accum=slot, grad=grad, **self._numbers(grad, var))
