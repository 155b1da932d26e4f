"""Optimizers around an optimizer.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt``: ``VariableClippingOptimizer``,
``DropStaleGradientOptimizer``, ``MultitaskOptimizerWrapper``, ``clip_gradients_by_global_norm``.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from smtf_core.runtime.tf1.base import tf


class _Wrapping(tf.train.Optimizer):  # type: ignore[misc]
    """An optimizer whose gradients and slots are another's."""

    def __init__(self, opt: Any, use_locking: bool, name: str) -> None:
        super().__init__(use_locking, name)
        self._opt = opt

    def compute_gradients(self, *args: Any, **kwargs: Any) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._opt.compute_gradients(*args, **kwargs)

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._opt.get_slot_names(*args, **kwargs)

    def variables(self) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._opt.variables()


class VariableClippingOptimizer(_Wrapping):
    """Clips variables, not gradients, after each step.

    Of a variable with a sparse gradient, only the rows in the gradient are clipped, unless the first dimension is one
    of those that the norm is taken over.

    Args:
        opt: the optimizer.
        vars_to_clip_dims: variable → the dimensions that its norm is taken over.
        max_norm: the largest norm.
        use_locking: lock the variables while they are clipped.
        colocate_clip_ops_with_vars: clip a variable on its own device.
        name: of the operations.
    """

    def __init__(
        self,
        opt: Any,
        vars_to_clip_dims: Mapping[Any, Sequence[int]],
        max_norm: Any,
        use_locking: bool = False,
        colocate_clip_ops_with_vars: bool = False,
        name: str = "VariableClipping",
    ) -> None:
        super().__init__(opt, use_locking, name)
        # By identity: today's variables may not be hashable.
        self._dims = [(variable, list(dims)) for variable, dims in vars_to_clip_dims.items()]
        self._max_norm, self._colocate = max_norm, colocate_clip_ops_with_vars

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Any:
        """See ``tf.train.Optimizer``."""
        pairs = list(grads_and_vars)
        with tf.name_scope(name, self._name) as scope:
            step = self._opt.apply_gradients(pairs, global_step=global_step)
            with tf.control_dependencies([step]):
                clipped = [
                    self._clip(grad, var, dims)
                    for grad, var in pairs
                    for clipped_var, dims in self._dims
                    if var is clipped_var and grad is not None and dims
                ]
            return tf.group(step, *clipped, name=scope)

    def _clip(self, grad: Any, var: Any, dims: list[int]) -> Any:
        with tf.name_scope(f"clip_{var.op.name}"), tf.colocate_with(var) if self._colocate else nullcontext():
            if not isinstance(grad, tf.IndexedSlices) or 0 in dims:
                # Read anew, after the step.
                value = var.read_value()
                excess = value - tf.clip_by_norm(value, self._max_norm, dims)
                return tf.assign_sub(var, excess, use_locking=self._use_locking)
            rows = tf.unique(grad.indices).y
            values = tf.gather(var, rows)
            excess = values - tf.clip_by_norm(values, self._max_norm, dims)
            return tf.scatter_sub(var, rows, excess, use_locking=self._use_locking)


class DropStaleGradientOptimizer(_Wrapping):
    """Drops gradients during whose computation other workers have taken too many steps.

    Variable: ``stale_counter``, how many were dropped; their share is in the summary ``Gradient staleness percentage``.

    Args:
        opt: the optimizer.
        staleness: the largest number of steps in between.
        use_locking: lock the counter while it is updated.
        name: of the operations.
    """

    def __init__(self, opt: Any, staleness: int, use_locking: bool = False, name: str = "DropStaleGradient") -> None:
        super().__init__(opt, use_locking, name)
        self._staleness = staleness
        self._step_before: Any = None

    def compute_gradients(self, loss: Any, *args: Any, **kwargs: Any) -> Any:
        """See ``tf.train.Optimizer``.

        Raises:
            ValueError: there is no global step.
        """
        step = tf.train.get_global_step()
        if step is None:
            raise ValueError(f"{self.get_name()} needs a global step: call tf.train.get_or_create_global_step() first.")
        self._step_before = step.read_value() + 0
        with tf.control_dependencies([self._step_before]):
            return super().compute_gradients(tf.identity(loss), *args, **kwargs)

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Any:
        """See ``tf.train.Optimizer``.

        Raises:
            ValueError: there is no ``global_step``, or the gradients are not from :meth:`compute_gradients`.
        """
        if global_step is None or self._step_before is None:
            raise ValueError("Global step is required to check staleness, and gradients from compute_gradients.")
        pairs = list(grads_and_vars)
        dropped = tf.Variable(0.0, trainable=False, name="stale_counter")
        gradients = [grad for grad, _ in pairs if grad is not None]
        with tf.control_dependencies(gradients):
            age = tf.reshape(global_step.read_value() - self._step_before, [])

        def accept() -> Any:
            with tf.control_dependencies([self._opt.apply_gradients(pairs, global_step=global_step, name=name)]):
                return tf.constant(0.0)

        with tf.control_dependencies([age]):
            update = tf.assign_add(
                dropped,
                tf.cond(age <= tf.cast(self._staleness, age.dtype), accept, lambda: tf.constant(1.0)),
                use_locking=self._use_locking,
            )
        share = dropped / tf.cast(global_step + 1, tf.float32)
        tf.summary.scalar("Gradient staleness percentage", share)
        return update


class MultitaskOptimizerWrapper:
    """An optimizer that takes no step, and keeps its slots, for a variable whose gradient is all zeros.

    For losses of several parts of which a batch may lack some. Everything else is the optimizer's own.

    Args:
        opt: the optimizer.

    Raises:
        TypeError: ``opt`` is not a ``tf.train.Optimizer``.
    """

    def __init__(self, opt: Any) -> None:
        if not isinstance(opt, tf.train.Optimizer):
            raise TypeError(f"Supplied optimizer must be an instance of tf.train.Optimizer, not {type(opt).__name__}")
        # A copy has the same slots.
        self._opt = copy.copy(opt)
        for name in ("_apply_dense", "_resource_apply_dense", "_apply_sparse", "_resource_apply_sparse"):
            setattr(self._opt, name, _unless_zero(getattr(opt, name).__func__.__get__(self._opt)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opt, name)


def _unless_zero(apply: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(apply)
    def applied(grad: Any, *args: Any, **kwargs: Any) -> Any:
        values = grad.values if isinstance(grad, tf.IndexedSlices) else grad
        return tf.cond(tf.equal(tf.count_nonzero(values), 0), tf.no_op, lambda: tf.group(apply(grad, *args, **kwargs)))

    return applied


def clip_gradients_by_global_norm(gradients_variables: Any, clip_norm: Any = 20.0) -> tuple[list[Any], Any]:
    """Gradients of several tasks, scaled so that their norm all together is at most ``clip_norm``.

    Args:
        gradients_variables: pairs of gradient and variable.
        clip_norm: the largest norm.

    Returns:
        The pairs, and the norm before.
    """
    gradients, variables = zip(*gradients_variables, strict=True)
    clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
    return list(zip(clipped, variables, strict=True)), norm
