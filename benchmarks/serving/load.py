"""A client that sends as fast as it is answered, on many connections, and tells what it saw.

    python benchmarks/serving/load.py '{"port": 8080, "path": "/", "body": "…", "connections": 32, "seconds": 2}'

prints JSON: ``requests``, ``errors``, ``statuses``, ``seconds``, ``p50_ms``, ``p99_ms``, and one reply.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

import httptools
import uvloop


class Connection(asyncio.Protocol):
    """One connection: a request, its reply, the next request."""

    def __init__(self, request: bytes, until: float, seen: Seen) -> None:
        self._request, self._until, self._seen = request, until, seen
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._seen.reply = body

    def on_message_complete(self) -> None:
        now = time.perf_counter()
        status = self._parser.get_status_code()
        self._seen.statuses[status] += 1
        self._seen.times.append(now - self._sent)
        if now < self._until and self._parser.should_keep_alive():
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)
        if error is not None:
            self._seen.errors += 1

    def _send(self) -> None:
        # A new parser a reply: llhttp's may not be used again after some replies.
        self._parser = httptools.HttpResponseParser(self)
        self._sent = time.perf_counter()
        self._transport.write(self._request)


class Seen:
    """What all connections saw."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.errors = 0
        self.reply = b""


async def load(port: int, path: str, body: str, connections: int, seconds: float) -> dict[str, Any]:
    """Send for so long."""
    content = body.encode()
    request = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: load\r\nAccept: application/json\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    ).encode() + content
    seen, loop, began = Seen(), asyncio.get_running_loop(), time.perf_counter()
    until = began + seconds

    async def keep_going() -> None:
        while time.perf_counter() < until:  # a server that closes a connection gets another one
            try:
                _, connection = await loop.create_connection(
                    lambda: Connection(request, until, seen), "127.0.0.1", port
                )
                await connection.done
            except OSError:
                seen.errors += 1
                await asyncio.sleep(0.01)

    await asyncio.gather(*(keep_going() for _ in range(connections)))
    took = time.perf_counter() - began
    times = sorted(seen.times)
    return {
        "requests": len(times),
        "errors": seen.errors,
        "statuses": dict(seen.statuses),
        "seconds": took,
        "p50_ms": times[len(times) // 2] * 1000 if times else None,
        "p99_ms": times[len(times) * 99 // 100] * 1000 if times else None,
        "reply": seen.reply.decode("utf-8", "replace"),
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(load(**json.loads(sys.argv[1])))))
