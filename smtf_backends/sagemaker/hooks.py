"""Plugin ``sagemaker``: the backend that runs a job on Amazon SageMaker."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.backend import HOSTING_OPTIONS, LIMIT_OPTIONS, BackendSpec


@hookimpl
def smtf_register_backends() -> list[BackendSpec]:
    """Declare backend ``sagemaker``."""
    return [
        BackendSpec(
            name="sagemaker",
            factory="smtf_backends.sagemaker.backend:SageMakerBackend",
            extra="smtf[sagemaker]",
            instance_types=("ml.*",),
            input_modes=("File", "FastFile", "Pipe"),
            channel_schemes=("file", "s3"),
            code_schemes=("file", "s3"),
            model_schemes=("file", "s3"),
            endpoint_options=HOSTING_OPTIONS,
            unused_options=("enable_cloudwatch_metrics", *LIMIT_OPTIONS),
            default_output_path="s3://sagemaker-{region}-{account}/",
            default_base_job_name="sagemaker-tensorflow",
            summary="on Amazon SageMaker: legacy TensorFlow images, or smtf on its TensorFlow 2 images",
        )
    ]
