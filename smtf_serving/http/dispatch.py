"""From a request to its reply: on the loop's own thread, in a pool, or together with others; or refused at once.

One dispatcher serves all connections of a process. Everything here runs on the event loop's thread, except what is
handed to the pools.
"""

from __future__ import annotations

import asyncio
import json
import logging
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from attrs import evolve

from smtf_core.interfaces import BatchingModelServer, ModelServer, Reply, Request
from smtf_serving.http.settings import ON, HttpSettings
from smtf_serving.ui.page import Page

logger = logging.getLogger(__name__)

PING, READY, LIVE = "/ping", "/ready", "/live"
_HEALTH = frozenset({PING, READY, LIVE})
_RETRY = {"retry-after": "1"}
_ENCODINGS = ("gzip", "x-gzip")

Replied = Callable[[Reply], None]


def refusal(status: int, message: str, *, retry: bool = False) -> Reply:
    """A reply that no model was asked for."""
    body = json.dumps({"error": message}).encode()
    return Reply(status=status, body=body, headers=_RETRY if retry else {})


class TooLargeError(Exception):
    """A body that expands to more than is allowed."""


def expand(body: bytes, limit: int) -> bytes:
    """Expand a gzip body of one or more members.

    Raises:
        TooLargeError: it is larger than ``limit``.
        zlib.error: it is no gzip, or ends too early.
    """
    parts, size = [], 0
    while body:
        decompressor = zlib.decompressobj(31)
        part = decompressor.decompress(body, limit - size + 1)
        size += len(part)
        if size > limit:
            raise TooLargeError
        if not decompressor.eof:
            raise zlib.error("the data ends too early")
        parts.append(part)
        body = decompressor.unused_data
    return b"".join(parts)


class Dispatcher:
    """See the module.

    Args:
        settings: what it puts up with.
        loop: the event loop that it works on.
    """

    def __init__(self, settings: HttpSettings, loop: asyncio.AbstractEventLoop) -> None:
        self._settings = settings
        self._loop = loop
        self._server: ModelServer | None = None
        self._batcher: BatchingModelServer | None = None
        # A user's handler may ask this very server; its question must not wait for the thread that asks.
        self._pools = {
            False: ThreadPoolExecutor(settings.threads, "smtf-models"),
            True: ThreadPoolExecutor(settings.handler_threads, "smtf-handlers"),
        }
        self._gathered: list[tuple[Request, Replied]] = []
        self._page = Page() if settings.ui else None
        self.draining = False
        self.waiting = 0

    def serve(self, server: ModelServer) -> None:
        """From now on, ask this server."""
        self._server = server
        if isinstance(server, BatchingModelServer):
            self._batcher = server

    def ready(self) -> bool:
        """Whether requests are welcome."""
        return self._server is not None and not self.draining and self._server.ready()

    def submit(self, request: Request, replied: Replied) -> None:
        """Have a request answered.

        Args:
            request: the request, its body as it was sent.
            replied: called with the reply, on the loop's thread; perhaps before this method returns.
        """
        server = self._server
        if request.path in _HEALTH:
            replied(self._health(request))
            return
        if self._page is not None:
            if self._page.answers(request):
                replied(self._page.answer(request, server))
                return
            replied = self._page.timed(request, replied)
        self._ask(server, request, replied)

    def _ask(self, server: ModelServer | None, request: Request, replied: Replied) -> None:
        if server is None:
            replied(refusal(503, "the model is being loaded", retry=True))
        elif "content-encoding" in request.headers:
            self._submit_encoded(server, request, replied)
        elif not server.quick(request):
            self._in_pool(request, lambda: _invoked(server, request), replied)
        elif self._batcher is not None and request.method == "POST":
            self._gather(request, replied)
        else:
            replied(_invoked(server, request))

    def close(self) -> None:
        """Let the threads go; those that work on an abandoned request are not waited for."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def _health(self, request: Request) -> Reply:
        if request.method not in ("GET", "HEAD"):
            return refusal(405, f"Method Not Allowed: {request.method} {request.path}")
        if request.path == LIVE or self.ready():
            return Reply(body=b"{}")
        why = "is being drained" if self.draining else "is being loaded" if self._server is None else "is unavailable"
        return refusal(503, f"the model {why}", retry=True)

    def _submit_encoded(self, server: ModelServer, request: Request, replied: Replied) -> None:
        encoding = request.headers["content-encoding"].strip().lower()
        if encoding in ("", "identity"):
            self._ask(server, evolve(request, headers=_without_encoding(request)), replied)
            return
        if encoding not in _ENCODINGS:
            replied(refusal(415, f"Content-Encoding {encoding!r} is not supported; send gzip or none"))
            return

        def expanded() -> Reply:
            try:
                body = expand(request.body, self._settings.max_body)
            except TooLargeError:
                return refusal(413, f"the body expands to more than {self._settings.max_body} bytes")
            except zlib.error as error:
                return refusal(400, f"the body is not gzip: {error}")
            return _invoked(server, evolve(request, body=body, headers=_without_encoding(request)))

        self._in_pool(request, expanded, replied)

    def _in_pool(self, request: Request, work: Callable[[], Reply], replied: Replied) -> None:
        if self.waiting >= self._settings.max_waiting:
            replied(refusal(429, f"{self.waiting} requests are waiting already; try again", retry=True))
            return
        self.waiting += 1
        answered = False

        def answer(reply: Reply) -> None:
            nonlocal answered
            if not answered:
                answered = True
                timer.cancel()
                replied(reply)

        def done(reply: Reply) -> None:
            self.waiting -= 1
            answer(reply)

        def run() -> None:
            # A request that has been given up while it waited is not worth a thread.
            reply = work() if not answered else _TIMED_OUT
            self._call_back(lambda: done(reply))

        timer = self._loop.call_later(self._settings.timeout, lambda: answer(_TIMED_OUT))
        self._pools[not request.path.startswith("/v1/")].submit(run)

    def _gather(self, request: Request, replied: Replied) -> None:
        self._gathered.append((request, replied))
        if len(self._gathered) >= self._settings.max_batch:
            self._flush()
        elif len(self._gathered) == 1:
            if self._settings.batching == ON:
                self._loop.call_later(self._settings.batch_timeout, self._flush)
            else:
                # Even if they share no batch: a small model answers them side by side, and code stays in the
                # processor's caches when it is run for all requests of a moment in a row.
                self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        gathered, self._gathered = self._gathered, []
        if not gathered or self._batcher is None:
            return
        if len(gathered) == 1:
            gathered[0][1](_invoked(self._batcher, gathered[0][0]))
            return
        replies = _invoked_many(self._batcher, [request for request, _ in gathered])
        for (_, replied), reply in zip(gathered, replies, strict=True):
            replied(reply)

    def _call_back(self, function: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError:
            logger.warning("an answer came after the server had stopped")


_TIMED_OUT = refusal(504, "the request took too long")


def _without_encoding(request: Request) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if name != "content-encoding"}


def _invoked(server: ModelServer, request: Request) -> Reply:
    """An adapter must not raise; one that does costs its request, not the server."""
    try:
        return server.invoke(request)
    except Exception as error:
        logger.exception("%s %s failed", request.method, request.path)
        return refusal(500, f"Internal error: {type(error).__name__}")


def _invoked_many(server: BatchingModelServer, requests: Sequence[Request]) -> Sequence[Reply]:
    """One that fails with several requests is asked for each."""
    try:
        replies = server.invoke_many(requests)
    except Exception:
        logger.exception("%d requests together failed; each is tried alone", len(requests))
        return [_invoked(server, request) for request in requests]
    return replies
