"""One connection: bytes in, requests to the dispatcher, replies in the order of their requests, bytes out.

``asyncio.Protocol`` on httptools: no task and no stream a request, which is most of what a request costs elsewhere.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import httptools

from smtf_core.interfaces import Reply, Request
from smtf_serving.http.dispatch import Dispatcher, refusal
from smtf_serving.http.heads import END, Heads
from smtf_serving.http.settings import HttpSettings

_MAX_URL, _MAX_HEADERS, _MAX_HEADER_COUNT = 8 * 1024, 64 * 1024, 100
# Requests of one connection that are answered at the same time; the next ones wait in its socket.
_MAX_PIPELINED = 32
_REASONS = {status.value: status.phrase for status in HTTPStatus}

#: Told of every reply: peer, request, reply, seconds.
Observer = Callable[[Any, Request, Reply, float], None]


class _RefusedError(Exception):
    """A request that is not worth reading to its end."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.reply = refusal(status, message)


class _Slot:
    """The place of one reply in the order of a connection's replies."""

    __slots__ = ("_connection", "keep_alive", "reply", "request", "started")

    def __init__(self, connection: HttpProtocol, request: Request, keep_alive: bool) -> None:
        self._connection = connection
        self.request = request
        self.keep_alive = keep_alive
        self.started = time.perf_counter()
        self.reply: Reply | None = None

    def replied(self, reply: Reply) -> None:
        """Take the reply."""
        self.reply = reply
        self._connection.write_replies()


