"""Endpoints of backend ``docker``: a container that serves, reached on 127.0.0.1 only, known to all by its labels.

Its folder below the user's state has what the container must read, and goes when the endpoint does.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import docker
from attrs import evolve
from docker.errors import APIError, NotFound

from smtf_backends.docker.engine import LABEL_ENDPOINT, LABEL_LOCATION, LABEL_USER, explained, gpu_requests
from smtf_backends.docker.images import model_server_image, serving_image
from smtf_backends.docker.model_server import has_arguments, has_failed, programs_of, start_program, with_stand_in
from smtf_backends.docker.served import all_ready, container_of, published
from smtf_core.client.folder import JobFolder
from smtf_core.client.http_call import call
from smtf_core.client.local_deployment import local_deployment
from smtf_core.client.serving_failures import last_words, name_taken, start_failure
from smtf_core.client.state import state_folder
from smtf_core.errors import EndpointUnreachableError, InvalidInputError, SmtfError
from smtf_core.interfaces import EndpointPlan, Reply, Request
from smtf_core.models import EndpointState

# Whether it was to end with its client.
_LABEL_CLIENT = "smtf.with-client"
_TFS_BINARY = "tfs-binary"
_START_SECONDS, _RETRY_SECONDS, _PING_SECONDS = 600.0, 0.1, 5.0
# `smtf serve` drains for 25 s at most; SageMaker gives a container 30 s.
_END_SECONDS = 40


class ContainerEndpoint:
    """See :class:`~smtf_core.interfaces.Endpoint`.

    Args:
        client: of the engine.
        container: its container.
        keeper: the process that ends it with this one, if it was deployed here and is to.
    """

    def __init__(
        self, client: docker.DockerClient, container: Any, keeper: subprocess.Popen[bytes] | None = None
    ) -> None:
        self._client = client
        self._container = container
        self._keeper = keeper

    @property
    def name(self) -> str:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        return str(self._container.labels[LABEL_ENDPOINT])

    @property
    def address(self) -> str | None:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        bound = [binding for bindings in self._container.ports.values() for binding in bindings or ()]
        return f"http://127.0.0.1:{bound[0]['HostPort']}" if bound else None

    @property
    def state(self) -> EndpointState:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        with explained(f"endpoint {self.name}"):
            try:
                self._container.reload()
            except NotFound:
                return EndpointState.FAILED
        if self._container.status == "removing":
            return EndpointState.DELETING
        if self._container.status not in ("created", "running"):
            return EndpointState.FAILED
        return EndpointState.IN_SERVICE if self._answers() else EndpointState.CREATING

    @property
    def abandoned(self) -> bool:
        """Whether it was to end with its client, and has ended otherwise, as all do when the machine is restarted."""
        return _LABEL_CLIENT in self._container.labels and self.state is EndpointState.FAILED

    def invoke(self, request: Request) -> Reply:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        address = self.address
        if address is None:
            raise EndpointUnreachableError(f"endpoint {self.name!r} has been deleted, or has not started")
        try:
            return call(address, request)
        except EndpointUnreachableError as error:
            raise EndpointUnreachableError(
                f"endpoint {self.name!r}: {error}. Its log: docker logs {self._container.name}"
            ) from error

    def delete(self) -> None:
        """See :class:`~smtf_core.interfaces.Endpoint`; the server is asked to end first."""
        with explained(f"deleting endpoint {self.name}"), contextlib.suppress(NotFound):
            self._container.stop(timeout=_END_SECONDS)
            _remove(self._container)
        for program in programs_of(self._client, self._container.name):  # after its last request
            with explained(f"deleting endpoint {self.name}"), contextlib.suppress(NotFound):
                _remove(program)
        self._container.attrs.pop("NetworkSettings", None)
        if self._keeper is not None:
            assert self._keeper.stdin is not None
            self._keeper.stdin.close()
            self._keeper.wait()
        shutil.rmtree(self._container.labels[LABEL_LOCATION], ignore_errors=True)

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            InvalidInputError: what is served is not what it must be.
            SmtfError: the server has ended, or does not answer in time.
        """
        programs = programs_of(self._client, self._container.name)
        self._wait(lambda: self.state is EndpointState.IN_SERVICE, programs)

    def wait_for_arguments(self) -> None:
        """Wait until it is known how its ``tensorflow_model_server`` is to be started.

        Raises:
            SmtfError: see :meth:`wait`.
        """
        folder = Path(self._container.labels[LABEL_LOCATION])
        self._wait(lambda: has_arguments(folder), [])

    def _wait(self, true: Callable[[], bool], programs: Sequence[Any]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not true():
            if self.state is EndpointState.FAILED:
                raise start_failure(self.name, self._container.attrs["State"]["ExitCode"], _last_words(self._container))
            for program in filter(has_failed, programs):
                raise start_failure(self.name, program.attrs["State"]["ExitCode"], _last_words(program))
            if time.monotonic() > deadline:
                raise SmtfError(
                    f"endpoint {self.name!r} did not answer GET /ping with 200 within {_START_SECONDS:g} s; the end of "
                    f"its log:\n{_last_words(self._container)}"
                )
            time.sleep(_RETRY_SECONDS)

    def _answers(self) -> bool:
        address = self.address
        if address is None or not all_ready(Path(self._container.labels[LABEL_LOCATION])):
            return False
        try:
            with urllib.request.urlopen(f"{address}/ping", timeout=_PING_SECONDS) as reply:
                return bool(reply.status == 200)
        except (OSError, http.client.HTTPException):
            return False


def _last_words(container: Any) -> str:
    """What a server says went wrong; the end of its log where it does not."""
    text: str = container.logs(tail=1000).decode("utf-8", "replace")
    return last_words(text) or "it said nothing"


def start(client: docker.DockerClient, plan: EndpointPlan) -> ContainerEndpoint:
    """Start an endpoint and wait until it answers; leaves nothing behind when it does not.

    Raises:
        InvalidInputError: the name is taken, there is no such image, or something of the plan is not what it must be.
        SmtfError: the engine refuses, or the models or handlers cannot be loaded.
    """
    name = f"smtf-endpoint-{os.getuid()}-{plan.name}"
    _make_room(client, name, plan.name)
    program = model_server_image(client, plan) if plan.adapter == _TFS_BINARY else None
    if program is not None:
        if plan.instance_count != 1:
            raise InvalidInputError(
                f"backend docker runs adapter {_TFS_BINARY} on 1 instance, not on {plan.instance_count}: "
                "tensorflow_model_server uses all processors by itself"
            )
        plan = evolve(plan, hosting=evolve(plan.hosting, image=None))
    image = serving_image(client, plan)
    ports = published(plan)
    gpus = gpu_requests(client, "all" if plan.instance_type == "local_gpu" else None)
    _folders().mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{plan.name}-", dir=_folders()))
    held = JobFolder(folder)
    held.lock()
    try:
        deployment = local_deployment(plan, folder / "fetched")
        labels = {LABEL_ENDPOINT: plan.name, LABEL_USER: str(os.getuid()), LABEL_LOCATION: str(folder)}
        asked = container_of(client, image, plan, deployment, folder)
        if program is not None:
            asked = with_stand_in(asked, image.interpreter, folder)
        with explained(f"endpoint {plan.name}"):
            container = client.containers.create(
                image.id,
                name=name,
                labels=labels if plan.detach else {**labels, _LABEL_CLIENT: "yes"},
                ports=ports,
                security_opt=["no-new-privileges"],
                device_requests=gpus if program is None else [],
                **asked,
            )
    except BaseException as error:
        shutil.rmtree(folder)
        if isinstance(error.__cause__, APIError) and error.__cause__.status_code == 409:
            raise name_taken(plan.name) from error
        raise
    finally:
        held.release()
    endpoint = ContainerEndpoint(client, container, None if plan.detach else _keeper(container.id))
    try:
        with explained(f"endpoint {plan.name}"):
            container.start()
        if program is not None:
            endpoint.wait_for_arguments()
            start_program(client, program, container, asked, folder, deployment.environment, gpus)
        endpoint.wait()
    except BaseException:
        with contextlib.suppress(NotFound):
            _remove(container)
        endpoint.delete()
        raise
    return endpoint


def find_all(client: docker.DockerClient) -> list[ContainerEndpoint]:
    """This user's endpoints, sorted by name; those that ended with their clients are given back."""
    found = []
    for endpoint in (ContainerEndpoint(client, container) for container in _containers(client)):
        if endpoint.abandoned:
            endpoint.delete()
        else:
            found.append(endpoint)
    return sorted(found, key=lambda endpoint: endpoint.name)


def remove_lost(client: docker.DockerClient) -> list[str]:
    """Remove what is left of endpoints that were never made, because a client was killed; what it was, in words."""
    # Asked in this order: a folder that nobody holds either has its container by now, or never gets one.
    unheld = [folder for folder in _folders().glob("*") if not JobFolder(folder).running()]
    known = {container.labels[LABEL_LOCATION] for container in _containers(client)}
    lost = [folder for folder in unheld if str(folder) not in known]
    for folder in lost:
        shutil.rmtree(folder, ignore_errors=True)
    programs = [program for program in programs_of(client) if program.labels[LABEL_LOCATION] not in known]
    for program in programs:
        with explained(f"removing {program.name}"), contextlib.suppress(NotFound):
            _remove(program)
    return [*(f"folder {folder}" for folder in lost), *(f"container {program.name}" for program in programs)]


def _containers(client: docker.DockerClient) -> list[Any]:
    with explained("looking for endpoints"):
        labels = {"label": [LABEL_ENDPOINT, f"{LABEL_USER}={os.getuid()}"]}
        containers: list[Any] = client.containers.list(all=True, filters=labels, ignore_removed=True)
    return containers


def _folders() -> Path:
    return state_folder() / "endpoints" / "docker"


def _make_room(client: docker.DockerClient, container: str, name: str) -> None:
    """See to it that the name is free: an endpoint of that name that has failed is given back."""
    with explained(f"endpoint {name}"):
        try:
            earlier = ContainerEndpoint(client, client.containers.get(container))
        except NotFound:
            return
    if earlier.state is not EndpointState.FAILED:
        raise name_taken(name)
    earlier.delete()


def _keeper(container: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "smtf_backends.docker.keeper", container],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C at the terminal is for the client
    )


def _remove(container: Any) -> None:
    try:
        container.remove(force=True, v=True)
    except APIError as error:
        if error.status_code != 409:  # somebody else removes it just now
            raise
