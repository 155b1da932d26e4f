"""The container engine: how it is reached, what its errors mean, as whom containers run."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from docker.types import DeviceRequest
from requests.exceptions import RequestException

from smtf_core.errors import BackendUnavailableError, InvalidInputError, SmtfError, StorageError

#: What containers and networks of jobs are known by. None of them is secret.
LABEL_JOB, LABEL_LOCATION, LABEL_USER = "smtf.job", "smtf.location", "smtf.user"
#: What containers of endpoints have instead of :data:`LABEL_JOB`.
LABEL_ENDPOINT = "smtf.endpoint"


def connect() -> docker.DockerClient:
    """A client of the engine: that of ``DOCKER_HOST``, else the first socket of Docker or Podman that is there.

    Raises:
        BackendUnavailableError: there is none, or this user may not use it.
    """
    address = os.environ.get("DOCKER_HOST") or next((f"unix://{path}" for path in _sockets() if path.exists()), None)
    if address is None:
        raise BackendUnavailableError(
            f"there is no container engine: none of {', '.join(map(str, _sockets()))} exists and DOCKER_HOST is not "
            "set. Start Docker (dockerd) or Podman (podman system service), or set DOCKER_HOST"
        )
    try:
        client = docker.DockerClient(base_url=address, version="auto", timeout=120)
    except DockerException as error:
        reason = str(error.__context__ or error)
        if "Permission denied" in str(error):
            raise BackendUnavailableError(
                f"the container engine at {address} does not let this user in; join its group (docker), or use a "
                "rootless engine through DOCKER_HOST"
            ) from error
        raise BackendUnavailableError(
            f"the container engine at {address} does not answer ({reason}). Start it: dockerd, or systemctl start "
            "docker"
        ) from error
    return client


def _sockets() -> list[Path]:
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    return [
        Path("/var/run/docker.sock"),
        runtime / "docker.sock",
        runtime / "podman" / "podman.sock",
        Path("/run/podman/podman.sock"),
    ]


@contextlib.contextmanager
def explained(what: str) -> Iterator[None]:
    """Within it, what the engine says is said in smtf's terms.

    Args:
        what: what is being done, for the message.

    Raises:
        StorageError: the engine's disk is full.
        InvalidInputError: the engine has no GPUs.
        BackendUnavailableError: it does not answer.
        SmtfError: it refuses.
    """
    try:
        yield
    except ImageNotFound:
        raise  # who asks for an image knows what to say
    except APIError as error:
        text = error.explanation or str(error)
        if "no space left" in text:
            raise StorageError(
                f"{what}: the container engine's disk is full ({text}); free some space, for example with "
                "`docker image prune`"
            ) from error
        if "could not select device driver" in text:
            raise InvalidInputError(
                f"{what}: the container engine has no GPUs to give ({text}); install the NVIDIA container toolkit, or "
                "leave gpus out"
            ) from error
        raise SmtfError(f"{what}: the container engine says: {text}") from error
    except (RequestException, DockerException) as error:
        raise BackendUnavailableError(f"{what}: the container engine does not answer ({error})") from error


def container_user(client: docker.DockerClient) -> str:
    """Who a job's processes are in its containers, so that what they write belongs to the caller."""
    if any("rootless" in option for option in client.info().get("SecurityOptions") or ()):
        return "0:0"  # a rootless engine's root is the caller
    return f"{os.getuid()}:{os.getgid()}"


def is_podman(client: docker.DockerClient) -> bool:
    """Whether the engine is Podman, which answers as Docker does, but for a few things."""
    return any("Podman" in one.get("Name", "") for one in client.version().get("Components") or ())


def outlive_it(client: docker.DockerClient) -> bool:
    """Whether containers go on while the engine is restarted: Docker's do with ``live-restore``, Podman's always."""
    return client.info().get("LiveRestoreEnabled", False) or is_podman(client)


def gpu_requests(client: docker.DockerClient, gpus: str | None) -> list[DeviceRequest]:
    """What the engine is asked for GPUs.

    Args:
        client: of the engine.
        gpus: ``'all'``, a number, ``'device=0,2'``; ``None``: none.

    Raises:
        InvalidInputError: the engine would pass the request over.
    """
    if gpus is None:
        return []
    if is_podman(client):
        raise InvalidInputError(
            "Podman gives no GPUs to containers that are asked for in Docker's way; use Docker for gpus"
        )
    if gpus.startswith("device="):
        return [DeviceRequest(device_ids=gpus.removeprefix("device=").split(","), capabilities=[["gpu"]])]
    return [DeviceRequest(count=-1 if gpus == "all" else int(gpus), capabilities=[["gpu"]])]
