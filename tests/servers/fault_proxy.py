"""A proxy in front of an HTTP server that spoils a share of the requests, each in one of five ways."""

from __future__ import annotations

import http.client
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_ERROR = "<?xml version='1.0'?><Error><Code>{0}</Code><Message>spoilt by the proxy</Message></Error>"

# Looks at a request (command, path, headers); the status and code of the error it is answered with, or ``None``.
Refuse = Callable[[BaseHTTPRequestHandler], "tuple[int, str] | None"]
#: Where buckets are said to be by the answers to refused requests.
ELSEWHERE = "eu-west-1"
FAULTS = ("throttled", "internal error", "no answer", "half an answer", "silence")


class FaultProxy(ThreadingHTTPServer):
    """Forwards to `target`; `spoilt` counts what it did to requests."""

    daemon_threads = True

    def __init__(
        self, target: str, share: float, silence: float, seed: int, faults: Sequence[str], refuse: Refuse
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target)
        self.share = share
        self.silence = silence
        self.spoilt: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._faults = faults
        self.refuse = refuse
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def fault(self) -> str | None:
        """What to do to the next request."""
        with self._lock:
            if self._chance.random() >= self.share:
                return None
            fault = self._chance.choice(self._faults)
            self.spoilt[fault] += 1
            return fault

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that were killed or gave up are what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultProxy

    def _forward(self) -> None:
        fault = self.server.fault()
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        length = int(self.headers.get("Content-Length") or 0)
        if fault == "no answer":
            self.rfile.read(length // 2)
            self._hang_up()
            return
        body = self.rfile.read(length)
        if len(body) < length:
            self._hang_up()
            return
        refusal = self.server.refuse(self)
        if refusal is not None:
            status, error = refusal
            with self.server._lock:
                self.server.spoilt["refused"] += 1
            text = _ERROR.format(error)
            headers = {"Content-Type": "application/xml", "x-amz-bucket-region": ELSEWHERE}
            self._reply(status, b"" if self.command == "HEAD" else text.encode(), headers)
            return
        if fault in ("throttled", "internal error"):
            status, code = (503, "SlowDown") if fault == "throttled" else (500, "InternalError")
            self._reply(status, _ERROR.format(code).encode(), {"Content-Type": "application/xml"})
            return
        if fault == "silence":
            time.sleep(self.server.silence)
            self._hang_up()
            return
        upstream = http.client.HTTPConnection(self.server.target.hostname or "", self.server.target.port)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("expect", "connection")}
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        passed = {
            name: value
            for name, value in answer.getheaders()
            if name.lower() not in ("connection", "content-length", "date", "server", "transfer-encoding")
        }
        if self.command == "HEAD":
            passed["Content-Length"] = answer.getheader("Content-Length", "0")
        self._reply(answer.status, content, passed, cut=fault == "half an answer")

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _forward  # noqa: N815 - the names that http.server looks for

    def _reply(self, status: int, content: bytes, headers: dict[str, str], cut: bool = False) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def fault_proxy(
    target: str,
    share: float = 0.2,
    silence: float = 1.0,
    seed: int = 0,
    faults: Sequence[str] = FAULTS,
    refuse: Refuse = lambda request: None,
) -> Iterator[FaultProxy]:
    """A running proxy."""
    proxy = FaultProxy(target, share, silence, seed, faults, refuse)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
