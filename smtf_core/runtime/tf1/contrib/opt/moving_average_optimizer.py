"""An optimizer that also keeps averages of the weights.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt.MovingAverageOptimizer``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf


class MovingAverageOptimizer(tf.train.Optimizer):  # type: ignore[misc]
    """Trains with another optimizer; its checkpoints have the averages in place of the weights.

    Args:
        opt: the optimizer.
        average_decay: decay of the averages.
        num_updates: number of updates so far; makes the decay smaller in the beginning.
        sequential_update: average after the weights are updated rather than at the same time.
    """

    def __init__(
        self, opt: Any, average_decay: float = 0.9999, num_updates: Any = None, sequential_update: bool = True
    ) -> None:
        super().__init__(use_locking=False, name=opt.get_name())
        self._optimizer = opt
        self._ema = tf.train.ExponentialMovingAverage(average_decay, num_updates=num_updates)
        self._sequential_update = sequential_update
        self._swapped: dict[str, tuple[Any, Any]] | None = None

    def compute_gradients(self, *args: Any, **kwargs: Any) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._optimizer.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Any:
        """See ``tf.train.Optimizer``."""
        pairs = list(grads_and_vars)
        train = self._optimizer.apply_gradients(pairs, global_step=global_step, name=name)
        variables = [variable for gradient, variable in pairs if gradient is not None]
        # Makes the averages, whose first values must not wait for a training step.
        average = self._ema.apply(variables)
        if self._sequential_update:
            with tf.control_dependencies([train]):
                average = self._ema.apply(variables)
        self._swapped = {variable.op.name: (variable, self._ema.average(variable)) for variable in variables}
        return tf.group(train, average, name="train_with_avg")

    def swapping_saver(
        self, var_list: Sequence[Any] | Mapping[str, Any] | None = None, name: str = "swapping_saver", **kwargs: Any
    ) -> Any:
        """A saver that writes each average under the name of its weight, and the weight under that of its average.

        Args:
            var_list: the variables to save; by default all.
            name: of the operations.
            **kwargs: further arguments of ``tf.train.Saver``.

        Returns:
            A ``tf.train.Saver``.

        Raises:
            RuntimeError: there is no training operation yet.
        """
        if self._swapped is None:
            raise RuntimeError("Must call apply_gradients or minimize before creating the swapping_saver")
        given = tf.global_variables() if var_list is None else var_list
        named = dict(given) if isinstance(given, Mapping) else {variable.op.name: variable for variable in given}
        saved = dict(named)
        for weight_name, (weight, average) in self._swapped.items():
            average_name = average.op.name
            if weight_name in named and average_name not in named:
                raise ValueError(f"Variable to swap {average_name} is not part of variables to save")
            if weight_name in named:
                saved[weight_name], saved[average_name] = average, weight
        return tf.train.Saver(saved, name=name, **kwargs)

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._optimizer.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._optimizer.get_slot_names(*args, **kwargs)

    def variables(self) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._optimizer.variables()
