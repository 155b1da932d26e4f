"""A container that serves a model: SageMaker's ``serve``, reached on 127.0.0.1 only. Deployment is built on this."""

from __future__ import annotations

import contextlib
import os
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker
from docker.errors import NotFound

from smtf_backends.docker.binds import ML, Bind
from smtf_backends.docker.engine import LABEL_JOB, LABEL_LOCATION, LABEL_USER, container_user, explained
from smtf_core.errors import SmtfError

#: Source: SageMaker's contract.
_PORT = 8080
_RETRY_SECONDS = 0.2


class ServingContainer:
    """A container that answers ``/ping`` and ``/invocations``.

    Args:
        client: of the engine.
        container: started.

    Attributes:
        address: ``http://127.0.0.1:<port>``.
    """

    def __init__(self, client: docker.DockerClient, container: Any) -> None:
        self._client = client
        self._container = container
        container.reload()
        self.address = f"http://127.0.0.1:{container.ports[f'{_PORT}/tcp'][0]['HostPort']}"

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until ``/ping`` is answered with 200.

        Raises:
            SmtfError: the container has ended, or did not answer in time; has the end of its log.
        """
        deadline = time.monotonic() + seconds
        while not self._is_ready():
            self._container.reload()
            if self._container.status != "running":
                raise SmtfError(f"the serving container has ended; the end of its log:\n{self._last_words()}")
            if time.monotonic() > deadline:
                raise SmtfError(
                    f"{self.address}/ping was not answered within {seconds:g} s; the end of the container's log:\n"
                    f"{self._last_words()}"
                )
            time.sleep(_RETRY_SECONDS)

    def delete(self) -> None:
        """Give it back; does nothing the second time."""
        with explained("removing the serving container"), contextlib.suppress(NotFound):
            self._container.remove(force=True, v=True)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/ping", timeout=5) as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _last_words(self) -> str:
        said: bytes = self._container.logs(tail=20)
        return said.decode("utf-8", "replace")


def start_serving(
    client: docker.DockerClient, image: str, name: str, model: Path, environment: Mapping[str, str]
) -> ServingContainer:
    """Start a container that serves a model.

    Args:
        client: of the engine.
        image: a contract image, also one of ``smtf image build``.
        name: the endpoint's.
        model: the model's folder; the container sees it as ``/opt/ml/model`` and cannot change it.
        environment: ``SAGEMAKER_…`` variables.

    Raises:
        SmtfError: the engine refuses.
    """
    with explained(f"endpoint {name}"):
        container = client.containers.create(
            image,
            ["serve"],
            name=f"smtf-endpoint-{name}",
            user=container_user(client),
            labels={LABEL_JOB: name, LABEL_LOCATION: str(model), LABEL_USER: f"endpoint-{os.getuid()}"},
            mounts=[Bind(model, f"{ML}/model").mount()],
            ports={f"{_PORT}/tcp": ("127.0.0.1", None)},
            security_opt=["no-new-privileges"],
            environment=dict(environment),
        )
        try:
            container.start()
        except BaseException:
            container.remove(force=True)
            raise
    return ServingContainer(client, container)
