"""What a host reserves on the cluster, told by ``train_instance_type``."""

from __future__ import annotations

import re

from smtf_core.errors import InvalidInputError

_TYPE = re.compile(r"ray(?:\.(?P<cpus>[1-9]\d*)cpu)?(?:\.(?P<gpus>\d+)gpu)?")


def resources_of(instance_type: str) -> dict[str, int]:
    """The options of a host's actor.

    Args:
        instance_type: ``'ray'``, ``'ray.8cpu'``, ``'ray.1gpu'`` or ``'ray.8cpu.1gpu'``.

    Raises:
        InvalidInputError: something else.
    """
    match = _TYPE.fullmatch(instance_type)
    if match is None:
        raise InvalidInputError(
            f"train_instance_type {instance_type!r} must be 'ray' or 'ray.8cpu.1gpu' or one of the two"
        )
    return {"num_cpus": int(match["cpus"] or 1), "num_gpus": int(match["gpus"] or 0)}
