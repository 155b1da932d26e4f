"""Plugin ``serving``: the serving adapters that come with smtf."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.serving_adapter import ServingAdapterSpec


@hookimpl
def smtf_register_serving_adapters() -> list[ServingAdapterSpec]:
    """Declare adapters ``tfs`` and ``python``."""
    return [
        ServingAdapterSpec(
            name="tfs",
            factory="smtf_serving.adapters.tfs.adapter:TfsAdapter",
            extra="smtf[tensorflow]",
            aliases=("tensorflow-serving",),
            summary="TensorFlow Serving's REST API, and /invocations as the SageMaker container has it",
        ),
        ServingAdapterSpec(
            name="python",
            factory="smtf_serving.adapters.python.adapter:PythonAdapter",
            extra="smtf[tensorflow]",
            summary="/invocations with transform_fn, input_fn and output_fn of the training script",
        ),
    ]
