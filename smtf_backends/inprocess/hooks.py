"""Plugin ``inprocess``: the backend that runs a job in this process."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.backend import LIMIT_OPTIONS, SERVICE_OPTIONS, BackendSpec
from smtf_core.sources.source import SCHEMES


@hookimpl
def smtf_register_backends() -> list[BackendSpec]:
    """Declare backend ``inprocess``."""
    return [
        BackendSpec(
            name="inprocess",
            factory="smtf_backends.inprocess.backend:InProcessBackend",
            extra="smtf[tensorflow]",
            instance_types=("inprocess",),
            max_hosts=1,
            code_schemes=SCHEMES,
            model_schemes=SCHEMES,
            unused_options=(*SERVICE_OPTIONS, *LIMIT_OPTIONS),
            outlives_client=False,
            summary="in a thread of this process",
        )
    ]
