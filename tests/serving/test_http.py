"""Requests and replies over real sockets, in front of a model server that needs no TensorFlow."""

import gzip
import json
import random
import socket
import threading

import pytest
from transport import Echo, ask, raw, serving


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


def test_requests_of_one_moment_share_a_call():
    for batching in ("off", "auto", "on"):
        model = Echo()
        with serving(model, batching=batching, max_batch=8) as (_, port):
            one = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n%d"
            replies = raw(port, b"".join(one % (n % 10) for n in range(20)))
            assert [part[-1:] for part in replies.split(b"HTTP/1.1 200 OK")[1:]] == [
                b"%d" % (n % 10) for n in range(20)
            ]
            assert model.batches == [8, 8, 4]


def test_a_request_that_several_cannot_be_answered_with_costs_no_other(caplog):
    class Failing(Echo):
        def invoke_many(self, requests):
            raise KeyError("inside")

    with serving(Failing(), max_batch=4) as (_, port):
        one = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n%d"
        replies = raw(port, b"".join(one % (b"/raise" if n == 5 else b"/x", n) for n in range(8)))
    assert [part[:3] for part in replies.split(b"HTTP/1.1 ")[1:]] == [b"200"] * 5 + [b"500"] + [b"200"] * 2
    assert "4 requests together failed; each is tried alone" in caplog.text


def test_access_log(capsys):
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


@pytest.mark.parametrize("path", [b"/quick", b"/slow"])
def test_a_peer_that_sends_no_more_gets_its_replies(echo, path):
    model, port = echo
    model.go.clear()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall((b"POST %b HTTP/1.1\r\nContent-Length: 2\r\n\r\nok" % path) * 2)
        connection.shutdown(socket.SHUT_WR)
        threading.Timer(0.2, model.go.set).start()
        first, second, third = connection.makefile("rb").read().split(b"HTTP/1.1 200 OK\r\n")
    assert not first
    assert second.endswith(b"\r\n\r\nok")
    assert path == b"/quick" or b"\r\nconnection: close\r\n" in third
    assert third.endswith(b"\r\n\r\nok")


@pytest.mark.parametrize("data", [b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc", b"GET / HT"])
def test_half_a_request_is_told_so(port, data):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        reply = connection.makefile("rb").read()
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert reply.endswith(b'{"error": "Bad Request: it ended early"}')


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
            assert reply.startswith(b"HTTP/1.1 "), (data, reply)
    assert ask(port, "GET", "/ping")[0] == 200
