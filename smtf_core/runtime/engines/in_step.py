"""InStep: what processes that take every step together have to agree on, and to share.

Under ``MultiWorkerMirroredStrategy`` a step is an operation of all processes. One that ends its loop, or saves
variables that are kept apart on each host, a step earlier than the others waits for ever. So the chief's wish to save
and anybody's wish to stop become a decision of all, at the same step.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Sequence
from typing import Any

# Seconds between two exchanges, about; a stop waits no longer than that and the step that is running.
_INTERVAL = 1.0
_MOST_STEPS = 200


class InStep:
    """One process's side of the agreement.

    Args:
        strategy: the ``tf.distribute.Strategy`` that the processes train under.
        chief: whether this is the one whose variables and wishes to save count.
    """

    def __init__(self, strategy: Any, *, chief: bool) -> None:
        self._tensorflow: Any = importlib.import_module("tensorflow")
        self._strategy = strategy
        self._chief = chief
        self._left = 1
        self._distance = 1
        self._exchanged = time.monotonic()
        self._reduce = self._tensorflow.function(self._reduced)

    def agree(self, *, stop: bool, save: bool) -> tuple[bool, bool]:
        """Called by all processes after every step.

        Args:
            stop: whether this process was asked to stop.
            save: whether it is time to save.

        Returns:
            Whether all stop now, and whether all save now.
        """
        self._left -= 1
        if self._left:
            return False, False
        wishes = [int(stop), int(save and self._chief), self._next_distance() if self._chief else 0]
        stopping, saving, distance = self._sum(self._tensorflow.constant(wishes, self._tensorflow.int64)).numpy()
        self._left = self._distance = int(distance)
        return bool(stopping), bool(saving)

    def share(self, variables: Sequence[Any], values: Sequence[Any] | None) -> None:
        """Give all processes the chief's values, if it has any.

        Args:
            variables: of this process; the same on all.
            values: the chief's values for them; ``None``: it has none, or this is another process.
        """
        tf = self._tensorflow
        if not int(self._sum(tf.constant(values is not None, tf.int64))):
            return
        for number, variable in enumerate(variables):
            own = tf.zeros(variable.shape, variable.dtype) if values is None else values[number]
            # The sum of what the chief has and of nothing. Collective operations know few types.
            summed = self._sum(tf.cast(own, own.dtype if own.dtype.is_floating else tf.int64))
            variable.assign(tf.cast(summed, own.dtype))

    def _next_distance(self) -> int:
        """After how many steps to exchange again, so that it costs little and nobody waits long."""
        now = time.monotonic()
        seconds_a_step = (now - self._exchanged) / self._distance
        self._exchanged = now
        return max(1, min(int(_INTERVAL / max(seconds_a_step, 1e-6)), 2 * self._distance, _MOST_STEPS))

    def _sum(self, value: Any) -> Any:
        summed = self._strategy.experimental_local_results(self._reduce(value))
        return summed[0] // len(summed) if summed[0].dtype.is_integer else summed[0] / len(summed)  # devices of a host

    def _reduced(self, value: Any) -> Any:
        def on_replica() -> Any:
            # A copy, because what is reduced has to lie on the replica's device.
            own = self._tensorflow.identity(value)
            return self._tensorflow.distribute.get_replica_context().all_reduce("SUM", own)

        return self._strategy.run(on_replica)
