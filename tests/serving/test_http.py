"""The transport, over real sockets, in front of a model server that needs no TensorFlow."""

import asyncio
import gzip
import http.client
import json
import random
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import Reply
from smtf_serving.http.asgi import Application
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


def raw(port, data, timeout=5):
    """Send bytes, read until the server closes or falls silent."""
    try:
        connection = socket.create_connection(("127.0.0.1", port), timeout=timeout)
    except ConnectionRefusedError:
        return b""
    with connection:
        connection.sendall(data)
        received = b""
        connection.settimeout(0.5)
        try:
            while part := connection.recv(65536):
                received += part
        except (TimeoutError, ConnectionResetError):
            pass
        return received


@pytest.fixture(scope="module")
def echo():
    model = Echo()
    with serving(model, max_body=1000, timeout=5.0) as (_, port):
        yield model, port


@pytest.fixture
def port(echo):
    return echo[1]


def test_a_request_and_its_reply(port):
    status, body, headers = ask(port, path="/a%20b?q=1", body=None, headers={"Content-Type": "x/y"})
    assert (status, body, headers["content-type"]) == (200, b"/a b", "x/y")
    assert headers["date"].endswith("GMT")


def test_pipelined_requests_are_answered_in_their_order(echo):
    model, port = echo
    model.go.clear()
    one = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n%d"
    paths = [b"/slow" if n % 3 == 0 else b"/" for n in range(9)]
    threading.Timer(0.3, model.go.set).start()
    replies = raw(port, b"".join(one % (path, n) for n, path in enumerate(paths)))
    assert [part[-1:] for part in replies.split(b"HTTP/1.1 200 OK")[1:]] == [b"%d" % n for n in range(9)]


def test_bytes_may_come_one_by_one(port):
    data = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in data:
            connection.sendall(bytes([byte]))
        assert connection.makefile("rb").read().endswith(b"\r\n\r\nabcde")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\0\1\2\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"h%d: 1\r\n" % n for n in range(200)) + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"1f4\r\n"
            + b"a" * 500
            + b"\r\n1f5\r\n"
            + b"a" * 501,
            413,
        ),
        (b"POST / HTTP/1.1\r\nExpect: miracles\r\nContent-Length: 1\r\n\r\n", 417),
    ],
    ids=range(13),
)
def test_what_is_no_request_is_refused_and_the_connection_closed(port, data, status):
    reply = raw(port, data)
    assert reply.startswith(b"HTTP/1.1 %d " % status), reply[:100]
    assert b"connection: close\r\n" in reply
    assert "error" in json.loads(reply.partition(b"\r\n\r\n")[2])


