"""``struct`` that takes text for bytes. Source: Python 2.7 documentation, ``struct``."""

from __future__ import annotations

import struct
from struct import calcsize, error
from typing import Any

from smtf_core.python2.library.text import as_bytes

__all__ = ["Struct", "calcsize", "error", "pack", "pack_into", "unpack", "unpack_from"]


class Struct(struct.Struct):
    """``struct.Struct``."""

    def pack(self, *values: Any) -> bytes:
        """Bytes of values."""
        return super().pack(*map(as_bytes, values))

    def pack_into(self, buffer: Any, offset: int, *values: Any) -> None:
        """Values into a buffer."""
        super().pack_into(buffer, offset, *map(as_bytes, values))

    def unpack(self, data: Any) -> tuple[Any, ...]:
        """Values of bytes."""
        return super().unpack(as_bytes(data))

    def unpack_from(self, buffer: Any, offset: int = 0) -> tuple[Any, ...]:
        """Values of bytes in a buffer."""
        return super().unpack_from(as_bytes(buffer), offset)


def pack(layout: str, *values: Any) -> bytes:
    """Bytes of values."""
    return Struct(layout).pack(*values)


def pack_into(layout: str, buffer: Any, offset: int, *values: Any) -> None:
    """Values into a buffer."""
    Struct(layout).pack_into(buffer, offset, *values)


def unpack(layout: str, data: Any) -> tuple[Any, ...]:
    """Values of bytes."""
    return Struct(layout).unpack(data)


def unpack_from(layout: str, buffer: Any, offset: int = 0) -> tuple[Any, ...]:
    """Values of bytes in a buffer."""
    return Struct(layout).unpack_from(buffer, offset)
