"""A model on one device of several.

Source: TensorFlow 1.8 API documentation, ``tf.contrib.estimator.replicate_model_fn`` and ``TowerOptimizer``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf


def replicate_model_fn(
    model_fn: Callable[..., Any],
    loss_reduction: str = tf.losses.Reduction.SUM_BY_NONZERO_WEIGHTS,
    devices: Sequence[str] | None = None,
) -> Callable[..., Any]:
    """The model function itself, with one tower.

    TensorFlow 1 cut the batch into as many parts as there were GPUs and put the losses together again. One tower sees
    the whole batch and has the same loss and the same gradients.

    Args:
        model_fn: of an estimator; its optimizer is a :class:`TowerOptimizer`.
        loss_reduction: how the losses of towers are put together; there is one, so it has no effect.
        devices: at most one device; the model is put on it.

    Returns:
        A model function.

    Raises:
        ValueError: ``loss_reduction`` is ``NONE``.
        NotImplementedError: several devices are given.
    """
    if loss_reduction == tf.losses.Reduction.NONE:
        raise ValueError("Tower losses need to be reduced in some way, yet loss_reduction is NONE")
    if devices is not None and len(devices) > 1:
        raise NotImplementedError(
            f"replicate_model_fn(devices={list(devices)}): towers on several devices are not supported; use "
            "tf.estimator.RunConfig(train_distribute=tf.contrib.distribute.MirroredStrategy())"
        )
    if not devices:
        return model_fn

    def on_device(features: Any, labels: Any, mode: str, params: Any = None, config: Any = None) -> Any:
        known = inspect.signature(model_fn).parameters
        given = {"labels": labels, "mode": mode, "params": params, "config": config}
        with tf.device(devices[0]):
            return model_fn(features, **{name: value for name, value in given.items() if name in known})

    return on_device


class TowerOptimizer(tf.train.Optimizer):  # type: ignore[misc]
    """The optimizer of a model for :func:`replicate_model_fn`; it hands everything to the one it is given.

    Args:
        optimizer_or_optimizer_fn: a ``tf.train.Optimizer``, or a function that makes one.
    """

    def __init__(self, optimizer_or_optimizer_fn: Any) -> None:
        made = isinstance(optimizer_or_optimizer_fn, tf.train.Optimizer)
        self._optimizer = optimizer_or_optimizer_fn if made else optimizer_or_optimizer_fn()
        super().__init__(use_locking=False, name=self._optimizer.get_name())

    def compute_gradients(self, *args: Any, **kwargs: Any) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._optimizer.compute_gradients(*args, **kwargs)

    def apply_gradients(self, *args: Any, **kwargs: Any) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._optimizer.apply_gradients(*args, **kwargs)

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._optimizer.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._optimizer.get_slot_names(*args, **kwargs)

    def variables(self) -> Any:
        """See ``tf.train.Optimizer``."""
        return self._optimizer.variables()
