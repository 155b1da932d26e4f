"""One process's server: listens, loads meanwhile, looks for new versions, drains and ends."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import logging
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from smtf_core.errors import MissingExtraError
from smtf_core.interfaces import ModelServer, Reply, Request
from smtf_serving.http.dispatch import Dispatcher
from smtf_serving.http.heads import Heads
from smtf_serving.http.settings import HttpSettings

try:
    from smtf_serving.http.protocol import HttpProtocol
except ImportError as error:
    raise MissingExtraError(
        f"serving over HTTP needs a package that is not installed ({error}). Run: pip install 'smtf[serving]'"
    ) from error

logger = logging.getLogger(__name__)

_BACKLOG = 2048
_SWEEP_SECONDS = 1.0
# Connections that the kernel has accepted when the order to stop comes are still taken for this long.
_LAST_CALL_SECONDS = 0.2
_POLL_SECONDS = 0.02
# linux/socket.h and linux/filter.h
_SO_ATTACH_FILTER, _BPF_RETURN = 26, 0x06


class Companion(Protocol):
    """Answers for the same models in another way."""

    def stop(self, seconds: float) -> None:
        """Take no more requests; return when those that were taken are answered, or the time is over."""
        ...


class HttpServer:
    """See the module. All methods but ``stop`` belong to the event loop's thread.

    Args:
        load: makes the model server; called in a thread of its own, while requests are answered 503 already.
        settings: see :class:`HttpSettings`.
        accompany: starts what answers for the models beside this server; ``None`` for nothing.
    """

    def __init__(
        self,
        load: Callable[[int], ModelServer],
        settings: HttpSettings,
        accompany: Callable[[ModelServer], Companion] | None = None,
    ) -> None:
        self._load = load
        self._settings = settings
        self._accompany = accompany
        self._model_server: ModelServer | None = None
        self._companion: Companion | None = None
        self._connections: set[HttpProtocol] = set()
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._dispatcher = Dispatcher(settings, self._loop)
        self.port = settings.port

    async def run(self, listening: socket.socket, started: Callable[[int], object] = lambda port: None) -> None:
        """Serve until told to stop; then drain.

        Args:
            listening: a socket that is bound.
            started: called with the port once the models can be called.

        Raises:
            SmtfError: the models cannot be loaded.
        """
        self.port = listening.getsockname()[1]
        observer = _access_log if self._settings.access_log else None
        heads = Heads()
        listener = await self._loop.create_server(
            lambda: HttpProtocol(self._dispatcher, self._settings, self._connections, heads, observer),
            sock=listening,
            backlog=_BACKLOG,
        )
        stopping = asyncio.create_task(self._stop.wait())
        chores = [asyncio.create_task(self._sweep()), asyncio.create_task(self._reload()), stopping]
        try:
            loading = asyncio.ensure_future(_in_thread(lambda: self._load(self.port)))
            await asyncio.wait([loading, stopping], return_when=asyncio.FIRST_COMPLETED)
            if loading.done():
                self._model_server = loading.result()
                self._companion = None if self._accompany is None else self._accompany(self._model_server)
                self._dispatcher.serve(self._model_server)
                started(self.port)
                await stopping
            else:  # told to stop before there was anything to stop: the thread ends with the process
                loading.cancel()
            await asyncio.gather(self._drain(listener, listening), self._drain_companion())
        finally:
            for chore in chores:
                chore.cancel()
            listener.close()
            self._dispatcher.close()
            if self._model_server is not None:
                self._model_server.close()

    def stop(self) -> None:
        """Drain and end; from any thread."""
        self._loop.call_soon_threadsafe(self._stop.set)

    async def _drain(self, listener: asyncio.AbstractServer, listening: socket.socket) -> None:
        """Answer what has been accepted, tell every peer that its connection ends, take no new one."""
        self._dispatcher.draining = True
        logger.info("stopping: %d connections, %d requests waiting", len(self._connections), self._dispatcher.waiting)
        deadline = time.monotonic() + self._settings.drain_seconds
        await asyncio.sleep(_LAST_CALL_SECONDS)
        _take_no_more(listening)
        await asyncio.sleep(_POLL_SECONDS)  # those that the kernel has accepted until now are taken
        listener.close()
        while time.monotonic() < deadline:
            # A request may be on its way on a connection that looks idle: such a one is closed a little later.
            await asyncio.sleep(_POLL_SECONDS)
            quiet = time.monotonic() - _LAST_CALL_SECONDS
            for connection in [one for one in self._connections if one.active < quiet]:
                connection.close_if_idle()
            if not self._connections:
                return
        logger.warning("%d connections did not end in time", len(self._connections))

    async def _drain_companion(self) -> None:
        companion = self._companion
        if companion is not None:
            await _in_thread(lambda: companion.stop(self._settings.drain_seconds))

    async def _sweep(self) -> None:
        """Close connections that are silent for too long."""
        while True:
            await asyncio.sleep(min(_SWEEP_SECONDS, self._settings.idle_timeout))
            oldest = time.monotonic() - self._settings.idle_timeout
            for connection in [one for one in self._connections if one.active < oldest]:
                connection.give_up()

    async def _reload(self) -> None:
        """Let the model server look for new versions now and then."""
        while self._settings.reload_seconds:
            await asyncio.sleep(self._settings.reload_seconds)
            if self._model_server is not None and not self._dispatcher.draining:
                try:
                    await _in_thread(self._model_server.refresh)
                except Exception:
                    logger.exception("looking for new versions failed; trying again")


def bind(settings: HttpSettings, *, shared: bool = False) -> socket.socket:
    """A bound socket.

    Args:
        settings: host and port.
        shared: whether several processes listen on the port, each with a socket of its own.

    Raises:
        OSError: the address cannot be had.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        bound.bind(address)
    except BaseException:
        bound.close()
        raise
    return bound


def _take_no_more(listening: socket.socket) -> None:
    """Let the kernel accept no further connection, while those that it has accepted can still be taken.

    To close a listening socket resets the connections that wait to be taken, with requests that were sent on them. A
    socket whose filter lets nothing through gets no new ones; their clients try again and find the port closed.
    """
    nothing = ctypes.create_string_buffer(struct.pack("HBBI", _BPF_RETURN, 0, 0, 0))
    program = struct.pack("HP", 1, ctypes.addressof(nothing))
    with contextlib.suppress(OSError):  # not on Linux: a moment in which a connection may be reset
        listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def new_event_loop() -> asyncio.AbstractEventLoop:
    """An event loop of uvloop where that is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


async def _in_thread(work: Callable[[], Any]) -> Any:
    """Run something in a daemon thread of its own: unlike a pool's, it does not keep the process from ending."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if not future.done():
            future.set_result(result) if error is None else future.set_exception(error)

    def run() -> None:
        try:
            result, error = work(), None
        except BaseException as caught:  # noqa: BLE001 - handed to whoever waits
            result, error = None, caught
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="smtf-serving-chore", daemon=True).start()
    return await future


def _access_log(peer: Any, request: Request, reply: Reply, seconds: float) -> None:
    line = {
        "time": round(time.time(), 3),
        "client": peer[0] if isinstance(peer, tuple) else str(peer),
        "method": request.method,
        "path": request.path,
        "status": reply.status,
        "bytes_in": len(request.body),
        "bytes_out": len(reply.body),
        "ms": round(seconds * 1000, 3),
    }
    sys.stdout.write(json.dumps(line) + "\n")