CHUNKED = b"POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
AGAIN = [
    # the same bytes, sent over and over: a head that is known must mean what it meant at first
    (b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", [b"abc"]),
    (b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", [b"/a"]),
    (b"GET /a HTTP/1.1\nHost: x\n\nPOST /b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", [b"/a", b"abc"]),
    (b"\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", [b"/a"]),
    (CHUNKED, [b"abc"]),
    (b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc" + CHUNKED, [b"abc", b"abc"]),
]


@pytest.mark.parametrize(("data", "bodies"), AGAIN, ids=range(len(AGAIN)))
def test_a_head_that_is_known_means_what_it_did(data, bodies):
    with serving(Echo()) as (_, port):
        first = raw(port, data)
        if first.startswith(b"HTTP/1.1 400"):  # this parser is strict: let it be so every time
            bodies = [first.partition(b"\r\n\r\n")[2]]
        for _ in range(3):
            assert _bodies(raw(port, data)) == bodies
        assert _bodies(raw(port, data * 3)) in (bodies * 3, bodies)


def _bodies(replies):
    return [part.partition(b"\r\n\r\n")[2] for part in replies.split(b"HTTP/1.1 ")[1:]]


def test_a_known_head_whose_body_comes_later():
    with serving(Echo()) as (_, port), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for body in (b"abc", b"def", b"ghi"):
            connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n" + body[:1])
            time.sleep(0.05)
            connection.sendall(body[1:])
            assert connection.recv(1000).endswith(b"\r\n\r\n" + body)


def test_an_upgrade_is_not_made(port):
    reply = raw(port, b"GET /a HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close\r\n" in reply


def test_expect_continue(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"ok")
        assert connection.recv(1000).endswith(b"ok")


@pytest.mark.parametrize(
    ("body", "encoding", "status", "answer"),
    [
        (gzip.compress(b"hello"), "gzip", 200, b"hello"),
        (gzip.compress(b"he") + gzip.compress(b"llo"), "GZIP", 200, b"hello"),
        (b"hello", "identity", 200, b"hello"),
        (gzip.compress(bytes(10**5)), "gzip", 413, b"expands to more than 1000 bytes"),
        (gzip.compress(b"hello")[:-4], "gzip", 400, b"is not gzip"),
        (b"hello", "gzip", 400, b"is not gzip"),
        (b"hello", "br", 415, b"Content-Encoding 'br' is not supported"),
    ],
)
def test_encodings_of_the_body(port, body, encoding, status, answer):
    got, reply, _ = ask(port, body=body, headers={"Content-Encoding": encoding})
    assert got == status
    assert answer in reply


def test_what_an_adapter_does_wrong_costs_its_request_only(port):
    assert ask(port, path="/raise")[:2] == (500, b'{"error": "Internal error: KeyError"}')
    status, _, headers = ask(port, path="/split")
    assert status == 500
    assert "x" not in headers


def test_head_and_old_http(port):
    status, body, headers = ask(port, method="HEAD", path="/ping")
    assert (status, body, headers["content-length"]) == (200, b"", "2")
    assert raw(port, b"GET /old HTTP/1.0\r\n\r\n").endswith(b"\r\n\r\n/old")


def test_time_out_then_too_many(echo):
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


def test_unavailable_while_loading(echo):
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


def test_silent_connections_are_closed(echo):
    model = Echo()
    with serving(model, idle_timeout=0.2) as (_, port):
        assert raw(port, b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc", timeout=3).startswith(b"HTTP/1.1 408 ")
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            assert connection.recv(1) == b""


def test_requests_of_one_moment_share_a_call(echo):
    for batching in ("off", "auto", "on"):
        model = Echo()
        with serving(model, batching=batching, max_batch=8) as (_, port):
            one = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n%d"
            replies = raw(port, b"".join(one % (n % 10) for n in range(20)))
            assert [part[-1:] for part in replies.split(b"HTTP/1.1 200 OK")[1:]] == [
                b"%d" % (n % 10) for n in range(20)
            ]
            assert model.batches == [8, 8, 4]


def test_draining_loses_nothing(echo):
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


def test_requests_under_way_end_before_the_server_does(echo):
    model = Echo()
    with serving(model) as (server, port):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"GET /slow HTTP/1.1\r\n\r\n")
            time.sleep(0.1)
            server.stop()
            time.sleep(0.3)
            model.go.set()
            assert connection.makefile("rb").read().endswith(b"/slow")


def test_the_folder_is_looked_at(echo):
    model = Echo()
    with serving(model, reload_seconds=0.05):
        deadline = time.monotonic() + 5
        while model.refreshed < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
    assert model.refreshed >= 2


def test_access_log(echo, capsys):
    with serving(Echo(), access_log=True) as (_, port):
        ask(port, body=b"abc")
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["method"], line["path"], line["status"], line["bytes_in"], line["client"]) == (
        "POST",
        "/invocations",
        200,
        3,
        "127.0.0.1",
    )


def test_garbage_never_stops_the_server(port):
    rng = random.Random(7)
    good = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabc"
    for _ in range(300):
        data = bytearray(good * rng.randrange(1, 3))
        for _ in range(rng.randrange(1, 8)):
            position = rng.randrange(len(data))
            data[position : position + rng.randrange(4)] = rng.randbytes(rng.randrange(4))
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            reply = b""
            while part := connection.recv(65536):
                reply += part
            assert not reply or reply.startswith(b"HTTP/1.1 "), reply
    assert ask(port, "GET", "/ping")[0] == 200


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


@pytest.mark.parametrize(
    ("environment", "given", "message"),
    [
        ({"SAGEMAKER_BIND_TO_PORT": "x"}, {}, "SAGEMAKER_BIND_TO_PORT must be a number"),
        ({}, {"port": -1}, "port"),
        ({}, {"batching": "maybe"}, "batching"),
        ({}, {"timeout": 0.0}, "timeout"),
    ],
)
def test_settings_that_cannot_be(environment, given, message):
    with pytest.raises(InvalidInputError, match=message):
        HttpSettings.make(environment, **given)


def test_settings_from_the_container():
    settings = HttpSettings.make(
        {
            "SAGEMAKER_BIND_TO_PORT": "1",
            "SAGEMAKER_TFS_ENABLE_BATCHING": "true",
            "SAGEMAKER_TFS_BATCH_TIMEOUT_MICROS": "500",
            "SAGEMAKER_TFS_MAX_ENQUEUED_BATCHES": "9",
            "SAGEMAKER_TFS_NUM_BATCH_THREADS": "3",
            "SAGEMAKER_GUNICORN_THREADS": "5",
            "SAGEMAKER_MODEL_SERVER_TIMEOUT": "7",
        },
        port=2,
        timeout=None,
    )
    assert (settings.max_waiting, settings.threads, settings.handler_threads, settings.timeout) == (9, 3, 5, 7.0)
    assert (settings.host, settings.port, settings.batching, settings.batch_timeout) == ("127.0.0.1", 2, "on", 0.0005)
