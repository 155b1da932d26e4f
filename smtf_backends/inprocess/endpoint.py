"""Endpoints of backend ``inprocess``: models loaded into this process, asked without a socket between."""

from __future__ import annotations

from collections.abc import Callable

from smtf_core.errors import SmtfError
from smtf_core.interfaces import ModelServer, Reply, Request


class InProcessEndpoint:
    """See :class:`~smtf_core.interfaces.Endpoint`.

    Args:
        name: its name.
        server: the loaded models.
        deleted: called when it is deleted.
    """

    def __init__(self, name: str, server: ModelServer, deleted: Callable[[str], object]) -> None:
        self._name = name
        self._server: ModelServer | None = server
        self._deleted = deleted

    @property
    def name(self) -> str:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        return self._name

    def invoke(self, request: Request) -> Reply:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        server = self._server
        if server is None:
            raise SmtfError(f"endpoint {self._name!r} has been deleted")
        return server.invoke(request)

    def delete(self) -> None:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        server, self._server = self._server, None
        if server is not None:
            self._deleted(self._name)
            server.close()
