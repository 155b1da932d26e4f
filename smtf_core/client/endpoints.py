"""Endpoints over every backend that runs such: found by name and listed, whoever deployed them."""

from __future__ import annotations

import re

from attrs import frozen

from smtf_core.client.asking import AskedBackends
from smtf_core.errors import InvalidInputError, UnknownNameError
from smtf_core.interfaces import Endpoint, ServingBackend
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


@frozen
class Found:
    """An endpoint and the name of its backend."""

    backend: str
    endpoint: Endpoint


class Endpoints:
    """The endpoints of all backends that run such, or of one.

    A backend whose extra is missing, or whose engine or service cannot be reached, does not hide the others'.

    Args:
        plugins: where the backends come from.
        backend: the only one to ask.

    Raises:
        UnknownNameError: there is no such backend.
        InvalidInputError: it runs no endpoints.
    """

    def __init__(self, plugins: PluginManager, backend: str | None = None) -> None:
        registry = Registries(plugins).backends
        if backend is not None and not isinstance(registry.shared(backend), ServingBackend):
            raise runs_no_endpoints(plugins, backend)
        #: Those that are asked, and why some could not be.
        self.backends = AskedBackends(plugins, ServingBackend, registry.names() if backend is None else [backend])

    def all(self) -> list[Found]:
        """Those that there are, sorted by backend and name."""
        return self.backends.ask(lambda name, backend: [Found(name, endpoint) for endpoint in backend.endpoints()])

    def find(self, name: str) -> Found:
        """The endpoint of that name.

        Raises:
            UnknownNameError: no backend has it; names those that could not be asked.
            InvalidInputError: several have one.
        """
        everything = self.all()
        found = [one for one in everything if one.endpoint.name == name]
        if not found:
            known = ", ".join(one.endpoint.name for one in everything) or "none"
            message = f"there is no endpoint {name!r}; there is: {known}"
            raise UnknownNameError("\n".join([message, *self.backends.notes()]))
        if len(found) > 1:
            names = ", ".join(one.backend for one in found)
            raise InvalidInputError(f"several backends have an endpoint {name!r}: {names}. Say which one with backend")
        return found[0]


def runs_no_endpoints(plugins: PluginManager, backend: str) -> InvalidInputError:
    """The error where an endpoint is looked for on a backend that runs none; names those that do."""
    registry = Registries(plugins).backends
    able = AskedBackends(plugins, ServingBackend, registry.names()).ask(lambda name, _: [registry.find(name)])
    named = [f"{spec.name} (instance type {' or '.join(map(repr, spec.instance_types))})" for spec in able]
    return InvalidInputError(
        f"backend {backend!r} runs no endpoints; "
        + (f"these do: {', '.join(named)}" if named else "no installed plugin brings one that does")
    )


def check_name(name: str, what: str = "endpoint name") -> str:
    """The name of an endpoint that is to be.

    Args:
        name: the name.
        what: what it is called in the error.

    Raises:
        InvalidInputError: it cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInputError(
            f"{what} {name!r}: up to 63 letters, digits, '-', '_' and '.', the first one a letter or digit"
        )
    return name
