"""Plugin ``process``: the backend that runs each host of a job as a process tree on this machine."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.backend import LIMIT_OPTIONS, SERVICE_OPTIONS, BackendSpec
from smtf_core.sources.source import SCHEMES


@hookimpl
def smtf_register_backends() -> list[BackendSpec]:
    """Declare backend ``process``."""
    return [
        BackendSpec(
            name="process",
            factory="smtf_backends.process.backend:ProcessBackend",
            extra="smtf[tensorflow]",
            instance_types=("process",),
            code_schemes=SCHEMES,
            model_schemes=SCHEMES,
            unused_options=(*SERVICE_OPTIONS, *LIMIT_OPTIONS),
            stops_on_interrupt=True,
            summary="processes on this machine, any number of hosts",
        )
    ]
