"""RecordIO frames, as SageMaker wraps objects in them.

Source: the format of MXNet's RecordIO as the readers of ``sagemaker_tensorflow`` take it: a magic number; 3 bits that
say whether this is a whole record or the first, a middle or the last part of one, and 29 bits of length; the data,
padded to a multiple of 4 bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from smtf_core.runtime.channels.feed.outlet import Outlet

MAGIC = 0xCED7230A
WHOLE, FIRST, MIDDLE, LAST = range(4)
_LENGTH_BITS = 29
# The longest part, a multiple of 4: parts but the last have no padding that a reader could take for data.
_LONGEST = 2**_LENGTH_BITS - 4
# A record of unknown length is cut into parts of this size, one of which is held in memory. Bytes.
_PART = 16 * 2**20


def write_record(outlet: Outlet, size: int, write: Callable[[int], None]) -> None:
    """Write a record of known size.

    Args:
        outlet: where.
        size: bytes.
        write: called with a number of bytes, writes the record's next bytes to the outlet.
    """
    written = 0
    while True:
        part = min(size - written, _LONGEST)
        _frame(outlet, part, first=written == 0, last=written + part == size)
        write(part)
        _pad(outlet, part)
        written += part
        if written == size:
            return


def write_unsized(outlet: Outlet, chunks: Iterator[bytes]) -> None:
    """Write a record whose size is known when it ends."""
    held = bytearray()
    first = True
    for chunk in chunks:
        held += chunk
        while len(held) > _PART:
            _write_part(outlet, held[:_PART], first=first, last=False)
            del held[:_PART]
            first = False
    _write_part(outlet, held, first=first, last=True)


def _write_part(outlet: Outlet, data: bytearray, *, first: bool, last: bool) -> None:
    _frame(outlet, len(data), first=first, last=last)
    outlet.write(data)
    _pad(outlet, len(data))


def _frame(outlet: Outlet, size: int, *, first: bool, last: bool) -> None:
    kind = (WHOLE if last else FIRST) if first else (LAST if last else MIDDLE)
    outlet.write(struct.pack("<II", MAGIC, kind << _LENGTH_BITS | size))


def _pad(outlet: Outlet, size: int) -> None:
    outlet.write(bytes(-size % 4))
