"""Plugin ``serving``: the serving adapters that come with smtf."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.serving_adapter import ServingAdapterSpec


@hookimpl
def smtf_register_serving_adapters() -> list[ServingAdapterSpec]:
    """Declare adapters ``tfs``, ``tfs-binary`` and ``python``."""
    return [
        ServingAdapterSpec(
            name="tfs",
            factory="smtf_serving.adapters.tfs.adapter:TfsAdapter",
            extra="smtf[tensorflow]",
            aliases=("tensorflow-serving",),
            summary="TensorFlow Serving's REST API, and /invocations as the SageMaker container has it",
        ),
        ServingAdapterSpec(
            name="tfs-binary",
            factory="smtf_serving.adapters.tfs_binary.adapter:TfsBinaryAdapter",
            extra="smtf[serving]",
            brings_grpc=True,
            summary="your own tensorflow_model_server, with /invocations in front of it",
        ),
        ServingAdapterSpec(
            name="python",
            factory="smtf_serving.adapters.python.adapter:PythonAdapter",
            extra="smtf[tensorflow]",
            summary="/invocations with transform_fn, input_fn and output_fn of the training script",
        ),
    ]
