"""An ASGI application over a model server, for those who mount it in an application of theirs.

::

    from smtf_serving.http.asgi import Application
    application = Application(TfsAdapter().load(Deployment(path="model")))
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from smtf_core.interfaces import ModelServer, Reply, Request
from smtf_serving.http.dispatch import Dispatcher, refusal
from smtf_serving.http.settings import HttpSettings

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Application:
    """See the module. Limits, waiting and time-outs are those of ``settings``; sockets are the ASGI server's.

    Args:
        server: a loaded model server; closed when the application is shut down.
        settings: see :class:`HttpSettings`.
    """

    def __init__(self, server: ModelServer, settings: HttpSettings | None = None) -> None:
        self._server = server
        self._settings = settings if settings is not None else HttpSettings()
        self._dispatcher: Dispatcher | None = None

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            raise ValueError(f"this application does not speak {scope['type']}")

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._dispatcher is not None:
                    self._dispatcher.close()
                self._server.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _http(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        if self._dispatcher is None:
            self._dispatcher = Dispatcher(self._settings, loop)
            self._dispatcher.serve(self._server)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await self._body(receive)
        if body is None:
            reply = refusal(413, f"the body is larger than {self._settings.max_body} bytes")
        else:
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            request = Request(
                method=scope["method"],
                path=path or "/",
                body=body,
                content_type=headers.get("content-type", ""),
                accept=headers.get("accept", ""),
                headers=headers,
            )
            future: asyncio.Future[Reply] = loop.create_future()
            self._dispatcher.submit(request, lambda answer: None if future.done() else future.set_result(answer))
            reply = await future
        fields = {"content-type": reply.content_type, "content-length": str(len(reply.body)), **reply.headers}
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})

    async def _body(self, receive: Receive) -> bytes | None:
        parts, size = [], 0
        while True:
            message = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size > self._settings.max_body:
                return None
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)
