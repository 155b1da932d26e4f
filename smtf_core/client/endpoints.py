"""Endpoints over every backend that runs such: found by name and listed, whoever deployed them."""

from __future__ import annotations

import re

from attrs import frozen

from smtf_core.errors import BackendUnavailableError, InvalidInputError, MissingExtraError, UnknownNameError
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

    Attributes:
        unavailable: backend → why it could not be asked, in one line.

    Raises:
        UnknownNameError: there is no such backend.
        InvalidInputError: it runs no endpoints.
    """

    def __init__(self, plugins: PluginManager, backend: str | None = None) -> None:
        self._registry = Registries(plugins).backends
        self._names = self._registry.names() if backend is None else [backend]
        self.unavailable: dict[str, str] = {}
        if backend is not None and not isinstance(self._registry.shared(backend), ServingBackend):
            raise InvalidInputError(f"backend {backend!r} runs no endpoints")

    def all(self) -> list[Found]:
        """Those that there are, sorted by backend and name."""
        found = []
        for name in self._names:
            try:
                backend = self._registry.shared(name)
                if isinstance(backend, ServingBackend):
                    found += [Found(name, endpoint) for endpoint in backend.endpoints()]
            except (BackendUnavailableError, MissingExtraError) as error:
                self.unavailable[name] = " ".join(str(error).split())
        return found

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
            raise UnknownNameError("\n".join([message, *self.notes()]))
        if len(found) > 1:
            names = ", ".join(one.backend for one in found)
            raise InvalidInputError(f"several backends have an endpoint {name!r}: {names}. Say which one with backend")
        return found[0]

    def notes(self) -> list[str]:
        """A line for every backend that could not be asked."""
        return [f"backend {name!r} cannot be asked: {why}" for name, why in self.unavailable.items()]


def check_name(name: str) -> str:
    """The name of an endpoint that is to be.

    Raises:
        InvalidInputError: it cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInputError(
            f"endpoint name {name!r}: up to 63 letters, digits, '-', '_' and '.', the first one a letter or digit"
        )
    return name
