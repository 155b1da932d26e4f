"""Plugin ``serving``: the serving adapters that come with smtf."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.serving_adapter import ServingAdapterSpec


@hookimpl
def smtf_register_serving_adapters() -> list[ServingAdapterSpec]:
    """Declare adapter ``json``."""
    return [
        ServingAdapterSpec(
            name="json",
            factory="smtf_serving.adapters.signature:SignatureAdapter",
            extra="smtf[tensorflow]",
            summary="a SavedModel's default signature, JSON in and out",
        )
    ]
