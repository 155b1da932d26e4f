"""Optimizers that look at whether gradient and momentum agree in sign.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt.AddSignOptimizer`` and ``PowerSignOptimizer``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.base import tf

Decay = Callable[[Any], Any]


class _SignOptimizer(tf.train.Optimizer):  # type: ignore[misc]
    """Scales each gradient by how its sign agrees with that of its moving average, the slot ``m``."""

    def __init__(
        self, learning_rate: Any, beta: Any, sign_decay_fn: Decay | None, use_locking: bool, name: str
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._beta = beta
        self._sign_decay_fn = sign_decay_fn
        self._decay: Any = 1.0

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Any:
        """See ``tf.train.Optimizer``.

        Raises:
            ValueError: there is a ``sign_decay_fn`` but no ``global_step``.
        """
        if self._sign_decay_fn is not None:
            if global_step is None:
                raise ValueError(f"{self.get_name()} with sign_decay_fn needs the global_step that it decays by")
            # The decay is that of the step which is being taken, not of the one after it.
            self._decay = self._sign_decay_fn(tf.convert_to_tensor(global_step))
        return super().apply_gradients(grads_and_vars, global_step, name)

    def _create_slots(self, var_list: Any) -> None:
        for variable in var_list:
            self._zeros_slot(variable, "m", self._name)

    def _numbers(self, var: Any) -> tuple[Any, Any, Any]:
        dtype = var.dtype.base_dtype
        rate = self._call_if_callable(self._learning_rate)
        return tf.cast(rate, dtype), tf.cast(self._beta, dtype), tf.cast(self._decay, dtype)

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        return self._apply_rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        return self._apply_rows(grad, var, indices)

    def _apply_rows(self, grad: Any, var: Any, indices: Any) -> Any:
        rate, beta, decay = self._numbers(var)
        m = self.get_slot(var, "m")
        rows = beta * tf.gather(m, indices) + (1 - beta) * grad
        agreement = tf.sign(grad) * tf.sign(rows)
        step = rate * self._scale(agreement * decay) * grad
        kept = tf.scatter_update(m, indices, rows, use_locking=self._use_locking)
        with tf.control_dependencies([kept, step]):
            return tf.scatter_sub(var, indices, step, use_locking=self._use_locking).op

    def _scale(self, agreement: Any) -> Any:
        raise NotImplementedError


class AddSignOptimizer(_SignOptimizer):
    """Steps by ``(alpha + decay * agreement) * gradient``.

    Args:
        learning_rate: number or tensor.
        alpha: the scale of a gradient that neither agrees nor disagrees.
        beta: decay of the moving average of the gradients.
        sign_decay_fn: global step → how much the agreement counts; by default 1 always.
        use_locking: lock the variables while they are updated.
        name: of the operations.
    """

    def __init__(
        self,
        learning_rate: Any = 0.1,
        alpha: Any = 1.0,
        beta: Any = 0.9,
        sign_decay_fn: Decay | None = None,
        use_locking: bool = False,
        name: str = "AddSignOptimizer",
    ) -> None:
        super().__init__(learning_rate, beta, sign_decay_fn, use_locking, name)
        self._alpha = alpha

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        return tf.raw_ops.ApplyAddSign(var=var, m=self.get_slot(var, "m"), **self._arguments(grad, var)).op

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        m = self.get_slot(var, "m").handle
        return tf.raw_ops.ResourceApplyAddSign(var=var.handle, m=m, **self._arguments(grad, var))

    def _arguments(self, grad: Any, var: Any) -> dict[str, Any]:
        rate, beta, decay = self._numbers(var)
        alpha = tf.cast(self._alpha, var.dtype.base_dtype)
        return {
            "lr": rate,
            "alpha": alpha,
            "sign_decay": decay,
            "beta": beta,
            "grad": grad,
            "use_locking": self._use_locking,
        }

    def _scale(self, agreement: Any) -> Any:
        return tf.cast(self._alpha, agreement.dtype) + agreement


class PowerSignOptimizer(_SignOptimizer):
    """Steps by ``base ** (decay * agreement) * gradient``.

    Args:
        learning_rate: number or tensor.
        base: of the power.
        beta: decay of the moving average of the gradients.
        sign_decay_fn: global step → how much the agreement counts; by default 1 always.
        use_locking: lock the variables while they are updated.
        name: of the operations.
    """

    def __init__(
        self,
        learning_rate: Any = 0.1,
        base: float = math.e,
        beta: Any = 0.9,
        sign_decay_fn: Decay | None = None,
        use_locking: bool = False,
        name: str = "PowerSignOptimizer",
    ) -> None:
        super().__init__(learning_rate, beta, sign_decay_fn, use_locking, name)
        self._logbase = math.log(base)

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        return tf.raw_ops.ApplyPowerSign(var=var, m=self.get_slot(var, "m"), **self._arguments(grad, var)).op

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        m = self.get_slot(var, "m").handle
        return tf.raw_ops.ResourceApplyPowerSign(var=var.handle, m=m, **self._arguments(grad, var))

    def _arguments(self, grad: Any, var: Any) -> dict[str, Any]:
        rate, beta, decay = self._numbers(var)
        logbase = tf.cast(self._logbase, var.dtype.base_dtype)
        return {
            "lr": rate,
            "logbase": logbase,
            "sign_decay": decay,
            "beta": beta,
            "grad": grad,
            "use_locking": self._use_locking,
        }

    def _scale(self, agreement: Any) -> Any:
        return tf.exp(tf.cast(self._logbase, agreement.dtype) * agreement)
