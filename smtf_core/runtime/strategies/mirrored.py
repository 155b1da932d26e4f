"""Strategy ``mirrored``: one host, every device of it with a copy of the model, in step."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from smtf_core.interfaces import Cluster
from smtf_core.models import TrainingEnvironment, TrainingResult


class Mirrored:
    """Trains with ``tf.distribute.MirroredStrategy`` on all GPUs, or on all CPU devices where there is no GPU."""

    def run(self, environment: TrainingEnvironment, train: Callable[[Cluster], TrainingResult]) -> TrainingResult:
        """See :class:`~smtf_core.interfaces.Strategy`."""
        if environment.framework_version.generation == 1:
            return train(Cluster(train_distribute=lambda: _strategy("compat.v1.distribute")))
        return train(Cluster(train_distribute=lambda: _strategy("distribute")))


def _strategy(place: str) -> Any:
    # When the script has been loaded: it may configure its devices.
    tf: Any = importlib.import_module("tensorflow")
    module = tf
    for part in place.split("."):
        module = getattr(module, part)
    gpus = [device.name for device in tf.config.list_logical_devices("GPU")]
    if gpus:
        return module.MirroredStrategy(gpus)
    cpus = [device.name for device in tf.config.list_logical_devices("CPU")]
    # The collective operations that it would choose for several CPU devices never end in a session.
    return module.MirroredStrategy(cpus, cross_device_ops=tf.distribute.ReductionToOneDevice())
