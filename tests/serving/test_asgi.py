"""The same as an ASGI application."""

import asyncio

from transport import Echo

from smtf_serving.http.asgi import Application
from smtf_serving.http.settings import HttpSettings


def test_asgi():
    model = Echo()
    application = Application(model, HttpSettings(max_body=10))

    async def call(method, path, *parts, **headers):
        scope = {
            "type": "http",
            "method": method,
            "path": "/mounted" + path,
            "root_path": "/mounted",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        incoming = [{"type": "http.request", "body": part, "more_body": True} for part in parts] + [
            {"type": "http.request"}
        ]
        sent = []

        async def receive():
            return incoming.pop(0)

        async def send(message):
            sent.append(message)

        await application(scope, receive, send)
        return sent[0]["status"], sent[1]["body"]

    async def main():
        model.go.set()
        assert await call("POST", "/slow", b"ab", b"c") == (200, b"abc")
        assert await call("GET", "/ping") == (200, b"{}")
        assert (await call("POST", "/x", b"0123456789", b"x"))[0] == 413
        events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        sent = []

        async def receive():
            return events.pop(0)

        async def send(message):
            sent.append(message["type"])

        await application({"type": "lifespan"}, receive, send)
        assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]

    asyncio.run(main())
    assert model.closed
