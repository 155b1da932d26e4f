"""Plugin ``serving``: the serving adapters that come with smtf."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.serving_adapter import ServingAdapterSpec


@hookimpl
def smtf_register_serving_adapters() -> list[ServingAdapterSpec]:
    """Declare adapter ``tfs``."""
    return [
        ServingAdapterSpec(
            name="tfs",
            factory="smtf_serving.adapters.tfs.adapter:TfsAdapter",
            extra="smtf[tensorflow]",
            aliases=("tensorflow-serving",),
            summary="TensorFlow Serving's REST API, and /invocations as the SageMaker container has it",
        )
    ]
