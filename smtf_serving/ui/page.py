"""The page and what it asks for. It has nothing from elsewhere, and its policy forbids browsers to fetch any."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from importlib import resources
from typing import Any

from attrs import asdict

from smtf_core.interfaces import CallDescription, DescribedModelServer, ModelServer, Reply, Request
from smtf_serving.ui.latencies import Latencies

ROOT = "/ui"
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_FILES = {
    "/ui/": ("page.html", "text/html; charset=utf-8"),
    "/ui/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/ui/page.css": ("page.css", "text/css; charset=utf-8"),
}

Replied = Callable[[Reply], None]


class Page:
    """See the module. Belongs to the event loop's thread."""

    def __init__(self) -> None:
        folder = resources.files(__package__)
        self._files = {path: ((folder / name).read_bytes(), media) for path, (name, media) in _FILES.items()}
        self._latencies = Latencies()

    def answers(self, request: Request) -> bool:
        """Whether a request is the page's."""
        return request.path == ROOT or request.path.startswith(f"{ROOT}/")

    def answer(self, request: Request, server: ModelServer | None) -> Reply:
        """Answer a request of the page.

        Args:
            request: see :meth:`answers`.
            server: the models; ``None`` while they are loaded.
        """
        if request.method not in ("GET", "HEAD"):
            return _error(405, f"Method Not Allowed: {request.method} {request.path}")
        if request.path == ROOT:
            return Reply(status=308, body=b"", headers={**_HEADERS, "location": "ui/"})
        if request.path in self._files:
            body, media = self._files[request.path]
            return Reply(body=body, content_type=media, headers=_HEADERS)
        if request.path == "/ui/latencies":
            return _json(self._latencies.to_data())
        if request.path == "/ui/calls":
            if server is None:
                return _error(503, "the model is being loaded")
            # An adapter of somebody else's may not tell; its models can be asked all the same.
            calls = server.calls() if isinstance(server, DescribedModelServer) else ()
            return _json({"calls": [_call(call) for call in calls]})
        return _error(404, f"there is no {request.path}")

    def timed(self, request: Request, replied: Replied) -> Replied:
        """``replied``, and the time until it is called is kept."""
        began = time.perf_counter()

        def reply_and_observe(reply: Reply) -> None:
            replied(reply)
            self._latencies.observe(request.path, reply.status, time.perf_counter() - began)

        return reply_and_observe


def _call(call: CallDescription) -> dict[str, Any]:
    shown = asdict(call)
    example = call.example
    shown["example"] = {
        "method": example.method,
        "path": example.path,
        "content_type": example.content_type,
        "body": example.body.decode("utf-8", "replace"),
    }
    return shown


def _json(value: Any) -> Reply:
    return Reply(body=json.dumps(value).encode(), headers=_HEADERS)


def _error(status: int, message: str) -> Reply:
    return Reply(status=status, body=json.dumps({"error": message}).encode(), headers=_HEADERS)