class HttpProtocol(asyncio.Protocol):
    """See the module.

    Args:
        dispatcher: who answers.
        settings: limits.
        connections: every open connection is in it.
        heads: those that this connection and others have sent.
        observer: told of every reply, or ``None``.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        settings: HttpSettings,
        connections: set[HttpProtocol],
        heads: Heads,
        observer: Observer | None = None,
    ) -> None:
        self._dispatcher = dispatcher
        self._settings = settings
        self._connections = connections
        self._heads = heads
        self._new_head: bytes | None = None  # the first head of what is being parsed, if it is there as a whole
        self._observer = observer
        self._parser: Any = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._slots: deque[_Slot] = deque()
        self._closing = False
        self._reading = False  # whether a request has begun and not ended
        self._paused = False
        self._full = False  # whether the peer does not take what is written
        #: When it was last heard of; while a request is coming in, when that began.
        self.active = time.monotonic()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._slots and not self._reading

    # --- asyncio.Protocol ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See :class:`asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "pause_reading")
        self._transport = transport  # type: ignore[assignment]
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """See :class:`asyncio.Protocol`."""
        self._connections.discard(self)
        self._transport = None
        self._slots.clear()
        self._parser = None

    def data_received(self, data: bytes) -> None:
        """See :class:`asyncio.Protocol`."""
        if self._closing or self._parser is None:
            return
        if not self._reading:
            self.active = time.monotonic()
            data = self._read_known(data)
            if not data:
                return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # the request has been answered as if it had not asked, and the connection ends
        except httptools.HttpParserCallbackError as error:
            cause = error.__context__
            self._refuse(cause.reply if isinstance(cause, _RefusedError) else refusal(400, "Bad Request"))
        except httptools.HttpParserError as error:
            self._refuse(refusal(400, f"Bad Request: {error}"))

    def eof_received(self) -> bool:
        """See :class:`asyncio.Protocol`: the peer sends no more, and may still read its replies."""
        if self._reading and not self._closing:
            self._refuse(refusal(400, "Bad Request: it ended early"))
        if not self._slots:
            return False
        self._closing = True
        self._slots[-1].keep_alive = False
        return True

    def pause_writing(self) -> None:
        """See :class:`asyncio.Protocol`: the peer does not read its replies."""
        self._full = True
        self._pause()

    def resume_writing(self) -> None:
        """See :class:`asyncio.Protocol`."""
        self._full = False
        self._resume()

    # --- httptools ---

    def on_message_begin(self) -> None:
        """See httptools."""
        self._reading = True
        self._url = b""
        self._headers: dict[str, str] = {}
        self._header_bytes = self._header_count = 0
        self._body: list[bytes] = []
        self._size = 0

    def on_url(self, url: bytes) -> None:
        """See httptools; may come in pieces."""
        self._url += url
        if len(self._url) > _MAX_URL:
            raise _RefusedError(414, "the path is too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """See httptools."""
        self._header_bytes += len(name) + len(value)
        self._header_count += 1
        if self._header_bytes > _MAX_HEADERS or len(self._headers) >= _MAX_HEADER_COUNT:
            raise _RefusedError(431, "the headers are too large")
        key, text = _lower(name), value.decode("latin-1")
        # Headers that come twice are one list, except those of which there can only be one.
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        """See httptools."""
        length = self._headers.get("content-length", "")
        if length.isdigit() and int(length[:20]) > self._settings.max_body:
            raise self._too_large()
        if "expect" in self._headers and not self._slots and self._transport is not None:
            if self._headers["expect"].lower() != "100-continue":
                raise _RefusedError(417, "only 100-continue is expected here")
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """See httptools."""
        self._size += len(body)
        if self._size > self._settings.max_body:
            raise self._too_large()
        self._body.append(body)

    def on_message_complete(self) -> None:
        """See httptools."""
        self._reading = False
        if self._closing:
            return
        headers = self._headers
        parser = self._parser
        body = self._body
        method, path = _method(parser.get_method()), _path(self._url)
        request = Request(
            method=method,
            path=path,
            body=body[0] if len(body) == 1 else b"".join(body),
            content_type=headers.get("content-type", ""),
            accept=headers.get("accept", ""),
            headers=headers,
        )
        keep_alive = parser.should_keep_alive() and not parser.should_upgrade()
        if self._new_head is not None:
            if keep_alive:
                self._heads.learn(self._new_head, method, path, headers, self._header_count)
            self._new_head = None
        self._submit(request, keep_alive)

    def _read_known(self, data: bytes) -> bytes:
        """Take the requests from the front of data whose heads are known and whose bodies are there; give the rest."""
        while data:
            end = data.find(END) + len(END)
            if end < len(END):
                self._new_head = None
                return data
            raw = data[:end]
            head = self._heads.get(raw)
            if head is None or len(data) < end + head.length or head.length > self._settings.max_body:
                self._new_head = raw
                return data
            stop = end + head.length
            request = Request(
                method=head.method,
                path=head.path,
                body=data[end:stop],
                content_type=head.content_type,
                accept=head.accept,
                headers=head.headers,
            )
            data = data[stop:]
            self._submit(request, True)
            if self._closing:
                return b""
        return data

    def _submit(self, request: Request, keep_alive: bool) -> None:
        keep_alive = keep_alive and not self._dispatcher.draining
        slot = _Slot(self, request, keep_alive)
        self._slots.append(slot)
        if not keep_alive:
            self._closing = True
        if len(self._slots) >= _MAX_PIPELINED:
            self._pause()
        self._dispatcher.submit(request, slot.replied)

    # --- replies ---

    def close_if_idle(self) -> bool:
        """Close the connection unless a request is under way; whether it was closed."""
        if not self.idle:
            return False
        if self._transport is not None:
            self._transport.close()
        return True

    def give_up(self) -> None:
        """Close a connection whose peer does not finish its request, or stays silent."""
        if self._reading and not self._slots:
            self._refuse(refusal(408, "the request did not arrive in time"))
        elif self.idle and self._transport is not None:
            self._transport.close()

    def write_replies(self) -> None:
        """Write the replies that are there, up to the first that is not."""
        transport = self._transport
        if transport is None:
            return
        while self._slots and (ready := self._slots[0]).reply is not None:
            self._slots.popleft()
            transport.write(_encode(ready.reply, ready.keep_alive, ready.request.method == "HEAD"))
            if self._observer is not None:
                peer = transport.get_extra_info("peername")
                self._observer(peer, ready.request, ready.reply, time.perf_counter() - ready.started)
            if not ready.keep_alive:
                transport.close()
                return
        if self._paused:
            self._resume()

    def _refuse(self, reply: Reply) -> None:
        """Answer after the replies that are due, and close: what follows in the stream cannot be told apart."""
        self._closing = True
        self._reading = False
        slot = _Slot(self, Request(method="?", path="?"), False)
        self._slots.append(slot)
        slot.replied(reply)

    def _pause(self) -> None:
        if not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self._paused and not self._full and len(self._slots) < _MAX_PIPELINED and self._transport is not None:
            self._paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()

    def _too_large(self) -> _RefusedError:
        return _RefusedError(413, f"the body is larger than {self._settings.max_body} bytes")


def _encode(reply: Reply, keep_alive: bool, head_only: bool = False) -> bytes:
    body = reply.body
    head = _head(reply.status, reply.content_type, keep_alive)
    extra = b""
    if reply.headers:
        text = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
        head = head if text.count("\n") == len(reply.headers) else None
        extra = text.encode("latin-1", "replace")
    if head is None:
        return _encode(refusal(500, "a header of the reply has a line break in it"), keep_alive, head_only)
    return b"%bdate: %b\r\ncontent-length: %d\r\n%b\r\n%b" % (
        head,
        _date(int(time.time())),
        len(body),
        extra,
        b"" if head_only else body,
    )


@lru_cache(maxsize=256)
def _head(status: int, content_type: str, keep_alive: bool) -> bytes | None:
    """The first lines of a reply; ``None`` if the content type would add one."""
    if "\n" in content_type:
        return None
    connection = "" if keep_alive else "connection: close\r\n"
    text = f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}\r\ncontent-type: {content_type}\r\n{connection}"
    return text.encode("latin-1", "replace")


@lru_cache(maxsize=2)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


@lru_cache(maxsize=1024)
def _lower(name: bytes) -> str:
    return name.decode("latin-1").lower()


@lru_cache(maxsize=64)
def _method(name: bytes) -> str:
    return name.decode("latin-1")


@lru_cache(maxsize=1024)
def _path(url: bytes) -> str:
    if not url.startswith(b"/"):
        parsed = httptools.parse_url(url) if b"://" in url else None
        url = url if parsed is None else parsed.path or b"/"
    return unquote(url.partition(b"?")[0].partition(b"#")[0].decode("latin-1"))
