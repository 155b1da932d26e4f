"""A server over real sockets in a thread of the tests' process, and clients that send it anything."""

import http.client
import socket
import threading
import time
from contextlib import contextmanager

from smtf_core.interfaces import Reply
from smtf_serving.http.server import HttpServer, bind, new_event_loop
from smtf_serving.http.settings import HttpSettings


class Echo:
    """Answers with the body; `/slow` waits until it is let go."""

    def __init__(self):
        self.go, self.refreshed, self.batches = threading.Event(), 0, []
        self.closed = False

    def invoke(self, request):
        if request.path.endswith("/slow"):
            self.go.wait(30)
        if request.path == "/raise":
            raise KeyError("inside")
        if request.path == "/split":
            return Reply(body=b"", content_type="a/b\r\nx: y")
        return Reply(body=request.body or request.path.encode(), content_type=request.content_type or "text/plain")

    def invoke_many(self, requests):
        self.batches.append(len(requests))
        return [self.invoke(request) for request in requests]

    def quick(self, request):
        return not request.path.endswith("/slow")

    def ready(self):
        return True

    def refresh(self):
        self.refreshed += 1

    def close(self):
        self.closed = True


@contextmanager
def serving(model, load=None, **given):
    settings = HttpSettings(**{"port": 0, "reload_seconds": 0, **given})
    listening = bind(settings)
    loop, holder, started = new_event_loop(), {}, threading.Event()

    async def main():
        holder["server"] = HttpServer(load or (lambda port: model), settings)
        if load is not None:
            started.set()
        await holder["server"].run(listening, lambda port: started.set())

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()))
    thread.start()
    assert started.wait(10)
    while raw(listening.getsockname()[1], b"GET /live HTTP/1.0\r\n\r\n") == b"":
        time.sleep(0.01)
    try:
        yield holder["server"], listening.getsockname()[1]
    finally:
        model.go.set()
        holder["server"].stop()
        thread.join(20)
        loop.close()
        assert not thread.is_alive()


def ask(port, method="POST", path="/invocations", body=None, headers=None, timeout=10):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        return reply.status, reply.read(), dict(reply.getheaders())
    finally:
        connection.close()


def raw(port, data, timeout=5, enough=lambda received: False):
    """Send bytes, read until the server closes or falls silent, or there is enough."""
    try:
        connection = socket.create_connection(("127.0.0.1", port), timeout=timeout)
    except ConnectionRefusedError:
        return b""
    with connection:
        connection.sendall(data)
        received = b""
        connection.settimeout(0.5)
        try:
            while not enough(received) and (part := connection.recv(65536)):
                received += part
        except (TimeoutError, ConnectionResetError):
            pass
        return received
