"""Adagrad that can leave its slots alone.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt.RegAdagradOptimizer``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from smtf_core.runtime.tf1.base import tf


class RegAdagradOptimizer(tf.train.AdagradOptimizer):  # type: ignore[misc]
    """Adagrad; inside :meth:`avoid_updating_slots` its steps do not count for later rates.

    Args:
        learning_rate: number or tensor.
        initial_accumulator_value: first value of the slots.
        use_locking: lock the variables while they are updated.
        name: of the operations and slots.
    """

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "RegAdagrad",
    ) -> None:
        super().__init__(learning_rate, initial_accumulator_value, use_locking, name)
        self._updates_slots = True

    @contextmanager
    def avoid_updating_slots(self) -> Iterator[None]:
        """Steps made inside leave the slots as they are."""
        before, self._updates_slots = self._updates_slots, False
        try:
            yield
        finally:
            self._updates_slots = before

    def _arguments(self, grad: Any, var: Any) -> dict[str, Any]:
        return {
            "lr": tf.cast(self._learning_rate_tensor, var.dtype.base_dtype),
            "grad": grad,
            "use_locking": self._use_locking,
            "update_slots": self._updates_slots,
        }

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        slot = self.get_slot(var, "accumulator")
        return tf.raw_ops.ApplyAdagrad(var=var, accum=slot, **self._arguments(grad, var)).op

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        slot = self.get_slot(var, "accumulator").handle
        return tf.raw_ops.ResourceApplyAdagrad(var=var.handle, accum=slot, **self._arguments(grad, var))

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        slot, arguments = self.get_slot(var, "accumulator"), self._arguments(grad.values, var)
        return tf.raw_ops.SparseApplyAdagrad(var=var, accum=slot, indices=grad.indices, **arguments).op

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        slot, arguments = self.get_slot(var, "accumulator").handle, self._arguments(grad, var)
        return tf.raw_ops.ResourceSparseApplyAdagrad(var=var.handle, accum=slot, indices=indices, **arguments)
