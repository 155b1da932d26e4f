"""Plugin ``docker``: the backend that runs each host of a job in a container."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.backend import SERVICE_OPTIONS, BackendSpec
from smtf_core.sources.source import SCHEMES


@hookimpl
def smtf_register_backends() -> list[BackendSpec]:
    """Declare backend ``docker``."""
    return [
        BackendSpec(
            name="docker",
            factory="smtf_backends.docker.backend:DockerBackend",
            extra="smtf[docker]",
            instance_types=("local", "local_gpu"),
            code_schemes=SCHEMES,
            model_schemes=SCHEMES,
            endpoint_options=("image_name", "py_version"),
            unused_options=tuple(name for name in SERVICE_OPTIONS if name != "image_name"),
            stops_on_interrupt=True,
            summary="containers on this machine, any number of hosts; SageMaker's images or any with TensorFlow",
        )
    ]
