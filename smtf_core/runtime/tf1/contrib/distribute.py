"""``tf.contrib.distribute``: training on several devices, over today's ``tf.distribute``.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.distribute``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf

CrossTowerOps = tf.distribute.CrossDeviceOps
DistributionStrategy = tf.distribute.Strategy
ReductionToOneDeviceCrossTowerOps = tf.distribute.ReductionToOneDevice
get_distribution_strategy = tf.distribute.get_strategy
get_loss_reduction = tf.distribute.get_loss_reduction
get_tower_context = tf.distribute.get_replica_context
has_distribution_strategy = tf.distribute.has_strategy


class MirroredStrategy(tf.distribute.MirroredStrategy):  # type: ignore[misc]
    """One copy of the model on each GPU of this machine.

    Args:
        devices: names of the devices; by default all GPUs, or the processor where there are none.
        num_gpus: the first so many GPUs, instead of ``devices``; none of them: the processor.
        num_gpus_per_worker: later name of ``num_gpus``.
        cross_tower_ops: how values are put together.
        prefetch_on_device: today's TensorFlow decides on its own where data is kept ready; it has no effect on results.

    Raises:
        ValueError: more than one of ``devices``, ``num_gpus`` and ``num_gpus_per_worker`` is given.
    """

    def __init__(
        self,
        devices: Sequence[str] | None = None,
        num_gpus: int | None = None,
        num_gpus_per_worker: int | None = None,
        cross_tower_ops: Any = None,
        prefetch_on_device: bool | None = None,
    ) -> None:
        if sum(value is not None for value in (devices, num_gpus, num_gpus_per_worker)) > 1:
            raise ValueError("Must only specify one of `devices`, `num_gpus` and `num_gpus_per_worker`.")
        gpus = num_gpus if num_gpus is not None else num_gpus_per_worker
        if gpus is not None:
            devices = [f"/device:GPU:{number}" for number in range(gpus)] or ["/device:CPU:0"]
        super().__init__(devices=devices, cross_device_ops=cross_tower_ops)


class OneDeviceStrategy(tf.distribute.OneDeviceStrategy):  # type: ignore[misc]
    """Everything on one device.

    Args:
        device: its name.
        prefetch_on_device: see :class:`MirroredStrategy`.
    """

    def __init__(self, device: str, prefetch_on_device: bool | None = None) -> None:
        super().__init__(device)
