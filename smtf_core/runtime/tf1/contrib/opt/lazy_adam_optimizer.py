"""Adam that leaves untouched what a batch does not use.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt.LazyAdamOptimizer``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf


class LazyAdamOptimizer(tf.train.AdamOptimizer):  # type: ignore[misc]
    """Adam whose sparse gradients change the moments of their own rows only.

    Arguments as ``tf.train.AdamOptimizer``.
    """

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        return self._apply_rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        return self._apply_rows(grad, var, indices)

    def _apply_rows(self, grad: Any, var: Any, indices: Any) -> Any:
        dtype = var.dtype.base_dtype
        beta1_power, beta2_power = (tf.cast(power, dtype) for power in self._get_beta_accumulators())
        beta1, beta2, epsilon = (tf.cast(value, dtype) for value in (self._beta1_t, self._beta2_t, self._epsilon_t))
        rate = tf.cast(self._lr_t, dtype) * tf.sqrt(1 - beta2_power) / (1 - beta1_power)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        first = beta1 * tf.gather(m, indices) + (1 - beta1) * grad
        second = beta2 * tf.gather(v, indices) + (1 - beta2) * tf.square(grad)
        step = rate * first / (tf.sqrt(second) + epsilon)
        return tf.group(
            tf.scatter_update(m, indices, first, use_locking=self._use_locking),
            tf.scatter_update(v, indices, second, use_locking=self._use_locking),
            tf.scatter_sub(var, indices, step, use_locking=self._use_locking),
        )
