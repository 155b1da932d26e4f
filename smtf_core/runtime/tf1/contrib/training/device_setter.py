"""How ``tf.train.replica_device_setter`` chooses a parameter server.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.training.GreedyLoadBalancingStrategy``, ``RandomStrategy`` and
``byte_size_load_fn``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np


def byte_size_load_fn(op: Any) -> int:
    """The bytes of an operation's one output.

    Args:
        op: a ``tf.Operation`` with one output of known shape.

    Returns:
        The size; of strings, TensorFlow's own size of an entry.

    Raises:
        ValueError: there is not exactly one output, or its shape is not fully known.
    """
    if len(op.outputs) != 1:
        raise ValueError(f"Op {op!r} must have a single output")
    output = op.outputs[0]
    if not output.shape.is_fully_defined():
        # TensorFlow 1 takes variables whose shape is yet to be validated for one element.
        raise ValueError(f"the size of {op.name} is not known: its shape is {output.shape}")
    return int(output.dtype.size * output.shape.num_elements())


class GreedyLoadBalancingStrategy:
    """Put each operation on the task with the least load so far.

    Args:
        num_tasks: how many tasks there are.
        load_fn: the load of an operation, e.g. :func:`byte_size_load_fn`.
    """

    def __init__(self, num_tasks: int, load_fn: Callable[[Any], float]) -> None:
        self._load_fn = load_fn
        self._loads = np.zeros(num_tasks)

    def __call__(self, op: Any) -> int:
        """The task for an operation."""
        task = int(np.argmin(self._loads))
        self._loads[task] += self._load_fn(op)
        return task


class RandomStrategy:
    """Put each operation on a task chosen by chance.

    Args:
        num_ps_tasks: how many tasks there are.
        seed: of the choice; all processes must use the same.
    """

    def __init__(self, num_ps_tasks: int, seed: int = 0) -> None:
        self._num_tasks = num_ps_tasks
        self._seed = seed

    def __call__(self, op: Any) -> int:
        """The task for an operation."""
        # The choice depends on the name only: processes that build the graph in different order agree.
        digest = hashlib.md5(f"{op.name}_{self._seed}".encode(), usedforsecurity=False)
        return int(digest.hexdigest(), 16) % self._num_tasks
