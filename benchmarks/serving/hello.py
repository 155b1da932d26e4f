"""Hello-world: as bare as httptools and uvloop allow, or through smtf's transport.

python benchmarks/serving/hello.py PORT bare|transport
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import httptools
import uvloop

from smtf_core.interfaces import Reply, Request
from smtf_serving.http.server import HttpServer, bind, new_event_loop
from smtf_serving.http.settings import HttpSettings

_BODY = b'{"predictions":[9.123456]}'


class Bare(asyncio.Protocol):
    """Parses a request, headers included, and answers."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._headers: list[tuple[bytes, bytes]] = []

    def on_url(self, url: bytes) -> None:
        self._url = url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self._body = body

    def on_message_complete(self) -> None:
        self._transport.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
        )


class Hello:
    """A model server without a model."""

    def invoke(self, request: Request) -> Reply:
        return Reply(body=_BODY)

    def quick(self, request: Request) -> bool:
        return True

    def ready(self) -> bool:
        return True

    def refresh(self) -> None:
        pass

    def close(self) -> None:
        pass


async def bare(port: int) -> None:
    """Serve without smtf."""
    server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", port)
    await server.serve_forever()


async def transport(port: int) -> None:
    """Serve with smtf's transport."""
    settings = HttpSettings(port=port)
    await HttpServer(lambda _: Hello(), settings).run(bind(settings))


if __name__ == "__main__":
    if sys.argv[2] == "bare":
        uvloop.run(bare(int(sys.argv[1])))
    else:
        new_event_loop().run_until_complete(transport(int(sys.argv[1])))
