"""Backend ``docker``: every host of a job is a container on this machine, with an ``/opt/ml`` tree of its own.

A launcher, which outlives the client, owns the containers and the folder's lock; labels tell whose they are.
"""

from __future__ import annotations

import json

from attrs import evolve

from smtf_backends.docker.endpoint import ContainerEndpoint, find_all, remove_lost, start
from smtf_backends.docker.engine import connect
from smtf_backends.docker.hosts import speaks_s3
from smtf_backends.docker.images import PLAIN, image_of
from smtf_backends.docker.leftovers import left_running, remove_all_leftovers
from smtf_backends.docker.lib import mounted
from smtf_core.client.folder import find
from smtf_core.client.launched import LaunchedJobs
from smtf_core.interfaces import EndpointPlan
from smtf_core.models import Job, JobHandle, JobState, JobStatus
from smtf_core.models.cluster import Network
from smtf_core.models.converter import to_data
from smtf_core.models.layout import write_atomically
from smtf_core.plugins import PluginManager

_ENDING = "`smtf stop` lets them save and end, `smtf clean` removes them"


class DockerBackend(LaunchedJobs):
    """Runs jobs in containers. See :class:`~smtf_core.interfaces.DetachedBackend`."""

    def __init__(self, plugins: PluginManager) -> None:
        super().__init__("docker", "smtf_backends.docker.launcher", plugins)
        self._endpoints: dict[str, ContainerEndpoint] = {}

    def submit(self, job: Job) -> JobHandle:
        """See :class:`~smtf_core.interfaces.Backend`."""
        image = image_of(connect(), job)
        if image.kind == PLAIN:
            mounted(image, s3=speaks_s3(job))  # what cannot be fetched is said now
        details = {"image": json.dumps(to_data(image))}
        # A contract image is told nothing of smtf's own.
        network = Network() if image.kind == PLAIN else None
        return self.launch(job, network, details=details, code="/opt/ml/code", interface="eth0")

    def status(self, handle: JobHandle) -> JobStatus:
        """See :class:`~smtf_core.interfaces.Backend`."""
        status = super().status(handle)
        if status.state is JobState.FAILED and not find(handle).layout.failure.exists():
            message = f"{status.message}; containers of it may still run: {_ENDING}"
            return evolve(status, message=message, failure=message)
        return status

    def stop(self, handle: JobHandle, reason: str) -> None:
        """See :class:`~smtf_core.interfaces.Backend`; containers whose launcher was killed are asked as well."""
        folder = find(handle)
        if folder.running():
            super().stop(handle, reason)
        elif running := left_running(connect(), handle.location):
            if not folder.layout.stop_request.exists():
                write_atomically(folder.layout.stop_request, reason)
            for container in running:
                container.kill("SIGTERM")

    def deploy(self, plan: EndpointPlan) -> ContainerEndpoint:
        """See :class:`~smtf_core.interfaces.ServingBackend`; instances are processes in one container."""
        endpoint = start(connect(), plan)
        self._endpoints[endpoint.name] = endpoint
        return endpoint

    def endpoints(self) -> tuple[ContainerEndpoint, ...]:
        """See :class:`~smtf_core.interfaces.ServingBackend`; those of this user, whichever process deployed them."""
        return tuple(self._endpoints.get(found.name, found) for found in find_all(connect()))

    def clean(self) -> tuple[str, ...]:
        """See :class:`~smtf_core.interfaces.DetachedBackend`."""
        client = connect()
        return (*remove_all_leftovers(client), *remove_lost(client), *super().clean())
