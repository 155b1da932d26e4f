"""Links: how messages get from the hosts' supervisors to the coordinator and back, and how a silent end is noticed.

A connection begins with a challenge from the coordinator's side; the host answers with its name and a proof that it
knows the job's secret. Whoever does not, or says something that is no message, is shut out and nothing else happens.
From then on both sides send a :class:`Beat` every second, so that a host whose network is cut is noticed, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import secrets
import socket
from collections.abc import Awaitable, Callable
from typing import TypeVar

from smtf_core.errors import InvalidInputError
from smtf_core.runtime.cluster.messages import LONGEST_LINE, Beat, Message, decode, encode

_log = logging.getLogger("smtf")
T = TypeVar("T")

BEAT_SECONDS = 1.0
#: So many beats without a word from the other side, and it is gone. They are counted by our own beats and not by the
#: clock: a process that was suspended itself must not blame the others for it.
SILENT_BEATS = 7
_GREETING_SECONDS = 5.0
_MOST_STRANGERS = 64


class Link:
    """One connection after its greeting.

    Args:
        reader: the other side's words.
        writer: ours.
        receive: called with every message but beats.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, receive: Callable[[Message], None]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._receive = receive
        self._silence = 0

    def send(self, message: Message) -> None:
        """Send a message; one that cannot be delivered any more is noticed by :meth:`run`."""
        if not self._writer.is_closing():
            self._writer.write(encode(message))

    async def run(self) -> str:
        """Hand on what comes, until the other side is gone.

        Returns:
            How it went, in words.
        """
        reading = asyncio.ensure_future(self._read())
        beating = asyncio.ensure_future(self._beat())
        try:
            done, _ = await asyncio.wait({reading, beating}, return_when=asyncio.FIRST_COMPLETED)
            return (reading if reading in done else beating).result()
        finally:
            reading.cancel()
            beating.cancel()
            self.close()

    def close(self) -> None:
        """Hang up, after what has been sent."""
        self._writer.close()

    async def _read(self) -> str:
        while True:
            try:
                line = await self._reader.readline()
            except ConnectionResetError:  # it died before it had read everything
                line = b""
            except (OSError, ValueError) as error:  # ValueError: a line without end
                return f"the connection broke ({error})"
            if not line.endswith(b"\n"):
                return "its supervisor is gone (killed, or its machine went down)"
            self._silence = 0
            try:
                message = decode(line)
            except InvalidInputError as error:
                return f"it said something that is not understood: {error}"
            if not isinstance(message, Beat):
                self._receive(message)

    async def _beat(self) -> str:
        while self._silence < SILENT_BEATS:
            self.send(Beat())
            await asyncio.sleep(BEAT_SECONDS)
            self._silence += 1
        return f"no sign of life for {SILENT_BEATS * BEAT_SECONDS:g} s (its machine hangs, or the network is cut)"


class Switchboard:
    """The coordinator's side: takes calls from the other hosts.

    Args:
        token: the job's secret.
        hosts: who may call.
        receive: called with a host's name and what it says.
        lost: called with a host's name and how it went.
    """

    def __init__(
        self,
        token: str,
        hosts: tuple[str, ...],
        receive: Callable[[str, Message], None],
        lost: Callable[[str, str], None],
    ) -> None:
        self._token = token
        self._hosts = hosts
        self._receive = receive
        self._lost = lost
        self._links: dict[str, Link] = {}
        self._strangers = 0
        self._server: asyncio.Server | None = None
        self._empty = asyncio.Event()
        self._empty.set()

    async def open(self, listening: socket.socket) -> None:
        """Begin to take calls at a socket that is bound."""
        self._server = await asyncio.start_server(self._take_call, sock=listening, limit=LONGEST_LINE)

    def send(self, host: str, message: Message) -> None:
        """Send to a host, if it is there."""
        if host in self._links:
            self._links[host].send(message)

    async def close(self, patience: float) -> None:
        """Wait until all have heard the last word and hung up, but not for long."""
        if self._server is not None:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._empty.wait(), patience)
            self._server.close()
        for link in self._links.values():
            link.close()

    async def _take_call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._strangers += 1
        try:
            host = None
            if self._strangers <= _MOST_STRANGERS:
                host = await _within(self._greet(reader, writer))
        finally:
            self._strangers -= 1
        if host is None:
            _log.warning("a connection from %s was refused", writer.get_extra_info("peername"))
            writer.close()
            return
        link = Link(reader, writer, lambda message: self._receive(host, message))
        if host in self._links:
            self._forget(host, self._links[host], "its supervisor has called again")
        self._links[host] = link
        self._empty.clear()
        self._forget(host, link, await link.run())

    def _forget(self, host: str, link: Link, cause: str) -> None:
        if self._links.get(host) is link:
            del self._links[host]
            link.close()
            if not self._links:
                self._empty.set()
            self._lost(host, cause)

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str | None:
        challenge = secrets.token_hex(16)
        writer.write(json.dumps({"challenge": challenge}).encode() + b"\n")
        words = json.loads(await reader.readline())
        host, proof = words["host"], words["proof"]
        known = host in self._hosts and hmac.compare_digest(proof, _proof(self._token, challenge, host))
        if known:
            writer.write(json.dumps({"welcome": _proof(self._token, challenge, "coordinator")}).encode() + b"\n")
        return host if known else None


async def call(address: str, port: int, token: str, host: str, receive: Callable[[Message], None]) -> Link | None:
    """Call the coordinator.

    Args:
        address: the first host's.
        port: its control port.
        token: the job's secret.
        host: who calls.
        receive: called with every message.

    Returns:
        The link; ``None``: nobody answers there, or not as the coordinator of this job would.
    """
    try:
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(address, port, limit=LONGEST_LINE), _GREETING_SECONDS
        )
    except (OSError, asyncio.TimeoutError):
        return None
    if await _within(_introduce(reader, writer, token, host)):
        return Link(reader, writer, receive)
    writer.close()
    return None


async def _introduce(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str, host: str) -> bool:
    challenge = json.loads(await reader.readline())["challenge"]
    writer.write(json.dumps({"host": host, "proof": _proof(token, challenge, host)}).encode() + b"\n")
    welcome = json.loads(await reader.readline())["welcome"]
    return hmac.compare_digest(welcome, _proof(token, challenge, "coordinator"))


async def _within(greeting: Awaitable[T]) -> T | None:
    """What a greeting comes to; ``None``: it took too long, or the other side does not know how to greet."""
    try:
        return await asyncio.wait_for(greeting, _GREETING_SECONDS)
    except (OSError, asyncio.TimeoutError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _proof(token: str, challenge: str, name: str) -> str:
    return hmac.new(token.encode(), f"{challenge} {name}".encode(), hashlib.sha256).hexdigest()
