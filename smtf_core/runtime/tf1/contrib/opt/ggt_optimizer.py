"""Adaptive steps from a window of gradients.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt.GGTOptimizer``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf


class GGTOptimizer(tf.train.Optimizer):  # type: ignore[misc]
    """GGT (Agarwal et al., arXiv:1806.02958): full-matrix Adagrad over the last moments of all variables together.

    Variables, over all ``n`` entries of all trained variables: ``global_step`` (its own), ``grad_buffer``
    ``[window, n]``, ``moment1`` ``[n]``, ``flat_grad`` ``[n]``.

    Args:
        learning_rate: number or tensor.
        beta1: decay of the mean of the gradients.
        use_locking: lock the variables while they are updated.
        name: of the operations.
        window: how many moments are kept.
        eps: directions are scaled only where the smallest singular value is above it.
        svd_eps: added to the moments' products.
        sigma_eps: added to the singular values.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        use_locking: bool = False,
        name: str = "GGT",
        window: int = 10,
        eps: float = 1e-4,
        svd_eps: float = 1e-6,
        sigma_eps: float = 1e-2,
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate, self._beta1, self._window = learning_rate, beta1, window
        self._eps, self._svd_eps, self._sigma_eps = eps, svd_eps, sigma_eps
        self._places: list[tuple[Any, int, int]] = []

    def _create_slots(self, var_list: Any) -> None:
        self._places, end = [], 0
        for variable in sorted(var_list, key=lambda one: str(one.name)):
            start, end = end, end + variable.shape.num_elements()
            self._places.append((variable, start, end))
        firsts = {
            "global_step": tf.zeros([]),
            "grad_buffer": tf.zeros([self._window, end]),
            "moment1": tf.zeros([end]),
            "flat_grad": tf.zeros([end]),
        }
        for name, first in firsts.items():
            self._create_non_slot_variable(initial_value=first, name=name, colocate_with=var_list[0])

    def _kept(self, name: str) -> Any:
        return self._get_non_slot_variable(name, graph=tf.get_default_graph())

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        start, end = next((start, end) for variable, start, end in self._places if variable is var)
        places, flat = tf.range(start, end), tf.reshape(grad, [-1])
        return tf.scatter_update(self._kept("flat_grad"), places, flat, use_locking=self._use_locking)

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        return self._apply_dense(grad, var)

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        raise TypeError(f"{self.get_name()} takes no sparse gradients; that of {var.name} is one.")

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        return self._apply_sparse(grad, var)

    def _finish(self, update_ops: Any, name_scope: str) -> Any:
        step, buffer, moment, flat = (
            self._kept(name) for name in ("global_step", "grad_buffer", "moment1", "flat_grad")
        )
        beta1, rate = tf.cast(self._beta1, tf.float32), self._call_if_callable(self._learning_rate)
        with tf.control_dependencies(update_ops):
            number = tf.assign_add(step, 1.0, use_locking=self._use_locking)
            m = tf.assign(moment, beta1 * moment + (1 - beta1) * flat.read_value(), use_locking=self._use_locking)
        with tf.control_dependencies([number, m]):
            row = tf.cast(tf.mod(number - 1, self._window), tf.int32)
            rows = tf.scatter_update(buffer, [row], tf.expand_dims(m, 0), use_locking=self._use_locking)
        with tf.control_dependencies([rows]):
            change = rate * self._direction(buffer.read_value(), tf.identity(m), tf.identity(number))
            updates = [
                tf.assign_sub(var, tf.reshape(change[start:end], var.shape), use_locking=self._use_locking)
                for var, start, end in self._places
            ]
        return tf.group(*updates, name=name_scope)

    def _direction(self, buffer: Any, m: Any, number: Any) -> Any:
        # The algorithm's thin form: the eigenvectors of the window's products instead of those of all entries.
        matrix = tf.transpose(buffer) / tf.sqrt(tf.minimum(number, self._window))
        products = tf.matmul(matrix, matrix, transpose_a=True) + self._svd_eps * tf.eye(self._window)
        sigma, u, _ = tf.svd(products)
        root = tf.sqrt(sigma)
        seen = tf.matmul(u, tf.matmul(matrix, tf.expand_dims(m, 1), transpose_a=True), transpose_a=True)

        def through(weights: Any) -> Any:
            return tf.squeeze(tf.matmul(matrix, tf.matmul(u, tf.expand_dims(weights, 1) * seen)), 1)

        scaled, smallest = through((root + self._sigma_eps) ** -3), tf.reduce_min(root)
        rest = (m - through(1 / sigma)) / smallest
        return tf.where(smallest > self._eps, scaled + rest, scaled)
