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

    # The rule's name among TensorFlow's operations, and the name of its own argument there.
    _rule: str
    _key: str

    def __init__(
        self, learning_rate: Any, own: Any, beta: Any, sign_decay_fn: Decay | None, use_locking: bool, name: str
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._own = own
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

    def _numbers(self, var: Any) -> dict[str, Any]:
        rate = self._call_if_callable(self._learning_rate)
        numbers = {"lr": rate, self._key: self._own, "sign_decay": self._decay, "beta": self._beta}
        return {name: tf.cast(value, var.dtype.base_dtype) for name, value in numbers.items()}

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        apply = getattr(tf.raw_ops, f"Apply{self._rule}")
        m = self.get_slot(var, "m")
        return apply(var=var, m=m, grad=grad, use_locking=self._use_locking, **self._numbers(var)).op

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        apply = getattr(tf.raw_ops, f"ResourceApply{self._rule}")
        m = self.get_slot(var, "m").handle
        return apply(var=var.handle, m=m, grad=grad, use_locking=self._use_locking, **self._numbers(var))

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        return self._apply_rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        return self._apply_rows(grad, var, indices)

    def _apply_rows(self, grad: Any, var: Any, indices: Any) -> Any:
        numbers = self._numbers(var)
        m = self.get_slot(var, "m")
        # The average of every row decays, as in TensorFlow 1, also of those without a gradient.
        decayed = tf.assign(m, numbers["beta"] * m, use_locking=self._use_locking)
        with tf.control_dependencies([decayed]):
            averaged = tf.scatter_add(m, indices, (1 - numbers["beta"]) * grad, use_locking=self._use_locking)
        with tf.control_dependencies([averaged]):
            rows = tf.gather(m.read_value(), indices)
        agreement = numbers["sign_decay"] * tf.sign(grad) * tf.sign(rows)
        step = numbers["lr"] * self._scale(numbers[self._key], agreement) * grad
        return tf.scatter_sub(var, indices, step, use_locking=self._use_locking).op

    @staticmethod
    def _scale(own: Any, agreement: Any) -> Any:
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

    _rule, _key = "AddSign", "alpha"

    def __init__(
        self,
        learning_rate: Any = 0.1,
        alpha: Any = 1.0,
        beta: Any = 0.9,
        sign_decay_fn: Decay | None = None,
        use_locking: bool = False,
        name: str = "AddSignOptimizer",
    ) -> None:
        super().__init__(learning_rate, alpha, beta, sign_decay_fn, use_locking, name)

    @staticmethod
    def _scale(own: Any, agreement: Any) -> Any:
        return own + agreement


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

    _rule, _key = "PowerSign", "logbase"

    def __init__(
        self,
        learning_rate: Any = 0.1,
        base: float = math.e,
        beta: Any = 0.9,
        sign_decay_fn: Decay | None = None,
        use_locking: bool = False,
        name: str = "PowerSignOptimizer",
    ) -> None:
        super().__init__(learning_rate, math.log(base), beta, sign_decay_fn, use_locking, name)

    @staticmethod
    def _scale(own: Any, agreement: Any) -> Any:
        return tf.exp(own * agreement)
