"""Optimizers that also shrink the weights, apart from the gradient.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt.AdamWOptimizer`` and its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf


class DecoupledWeightDecayExtension:
    """A base class to put before that of an optimizer; each step begins with ``variable -= weight_decay * variable``.

    Of a variable with a sparse gradient, only the rows in the gradient shrink.

    Args:
        weight_decay: the factor; not multiplied by the learning rate.
        **kwargs: the arguments of the optimizer.
    """

    def __init__(self, weight_decay: Any, **kwargs: Any) -> None:
        self._decayed: list[Any] | None = None
        self._weight_decay = weight_decay
        super().__init__(**kwargs)

    def minimize(
        self,
        loss: Any,
        global_step: Any = None,
        var_list: Sequence[Any] | None = None,
        gate_gradients: int = tf.train.Optimizer.GATE_OP,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
        decay_var_list: Sequence[Any] | None = None,
    ) -> Any:
        """See ``tf.train.Optimizer``.

        Args:
            loss: see ``tf.train.Optimizer``, also for the next ones.
            global_step: see there.
            var_list: see there.
            gate_gradients: see there.
            aggregation_method: see there.
            colocate_gradients_with_ops: see there.
            name: see there.
            grad_loss: see there.
            decay_var_list: the variables to shrink; by default all that are trained.

        Returns:
            The operation of a step.
        """
        gradients = self.compute_gradients(  # type: ignore[attr-defined]
            loss, var_list, gate_gradients, aggregation_method, colocate_gradients_with_ops, grad_loss
        )
        return self.apply_gradients(gradients, global_step, name, decay_var_list)

    def apply_gradients(
        self,
        grads_and_vars: Any,
        global_step: Any = None,
        name: str | None = None,
        decay_var_list: Sequence[Any] | None = None,
    ) -> Any:
        """See ``tf.train.Optimizer``; ``decay_var_list`` as in :meth:`minimize`."""
        self._decayed = None if decay_var_list is None else list(decay_var_list)
        return super().apply_gradients(grads_and_vars, global_step=global_step, name=name)  # type: ignore[misc]

    def _factor(self, variable: Any) -> Any:
        """The factor for a variable; ``None`` if it is not to shrink."""
        if self._decayed is not None and all(variable is not one for one in self._decayed):
            return None
        given = self._weight_decay() if callable(self._weight_decay) else self._weight_decay
        return tf.cast(tf.convert_to_tensor(given, name="weight_decay"), variable.dtype.base_dtype)

    def _decay(self, variable: Any, grad: Any) -> Any:
        factor = self._factor(variable)
        # The gradient is that of the weights before they shrink.
        with tf.control_dependencies([grad]):
            if factor is None:
                return tf.no_op()
            return tf.assign_sub(variable, factor * variable, use_locking=self._use_locking)  # type: ignore[attr-defined]

    def _decay_rows(self, variable: Any, grad: Any, indices: Any) -> Any:
        factor = self._factor(variable)
        with tf.control_dependencies([grad]):
            if factor is None:
                return tf.no_op()
            rows = factor * tf.gather(variable, indices)
            return tf.scatter_sub(variable, indices, rows, use_locking=self._use_locking)  # type: ignore[attr-defined]

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        with tf.control_dependencies([self._decay(var, grad)]):
            return super()._apply_dense(grad, var)  # type: ignore[misc]

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        with tf.control_dependencies([self._decay(var, grad)]):
            return super()._resource_apply_dense(grad, var)  # type: ignore[misc]

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        with tf.control_dependencies([self._decay_rows(var, grad.values, grad.indices)]):
            return super()._apply_sparse(grad, var)  # type: ignore[misc]

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        with tf.control_dependencies([self._decay_rows(var, grad, indices)]):
            return super()._resource_apply_sparse(grad, var, indices)  # type: ignore[misc]


def extend_with_decoupled_weight_decay(base_optimizer: type) -> type:
    """A class of optimizers that also shrink the weights.

    Args:
        base_optimizer: a class derived from ``tf.train.Optimizer``.

    Returns:
        A class whose first argument is ``weight_decay``; the others are those of ``base_optimizer``, by name.
    """

    class OptimizerWithDecoupledWeightDecay(DecoupledWeightDecayExtension, base_optimizer):  # type: ignore[misc]
        """The optimizer with weight decay."""

    return OptimizerWithDecoupledWeightDecay


class AdamWOptimizer(DecoupledWeightDecayExtension, tf.train.AdamOptimizer):  # type: ignore[misc]
    """Adam with weight decay.

    Args:
        weight_decay: see :class:`DecoupledWeightDecayExtension`.
        learning_rate: see ``tf.train.AdamOptimizer``, also for the next ones.
        beta1: see there.
        beta2: see there.
        epsilon: see there.
        use_locking: see there.
        name: see there.
    """

    def __init__(
        self,
        weight_decay: Any,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "AdamW",
    ) -> None:
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            use_locking=use_locking,
            name=name,
        )


class MomentumWOptimizer(DecoupledWeightDecayExtension, tf.train.MomentumOptimizer):  # type: ignore[misc]
    """Momentum with weight decay.

    Args:
        weight_decay: see :class:`DecoupledWeightDecayExtension`.
        learning_rate: see ``tf.train.MomentumOptimizer``, also for the next ones.
        momentum: see there.
        use_locking: see there.
        name: see there.
        use_nesterov: see there.
    """

    def __init__(
        self,
        weight_decay: Any,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "MomentumW",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            momentum=momentum,
            use_locking=use_locking,
            name=name,
            use_nesterov=use_nesterov,
        )
