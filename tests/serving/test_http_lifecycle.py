"""A server that starts, waits, has too much to do, looks for models and ends."""

import socket
import threading
import time

import pytest
from transport import Echo, ask, raw, serving

from smtf_core.errors import InvalidInputError
from smtf_serving.http.server import HttpServer, bind, new_event_loop
from smtf_serving.http.settings import HttpSettings


def test_time_out_then_too_many():
    model = Echo()
    with serving(model, timeout=0.3, max_waiting=2, threads=1) as (_, port):
        with (
            socket.create_connection(("127.0.0.1", port)) as first,
            socket.create_connection(("127.0.0.1", port)) as second,
        ):
            for connection in (first, second):
                connection.sendall(b"GET /slow HTTP/1.1\r\n\r\n")
                connection.settimeout(5)
            time.sleep(0.1)
            status, body, headers = ask(port, path="/slow")
            assert (status, headers["retry-after"]) == (429, "1")
            assert b"2 requests are waiting" in body
            assert ask(port, path="/quick")[0] == 200
            assert first.recv(1000).startswith(b"HTTP/1.1 504 ")
            assert second.recv(1000).startswith(b"HTTP/1.1 504 ")
        model.go.set()
        time.sleep(0.2)
        assert ask(port, path="/slow")[0] == 200  # the places are free again


def test_unavailable_while_loading():
    model, loaded = Echo(), threading.Event()

    def load(port):
        loaded.wait(20)
        return model

    with serving(model, load) as (_, port):
        assert ask(port, "GET", "/live")[0] == 200
        assert ask(port, "GET", "/ping")[0] == 503
        status, body, headers = ask(port)
        assert (status, body, headers["retry-after"]) == (503, b'{"error": "the model is being loaded"}', "1")
        loaded.set()
        deadline = time.monotonic() + 5
        while ask(port, "GET", "/ready")[0] != 200:
            assert time.monotonic() < deadline
        assert ask(port, "POST", "/ping")[0] == 405


def test_models_that_cannot_be_loaded_end_the_server():
    def load(port):
        raise InvalidInputError("no model")

    settings = HttpSettings(port=0)
    loop = new_event_loop()

    async def main():
        await HttpServer(load, settings).run(bind(settings))

    with pytest.raises(InvalidInputError, match="no model"):
        loop.run_until_complete(main())
    loop.close()


def test_silent_connections_are_closed():
    model = Echo()
    with serving(model, idle_timeout=0.2) as (_, port):
        assert raw(port, b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc", timeout=3).startswith(b"HTTP/1.1 408 ")
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            assert connection.recv(1) == b""


def test_draining_loses_nothing():
    """Clients that send as fast as they can while the server is told to stop: every request that was sent is answered."""
    model, outcomes, stop = Echo(), [], threading.Event()

    def client(port):
        while not stop.is_set():
            try:
                connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            except ConnectionRefusedError:
                return
            with connection, connection.makefile("rb") as replies:
                closing = False
                while not closing:
                    connection.sendall(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok")
                    reply = []
                    while (line := replies.readline()) not in (b"\r\n", b""):
                        reply.append(line)
                    closing = b"connection: close\r\n" in reply
                    outcomes.append((reply[0] if reply else b"lost", replies.read(2)))

    with serving(model) as (server, port):
        threads = [threading.Thread(target=client, args=(port,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        server.stop()
        for thread in threads:
            thread.join(10)
        stop.set()
    assert len(outcomes) > 100
    assert set(outcomes) == {(b"HTTP/1.1 200 OK\r\n", b"ok")}
    assert model.closed


def test_requests_under_way_end_before_the_server_does():
    model = Echo()
    with serving(model) as (server, port):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"GET /slow HTTP/1.1\r\n\r\n")
            time.sleep(0.1)
            server.stop()
            time.sleep(0.3)
            model.go.set()
            assert connection.makefile("rb").read().endswith(b"/slow")


def test_the_folder_is_looked_at():
    model = Echo()
    with serving(model, reload_seconds=0.05):
        deadline = time.monotonic() + 5
        while model.refreshed < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
    assert model.refreshed >= 2
