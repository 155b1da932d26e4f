"""Plugin ``ray``: the backend that runs hosts as actors on a Ray cluster."""

from __future__ import annotations

from smtf_core import hookimpl
from smtf_core.interfaces import BackendSpec
from smtf_core.interfaces.backend import SERVICE_OPTIONS


@hookimpl
def smtf_register_backends() -> list[BackendSpec]:
    """Declare backend ``ray``."""
    return [
        BackendSpec(
            name="ray",
            factory="smtf_ray.backend:RayBackend",
            extra="smtf-ray[ray]",
            instance_types=("ray", "ray.*"),
            unused_options=SERVICE_OPTIONS,
            stops_on_interrupt=True,
            summary="hosts as actors on a Ray cluster",
        )
    ]
