"""What the plugin adds: a backend by name."""

from __future__ import annotations

from smtf_core import hookimpl
from smtf_core.interfaces import BackendSpec
from smtf_core.interfaces.backend import LIMIT_OPTIONS, SERVICE_OPTIONS


@hookimpl
def smtf_register_backends() -> list[BackendSpec]:
    """`train_instance_type='nice'` runs a job on what the machine's other work leaves over."""
    return [
        BackendSpec(
            name="nice",
            factory="smtf_nice.backend:NiceBackend",
            extra="smtf[tensorflow]",
            instance_types=("nice",),
            max_hosts=1,
            unused_options=(*SERVICE_OPTIONS, *LIMIT_OPTIONS),
            outlives_client=False,
            summary="a process of low priority on this machine",
        )
    ]
