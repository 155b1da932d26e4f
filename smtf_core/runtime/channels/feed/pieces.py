"""What a pass over a channel is made of: files, and entries of augmented manifests, each written as it is to arrive."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from attrs import frozen

from smtf_core.errors import ChannelError
from smtf_core.runtime.channels.feed.outlet import Outlet
from smtf_core.runtime.channels.feed.recordio import write_record, write_unsized
from smtf_core.sources import SourceFile
from smtf_core.sources.manifest import Entry

_CHUNK = 2**20

Piece = Callable[[Outlet], None]


@frozen
class FilePiece:
    """A file.

    Args:
        file: the file.
        gunzip: whether it is decompressed.
        wrap: whether its content becomes one RecordIO record.
    """

    file: SourceFile
    gunzip: bool = False
    wrap: bool = False

    def __call__(self, outlet: Outlet) -> None:
        """Write it.

        Raises:
            ChannelError: it is not what it must be; names the file, and where in it.
            OSError: it cannot be read.
        """
        with self.file.open() as stream:
            if self.gunzip:
                chunks = _gunzipped(stream, self.file)
                if self.wrap:
                    write_unsized(outlet, chunks)
                else:
                    for chunk in chunks:
                        outlet.write(chunk)
            elif self.wrap:
                write_record(outlet, self.file.size, lambda size: self._copy(stream, outlet, size))
            else:
                self._copy(stream, outlet, self.file.size)

    def _copy(self, stream: BinaryIO, outlet: Outlet, size: int) -> None:
        copied = outlet.splice(stream.fileno(), size) if self.file.path is not None else 0
        while copied < size:
            chunk = stream.read(min(_CHUNK, size - copied))
            if not chunk:
                raise ChannelError(f"{self.file.uri} became shorter while it was read: it had {self.file.size} bytes")
            outlet.write(chunk)
            copied += len(chunk)


def _gunzipped(stream: BinaryIO, file: SourceFile) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=stream) as content:
        while True:
            try:
                chunk = content.read(_CHUNK)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                what = "is cut off" if isinstance(error, EOFError) else "is not (any more) gzip"
                raise ChannelError(
                    f"{file.uri} {what} near byte {stream.tell()} of {file.size} ({error}); compression='Gzip' is for "
                    f"channels all of whose files are compressed by gzip"
                ) from None
            if not chunk:
                return
            yield chunk


@frozen
class EntryPiece:
    """An entry of an augmented manifest: each attribute becomes one record, in the order of the names.

    Args:
        entry: the entry.
        attributes: the names.
        wrap: whether RecordIO frames go around them.
    """

    entry: Entry
    attributes: Sequence[str]
    wrap: bool

    def __call__(self, outlet: Outlet) -> None:
        """Write it; raises as :class:`FilePiece` does, and when the entry lacks an attribute."""
        for value in self.entry.values(self.attributes):
            if isinstance(value, SourceFile):
                FilePiece(value, wrap=self.wrap)(outlet)
            elif self.wrap:
                write_record(outlet, len(value), lambda size, value=value: outlet.write(value))  # type: ignore[misc]
            else:
                outlet.write(value)
