"""Finds records in a stream of bytes, in Python: TFRecord, RecordIO and lines of text.

Sources: TensorFlow's documentation of the TFRecord format; MXNet's of RecordIO, whose parts SageMaker joins plainly.
``native/records.c`` does the same in C; a test holds the two against each other.
"""

from __future__ import annotations

import struct

from smtf_core.runtime.channels.pipe.crc32c import masked_crc32c
from smtf_core.runtime.channels.pipe.source import PipeSource

_RECORDIO_MAGIC = 0xCED7230A
_WHOLE, _FIRST, _MIDDLE, _LAST = range(4)  # what a RecordIO part is of its record


class Broken(Exception):  # noqa: N818 - says something of the stream; the reader makes the error of it
    """The stream cannot be read on."""


class Frames:
    """The records of one stream, which is fed piece by piece.

    Args:
        source: the limits.

    Attributes:
        number: of the record at hand.
        record_offset: where in the stream it begins.
    """

    def __init__(self, source: PipeSource) -> None:
        self._source = source
        self._data = bytearray()
        self._parsed = 0
        self._offset = 0
        self.number = 0
        self.record_offset = 0

    def feed(self, data: bytes) -> None:
        """Add what has been read."""
        del self._data[: self._parsed]
        self._parsed = 0
        self._data += data

    def next(self) -> bytes | None:
        """The next record; ``None``: not all of it is there yet.

        Raises:
            Broken: the stream is corrupt from here on.
        """
        raise NotImplementedError

    def conclude(self) -> tuple[list[bytes], Broken | None]:
        """What the end of the stream means: a last record, an error or nothing."""
        left = self._offset - self.record_offset + self._available
        if not left:
            return [], None
        return [], Broken(
            f"the stream ends in the middle of this record, {left} bytes after its start; did its writer die?"
        )

    @property
    def _available(self) -> int:
        return len(self._data) - self._parsed

    def _peek(self, layout: str, offset: int = 0) -> tuple[int, ...]:
        return struct.unpack_from(layout, self._data, self._parsed + offset)

    def _take(self, skip: int, length: int, footer: int) -> bytes:
        """A frame's content; what follows is the next frame."""
        start = self._parsed + skip
        self._parsed += skip + length + footer
        self._offset += skip + length + footer
        return bytes(self._data[start : start + length])

    def _next_record(self) -> None:
        self.number += 1
        self.record_offset = self._offset

    def _check_size(self, length: int) -> None:
        limit = self._source.max_record_bytes
        if length > limit:
            raise Broken(
                f"the record is of {length} bytes, over the limit max_record_bytes={limit}; either the stream is "
                f"corrupt or the limit has to be raised"
            )


class TFRecordFrames(Frames):
    """Length, checksum of the length, data, checksum of the data."""

    _corrupted_in_a_row = 0

    def next(self) -> bytes | None:
        """See :class:`Frames`."""
        while self._available >= 12:
            length, check = self._peek("<QI")
            if masked_crc32c(self._data[self._parsed : self._parsed + 8]) != check:
                raise Broken("the checksum of the record's length is wrong: the stream is corrupt")
            self._check_size(length)
            if self._available < 12 + length + 4:
                break
            (check,) = self._peek("<I", 12 + length)
            intact = masked_crc32c(self._data[self._parsed + 12 : self._parsed + 12 + length]) == check
            if not intact:
                self._corrupted_in_a_row += 1
                if self._corrupted_in_a_row > self._source.max_corrupted:
                    raise Broken(f"the checksum of the record's data ({length} bytes) is wrong: the stream is corrupt")
            record = self._take(12, length, 4)
            self._next_record()
            if intact:
                self._corrupted_in_a_row = 0
                return record
        return None


class RecordIOFrames(Frames):
    """Magic number, length with what part of a record it is, data padded to four bytes."""

    def __init__(self, source: PipeSource) -> None:
        super().__init__(source)
        self._parts: list[bytes] = []

    def next(self) -> bytes | None:
        """See :class:`Frames`."""
        while self._available >= 8:
            magic, length = self._peek("<II")
            flag, length = length >> 29, length & ((1 << 29) - 1)
            if magic != _RECORDIO_MAGIC:
                raise Broken(
                    f"at byte {self._offset} is 0x{magic:08x}, not RecordIO's magic number 0xced7230a: the stream is "
                    f"corrupt or no RecordIO"
                )
            if flag > _LAST or bool(self._parts) != (flag in (_MIDDLE, _LAST)):
                inside = " inside a record of several parts" if self._parts else ""
                raise Broken(f"at byte {self._offset} is a part with flag {flag}{inside}: the stream is corrupt")
            self._check_size(sum(map(len, self._parts)) + length)
            padded = (length + 3) & ~3
            if self._available < 8 + padded:
                break
            self._parts.append(self._take(8, length, padded - length))
            if flag in (_WHOLE, _LAST):
                record = b"".join(self._parts)
                self._parts.clear()
                self._next_record()
                return record
        return None


class TextLineFrames(Frames):
    """Lines; the last one may lack its newline."""

    _scanned = 0

    def next(self) -> bytes | None:
        """See :class:`Frames`."""
        newline = self._data.find(b"\n", self._parsed + self._scanned)
        length = (newline if newline >= 0 else len(self._data)) - self._parsed
        self._check_size(length)
        if newline < 0:
            self._scanned = length
            return None
        self._scanned = 0
        line = self._take(0, length, 1)
        self._next_record()
        return line

    def conclude(self) -> tuple[list[bytes], Broken | None]:
        """See :class:`Frames`."""
        return ([self._take(0, self._available, 0)] if self._available else []), None


FORMATS: dict[str, type[Frames]] = {"TFRecord": TFRecordFrames, "RecordIO": RecordIOFrames, "TextLine": TextLineFrames}
