"""``hashlib``, ``md5`` and ``sha``, of text as well as of bytes. Source: Python 2.7 documentation, ``hashlib``."""

from __future__ import annotations

import hashlib
from typing import Any

from smtf_core.python2.library.text import as_utf_8

__all__ = ["md5", "new", "sha1", "sha224", "sha256", "sha384", "sha512"]


class _Hash:
    """A hash object.

    Args:
        genuine: Python 3's.
    """

    def __init__(self, genuine: Any) -> None:
        self._genuine = genuine

    def update(self, data: Any) -> None:
        """Add text or bytes."""
        self._genuine.update(as_utf_8(data))

    def copy(self) -> _Hash:
        """One that goes on from here."""
        return _Hash(self._genuine.copy())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._genuine, name)


def new(name: str, data: Any = b"") -> _Hash:
    """A hash of the algorithm ``name``."""
    return _Hash(hashlib.new(name, as_utf_8(data)))


def md5(data: Any = b"") -> _Hash:
    """MD5."""
    return new("md5", data)


def sha1(data: Any = b"") -> _Hash:
    """SHA-1."""
    return new("sha1", data)


def sha224(data: Any = b"") -> _Hash:
    """SHA-224."""
    return new("sha224", data)


def sha256(data: Any = b"") -> _Hash:
    """SHA-256."""
    return new("sha256", data)


def sha384(data: Any = b"") -> _Hash:
    """SHA-384."""
    return new("sha384", data)


def sha512(data: Any = b"") -> _Hash:
    """SHA-512."""
    return new("sha512", data)
