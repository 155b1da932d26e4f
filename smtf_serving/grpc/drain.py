"""How the gRPC port ends: calls that came before are answered, later ones are told ``UNAVAILABLE``."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import grpc

# Calls that were sent before the order to stop are still taken for this long, as on the HTTP port.
_LAST_CALL_SECONDS = 0.2
# gRPC cancels calls that have arrived and are not taken yet when its server is stopped, which clients do not take for a
# reason to ask elsewhere. So it is stopped once none has come for a while, or when they do not cease to come.
_QUIET_SECONDS, _MAX_NOISY_SECONDS, _POLL_SECONDS = 0.1, 1.0, 0.02


class Drain(grpc.ServerInterceptor):  # type: ignore[misc]
    """See the module. An interceptor, which gRPC asks when a call arrives."""

    def __init__(self) -> None:
        self._refusing, self._stopped = False, threading.Event()
        self._latest = 0.0
        self._refusal = grpc.unary_unary_rpc_method_handler(self._refuse)

    def intercept_service(self, continuation: Callable[[Any], Any], handler_call_details: Any) -> Any:
        """See :class:`grpc.ServerInterceptor`."""
        if not self._refusing:
            return continuation(handler_call_details)
        self._latest = time.monotonic()
        return self._refusal

    def stop(self, server: Any, seconds: float) -> None:
        """Stop a server; return when all calls that it took are answered, or the time is over.

        Args:
            server: a :class:`grpc.Server` with this interceptor.
            seconds: after that, calls that are under way are cancelled.
        """
        began = time.monotonic()
        deadline = began + seconds
        time.sleep(min(_LAST_CALL_SECONDS, seconds))
        self._latest = noisy = time.monotonic()
        self._refusing = True
        while (now := time.monotonic()) < min(self._latest + _QUIET_SECONDS, noisy + _MAX_NOISY_SECONDS, deadline):
            time.sleep(min(_POLL_SECONDS, deadline - now))
        ended = server.stop(max(0.0, deadline - time.monotonic()))
        self._stopped.set()
        ended.wait()

    def _refuse(self, request: bytes, context: Any) -> None:
        # Told now, the client would ask again on this connection; once the server has stopped it knows better.
        self._stopped.wait()
        context.abort(grpc.StatusCode.UNAVAILABLE, "the server is being stopped")
