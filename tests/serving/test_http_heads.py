"""Heads of requests that are known already: they mean what they did."""

import socket
import time

import pytest
from transport import Echo, raw, serving

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
        first = raw(port, data, enough=lambda received: _bodies(received) == bodies)
        if first.startswith(b"HTTP/1.1 400"):  # this parser is strict: let it be so every time
            bodies = [first.partition(b"\r\n\r\n")[2]]
        for _ in range(3):
            assert _bodies(raw(port, data, enough=lambda received: _bodies(received) == bodies)) == bodies
        thrice = raw(port, data * 3, enough=lambda received: _bodies(received) == bodies * 3)
        assert _bodies(thrice) in (bodies * 3, bodies)


def _bodies(replies):
    return [part.partition(b"\r\n\r\n")[2] for part in replies.split(b"HTTP/1.1 ")[1:]]


def test_a_known_head_whose_body_comes_later():
    with serving(Echo()) as (_, port), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for body in (b"abc", b"def", b"ghi"):
            connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n" + body[:1])
            time.sleep(0.05)
            connection.sendall(body[1:])
            assert connection.recv(1000).endswith(b"\r\n\r\n" + body)
