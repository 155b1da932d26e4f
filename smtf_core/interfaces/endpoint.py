"""Endpoint: a deployed model that answers requests, wherever it runs."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from smtf_core.interfaces.backend import Backend
from smtf_core.interfaces.serving_adapter import Deployment, Reply, Request
from smtf_core.models import EndpointState


class Endpoint(Protocol):
    """Answers requests until it is deleted."""

    @property
    def name(self) -> str:
        """Its name, unique on its backend."""
        ...

    @property
    def state(self) -> EndpointState:
        """What it is doing now."""
        ...

    @property
    def address(self) -> str | None:
        """Where it listens, ``http://host:port``; ``None`` if it is reached in another way, or not yet."""
        ...

    def invoke(self, request: Request) -> Reply:
        """Send one request and wait for the reply.

        Raises:
            SmtfError: the endpoint cannot be reached. A reply with an error status is a reply.
        """
        ...

    def delete(self) -> None:
        """Give everything back that the endpoint holds; does nothing the second time."""
        ...


@runtime_checkable
class ServingBackend(Backend, Protocol):
    """A backend that can also run endpoints."""

    def deploy(self, name: str, adapter: str, deployment: Deployment, instance_count: int, *, detach: bool) -> Endpoint:
        """Start an endpoint and wait until it answers.

        Args:
            name: of the endpoint.
            adapter: name of the serving adapter.
            deployment: what is served.
            instance_count: on how many instances.
            detach: whether it must go on when this process ends. A service's endpoints always do.

        Raises:
            InvalidInputError: the name is taken, or the backend cannot do it.
            SmtfError: the models or the handlers cannot be loaded.
        """
        ...

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Those that there are, sorted by name.

        Raises:
            BackendUnavailableError: the engine or service cannot be asked.
        """
        ...
