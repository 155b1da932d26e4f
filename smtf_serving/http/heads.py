"""Heads of requests that have been parsed before: a client sends the same one, byte for byte, with every request.

What a head means depends on its bytes alone, so that it needs parsing once. Only heads about which there is no doubt
are remembered: sent at once, with lines that end as they must, with a length or without a body, on a connection that
stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

END = b"\r\n\r\n"
_MAX_HEADS, _MAX_BYTES = 512, 4096
_DOUBTFUL = frozenset({"transfer-encoding", "expect", "upgrade"})


@frozen
class Head:
    """What a head says.

    Args:
        method: the HTTP method.
        path: the path.
        content_type: its header, or empty.
        accept: its header, or empty.
        headers: all headers, names in lower case.
        length: of the body that follows.
    """

    method: str
    path: str
    content_type: str
    accept: str
    headers: Mapping[str, str]
    length: int


class Heads:
    """See the module. One is shared by the connections of a server."""

    def __init__(self) -> None:
        self._heads: dict[bytes, Head] = {}
        #: The head that bytes are.
        self.get = self._heads.get

    def learn(self, raw: bytes, method: str, path: str, headers: Mapping[str, str], count: int) -> None:
        """Remember what a parser has made of a head.

        Args:
            raw: the bytes up to the first empty line, which it ends with.
            method: of the request that was read first from these bytes.
            path: its path.
            headers: its headers.
            count: the number of its header lines.
        """
        lines = count + 2
        certain = (
            len(raw) <= _MAX_BYTES
            and raw[:1].isalpha()
            # Another way of ending lines, or of going on with one, and these bytes are not this head.
            and raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n") == lines
            and len(headers) == count
            and _DOUBTFUL.isdisjoint(headers)
        )
        length = headers.get("content-length", "0")
        if not (certain and length.isascii() and length.isdigit()):
            return
        if len(self._heads) >= _MAX_HEADS:
            self._heads.clear()
        self._heads[raw] = Head(
            method,
            path,
            headers.get("content-type", ""),
            headers.get("accept", ""),
            MappingProxyType(dict(headers)),
            int(length),
        )
