"""Keras 3 under ``tf.distribute``: what its ``fit`` does that several hosts cannot (seen with Keras 3.15)."""

from __future__ import annotations

import importlib
from typing import Any


def distribute_keras_3(model: Any, batch: Any, strategy: Any) -> None:
    """Prepare a compiled model that was made under a strategy.

    Args:
        model: the model; changed in place.
        batch: one batch of this process's own, ``(features, labels)``.
        strategy: the ``tf.distribute.Strategy``.
    """
    # fit makes the metrics from the mean of a first distributed batch. MultiWorkerMirroredStrategy reduces single
    # values only, not the pair that a batch is. A batch of this process has the same shapes.
    model._symbolic_build(data_batch=batch)
    model._maybe_symbolic_build = lambda **_: None
    # Its training function averages the hosts' scalar losses along an axis that those do not have. This one gives the
    # loss of this host's own share.
    model.train_function = _train_function(model, strategy)


def _train_function(model: Any, strategy: Any) -> Any:
    tf: Any = importlib.import_module("tensorflow")

    def step(iterator: Any) -> Any:
        outputs = strategy.run(model.train_step, args=(next(iterator),))
        return tf.nest.map_structure(lambda value: strategy.experimental_local_results(value)[0], outputs)

    return step if model.run_eagerly else tf.function(step, reduce_retracing=True)
