"""Endpoints of backend ``inprocess``: models loaded into this process, asked without a socket between."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from smtf_core.client.serving_failures import name_taken
from smtf_core.errors import EndpointUnreachableError
from smtf_core.interfaces import ModelServer, Reply, Request
from smtf_core.models import EndpointState

# They belong to the process, not to the backend object of one caller: any part of a notebook finds them by name.
# ``None`` is the place of one that is being loaded.
_running: dict[str, InProcessEndpoint | None] = {}
_taking_names = threading.Lock()


class InProcessEndpoint:
    """See :class:`~smtf_core.interfaces.Endpoint`.

    Args:
        name: its name.
        server: the loaded models.
        scratch: a folder that goes with it.
    """

    def __init__(self, name: str, server: ModelServer, scratch: Path) -> None:
        self._name = name
        self._scratch = scratch
        self._server: ModelServer | None = server

    @property
    def name(self) -> str:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        return self._name

    @property
    def state(self) -> EndpointState:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        return EndpointState.FAILED if self._server is None else EndpointState.IN_SERVICE

    @property
    def address(self) -> str | None:
        """See :class:`~smtf_core.interfaces.Endpoint`; there is none."""
        return None

    def invoke(self, request: Request) -> Reply:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        server = self._server
        if server is None:
            raise EndpointUnreachableError(f"endpoint {self._name!r} has been deleted")
        return server.invoke(request)

    def delete(self) -> None:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        server, self._server = self._server, None
        if server is not None:
            _running.pop(self._name)
            server.close()
            shutil.rmtree(self._scratch, ignore_errors=True)


def start_endpoint(name: str, load: Callable[[Path], ModelServer]) -> InProcessEndpoint:
    """Load the models of an endpoint.

    Args:
        name: of the endpoint.
        load: loads them; gets a folder of their own.

    Raises:
        InvalidInputError: the name is taken.
    """
    with _taking_names:
        if name in _running:
            raise name_taken(name)
        _running[name] = None
    scratch = Path(tempfile.mkdtemp(prefix="smtf-endpoint-"))
    try:
        endpoint = InProcessEndpoint(name, load(scratch), scratch)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        del _running[name]
        raise
    _running[name] = endpoint
    return endpoint


def running_endpoints() -> tuple[InProcessEndpoint, ...]:
    """Those of this process, sorted by name."""
    return tuple(endpoint for _, endpoint in sorted(_running.items()) if endpoint is not None)
