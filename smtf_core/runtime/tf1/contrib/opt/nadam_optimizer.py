"""Adam with Nesterov's momentum. Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt.NadamOptimizer``."""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf


class NadamOptimizer(tf.train.AdamOptimizer):  # type: ignore[misc]
    """Nadam. Arguments as ``tf.train.AdamOptimizer``."""

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        return tf.raw_ops.ApplyAdam(var=var, m=m, v=v, **self._numbers(var, grad)).op

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        return tf.raw_ops.ResourceApplyAdam(var=var.handle, m=m.handle, v=v.handle, **self._numbers(var, grad))

    def _numbers(self, var: Any, grad: Any) -> dict[str, Any]:
        dtype = var.dtype.base_dtype
        beta1_power, beta2_power = self._get_beta_accumulators()
        numbers = {
            "beta1_power": beta1_power,
            "beta2_power": beta2_power,
            "lr": self._lr_t,
            "beta1": self._beta1_t,
            "beta2": self._beta2_t,
            "epsilon": self._epsilon_t,
        }
        cast = {name: tf.cast(value, dtype) for name, value in numbers.items()}
        return {**cast, "grad": grad, "use_locking": self._use_locking, "use_nesterov": True}

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        return self._apply_rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        return self._apply_rows(grad, var, indices)

    def _apply_rows(self, grad: Any, var: Any, indices: Any) -> Any:
        numbers = self._numbers(var, grad)
        beta1, beta2 = numbers["beta1"], numbers["beta2"]
        rate = numbers["lr"] * tf.sqrt(1 - numbers["beta2_power"]) / (1 - numbers["beta1_power"])
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        fresh = (1 - beta1) * grad
        with tf.control_dependencies([tf.assign(m, m * beta1), tf.assign(v, v * beta2)]):
            updated = [
                tf.scatter_add(m, indices, fresh, use_locking=self._use_locking),
                tf.scatter_add(v, indices, (1 - beta2) * tf.square(grad), use_locking=self._use_locking),
            ]
        with tf.control_dependencies(updated):
            ahead = tf.tensor_scatter_nd_add(beta1 * tf.identity(m), tf.expand_dims(indices, 1), fresh)
            step = rate * ahead / (tf.sqrt(tf.identity(v)) + numbers["epsilon"])
            return tf.assign_sub(var, step, use_locking=self._use_locking).op
