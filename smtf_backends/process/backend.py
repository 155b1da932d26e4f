"""Backend ``process``: every host of a job is a process tree on this machine, with an ``/opt/ml`` tree of its own.

The job's folder is the first host's tree; those of the others are below ``hosts``. A launcher, which outlives the
client, owns the hosts' processes and the folder's lock.
"""

from __future__ import annotations

import socket

from smtf_backends.process.endpoint import ProcessEndpoint, endpoints_folder
from smtf_core.client.launched import LaunchedJobs, host_names
from smtf_core.client.staging import require_tensorflow
from smtf_core.interfaces import EndpointPlan
from smtf_core.models import Job, JobHandle
from smtf_core.models.cluster import Network
from smtf_core.plugins import PluginManager

_HERE = "127.0.0.1"


class ProcessBackend(LaunchedJobs):
    """Runs jobs in processes. See :class:`~smtf_core.interfaces.DetachedBackend`."""

    def __init__(self, plugins: PluginManager) -> None:
        super().__init__("process", "smtf_backends.process.launcher", plugins)
        self._endpoints: dict[str, ProcessEndpoint] = {}

    def submit(self, job: Job) -> JobHandle:
        """See :class:`~smtf_core.interfaces.Backend`."""
        require_tensorflow("process")
        with socket.socket() as control:
            # The launcher inherits it, bound: so nobody can take the port before, nor between two supervisors.
            control.bind((_HERE, 0))
            network = Network(
                addresses=dict.fromkeys(host_names(job), _HERE), free_ports=True, control_port=control.getsockname()[1]
            )
            descriptor = control.fileno()
            return self.launch(job, network, arguments=(str(descriptor),), descriptors=(descriptor,))

    def deploy(self, plan: EndpointPlan) -> ProcessEndpoint:
        """See :class:`~smtf_core.interfaces.ServingBackend`; instances are processes that share a port."""
        endpoint = ProcessEndpoint(endpoints_folder() / plan.name)
        endpoint.start(plan)
        self._endpoints[plan.name] = endpoint
        return endpoint

    def endpoints(self) -> tuple[ProcessEndpoint, ...]:
        """See :class:`~smtf_core.interfaces.ServingBackend`; those of this user, whichever process deployed them."""
        folders = sorted(endpoints_folder().glob("*/.lock"))
        found = [self._endpoints.get(lock.parent.name) or ProcessEndpoint(lock.parent) for lock in folders]
        for endpoint in [one for one in found if one.abandoned]:
            endpoint.delete()
            found.remove(endpoint)
        return tuple(found)
