"""``base64`` between text and bytes: what is encoded is text. Source: Python 2.7 documentation, ``base64``."""

from __future__ import annotations

import base64
from base64 import b16decode, b32decode, b64decode, standard_b64decode, urlsafe_b64decode
from typing import Any

from smtf_core.python2.library.text import as_bytes

__all__ = [
    "b16decode",
    "b16encode",
    "b32decode",
    "b32encode",
    "b64decode",
    "b64encode",
    "decodestring",
    "encodestring",
    "standard_b64decode",
    "standard_b64encode",
    "urlsafe_b64decode",
    "urlsafe_b64encode",
]


def b64encode(data: Any, altchars: Any = None) -> str:
    """Base64 of text or bytes."""
    return base64.b64encode(as_bytes(data), as_bytes(altchars)).decode("ascii")


def b32encode(data: Any) -> str:
    """Base32 of text or bytes."""
    return base64.b32encode(as_bytes(data)).decode("ascii")


def b16encode(data: Any) -> str:
    """Base16 of text or bytes."""
    return base64.b16encode(as_bytes(data)).decode("ascii")


def urlsafe_b64encode(data: Any) -> str:
    """Base64 of text or bytes, in the alphabet of URLs."""
    return base64.urlsafe_b64encode(as_bytes(data)).decode("ascii")


def encodestring(data: Any) -> str:
    """Base64 of text or bytes, in lines."""
    return base64.encodebytes(as_bytes(data)).decode("ascii")


def decodestring(data: Any) -> bytes:
    """Bytes of Base64 in lines."""
    return base64.decodebytes(as_bytes(data))


standard_b64encode = b64encode
