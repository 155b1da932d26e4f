"""One question to several backends; those that cannot answer do not hide what the others say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from smtf_core.errors import BackendUnavailableError, MissingExtraError
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries

R = TypeVar("R")


class AskedBackends:
    """Backends that keep one protocol, asked one after the other.

    Args:
        plugins: where the backends come from.
        protocol: what a backend has to be; others are passed over.
        names: the backends.

    Attributes:
        unavailable: backend → why it could not be asked, in one line: its extra is missing, or its engine or service
            cannot be reached.
    """

    def __init__(self, plugins: PluginManager, protocol: type, names: Sequence[str]) -> None:
        self._registry = Registries(plugins).backends
        self._protocol = protocol
        self._names = names
        self.unavailable: dict[str, str] = {}

    def ask(self, question: Callable[[str, Any], Iterable[R]]) -> list[R]:
        """All that they answer, in the order of their names.

        Args:
            question: gets a backend's name and the backend.
        """
        answers: list[R] = []
        for name in self._names:
            try:
                backend = self._registry.shared(name)
                if isinstance(backend, self._protocol):
                    answers += question(name, backend)
            except (BackendUnavailableError, MissingExtraError) as error:
                self.unavailable[name] = " ".join(str(error).split())
        return answers

    def answering(self) -> list[str]:
        """The names of those that could be asked."""
        return [name for name in self._names if name not in self.unavailable]

    def notes(self) -> list[str]:
        """A line for every backend that could not be asked."""
        return [f"backend {name!r} cannot be asked: {why}" for name, why in self.unavailable.items()]
