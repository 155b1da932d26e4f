"""Adam with the largest gradient so far.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt.AdaMaxOptimizer``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf


class AdaMaxOptimizer(tf.train.AdamOptimizer):  # type: ignore[misc]
    """AdaMax.

    Args:
        learning_rate: size of a step.
        beta1: decay of the mean of the gradients.
        beta2: decay of the largest gradient.
        epsilon: keeps the quotient finite.
        use_locking: use locks.
        name: of the slots.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "AdaMax",
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)

    def _create_slots(self, var_list: Any) -> None:
        first = min(var_list, key=lambda variable: str(variable.name))
        self._create_non_slot_variable(initial_value=self._beta1, name="beta1_power", colocate_with=first)
        for variable in var_list:
            self._zeros_slot(variable, "m", self._name)
            self._zeros_slot(variable, "v", self._name)

    def _power(self) -> Any:
        return self._get_non_slot_variable("beta1_power", graph=tf.get_default_graph())

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        return tf.raw_ops.ApplyAdaMax(var=var, m=m, v=v, grad=grad, **self._numbers(var)).op

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        return tf.raw_ops.ResourceApplyAdaMax(var=var.handle, m=m.handle, v=v.handle, grad=grad, **self._numbers(var))

    def _numbers(self, var: Any) -> dict[str, Any]:
        dtype = var.dtype.base_dtype
        numbers = {
            "beta1_power": self._power(),
            "lr": self._lr_t,
            "beta1": self._beta1_t,
            "beta2": self._beta2_t,
            "epsilon": self._epsilon_t,
        }
        return {**{name: tf.cast(value, dtype) for name, value in numbers.items()}, "use_locking": self._use_locking}

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        return self._apply_rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        return self._apply_rows(grad, var, indices)

    def _apply_rows(self, grad: Any, var: Any, indices: Any) -> Any:
        numbers = self._numbers(var)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        mean = numbers["beta1"] * tf.gather(m, indices) + (1 - numbers["beta1"]) * grad
        largest = tf.maximum(numbers["beta2"] * tf.gather(v, indices), tf.abs(grad))
        step = numbers["lr"] / (1 - numbers["beta1_power"]) * mean / (largest + numbers["epsilon"])
        return tf.group(
            tf.scatter_update(m, indices, mean, use_locking=self._use_locking),
            tf.scatter_update(v, indices, largest, use_locking=self._use_locking),
            tf.scatter_sub(var, indices, step, use_locking=self._use_locking),
        )

    def _finish(self, update_ops: Any, name_scope: str) -> Any:
        with tf.control_dependencies(update_ops):
            power = self._power()
            update = power.assign(power * self._beta1_t, use_locking=self._use_locking)
        return tf.group(*update_ops, update, name=name_scope)
