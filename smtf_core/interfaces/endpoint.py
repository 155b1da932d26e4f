"""Endpoint: a deployed model that answers requests, wherever it runs."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from attrs import field, frozen

from smtf_core.interfaces.backend import Backend
from smtf_core.interfaces.serving_adapter import Deployment, Reply, Request
from smtf_core.models import EndpointState, Hosting


@frozen(kw_only=True)
class EndpointPlan:
    """An endpoint that is to be.

    Args:
        name: unique on its backend.
        adapter: name of the serving adapter.
        deployment: what is served. Its ``path`` is what the user gave: a folder, an archive of one (``model.tar.gz``),
            or a URI that :attr:`~smtf_core.interfaces.BackendSpec.model_schemes` has;
            :func:`smtf_core.sources.models.local_model` makes a folder of it.
        instance_type: what chose the backend, for those that have several.
        instance_count: on how many instances.
        detach: whether it must go on when this process ends. A service's endpoints always do.
        wait: whether to return only when it answers, on backends that can do otherwise.
        update: put it into the place of one of that name.
        hosting: what a service wants to know besides.
    """

    name: str
    adapter: str
    deployment: Deployment
    instance_type: str = ""
    instance_count: int = 1
    detach: bool = False
    wait: bool = True
    update: bool = False
    hosting: Hosting = field(factory=Hosting)


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

    def deploy(self, plan: EndpointPlan) -> Endpoint:
        """Start an endpoint and wait until it answers.

        Args:
            plan: checked already against the backend's spec.

        Raises:
            InvalidInputError: the name is taken, or the backend cannot do it.
            SmtfError: the models or the handlers cannot be loaded; nothing is left behind.
        """
        ...

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Those that there are, sorted by name.

        Raises:
            BackendUnavailableError: the engine or service cannot be asked.
        """
        ...
