"""An object, or a part of one, as a stream of bytes that survives cut connections."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from smtf_core.errors import StorageError
from smtf_core.s3.connection import told
from smtf_core.s3.folder import S3Folder, S3Object
from smtf_core.s3.patience import patiently

_BUFFER = 2**20
#: How long S3 may be away in the middle of a stream. Seconds.
PATIENCE = 300.0


def open_object(folder: S3Folder, found: S3Object) -> BinaryIO:
    """Open an object for reading; holds 1 MiB of it.

    Args:
        folder: the folder that it is in.
        found: the object as it was listed.

    Returns:
        Its content as it was then: when the object has changed meanwhile, reading raises
        :class:`~smtf_core.errors.StorageError`, as it does when S3 stays away.
    """
    return io.BufferedReader(_RawStream(ObjectStream(folder, found)), _BUFFER)


class ObjectStream:
    """The bytes of an object from ``start`` to ``end``, in order, each once.

    Args:
        folder: the folder that it is in.
        found: the object as it was listed.
        start: offset of the first byte.
        end: offset behind the last one; ``None``: the object's end.
        sleep: see :func:`~smtf_core.s3.patience.patiently`.
    """

    def __init__(
        self,
        folder: S3Folder,
        found: S3Object,
        start: int = 0,
        end: int | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._folder = folder
        self._object = found
        self._position = start
        self._end = found.size if end is None else end
        self._sleep = sleep
        self._body: Any = None

    def read(self, most: int) -> bytes:
        """The next bytes, at least one and at most so many; none at the end.

        Raises:
            StorageError: the object has changed since it was listed, or S3 stays away for longer than :data:`PATIENCE`.
        """
        wanted = min(most, self._end - self._position)
        if wanted == 0:
            return b""
        data = patiently(lambda: self._read(wanted), PATIENCE, self._sleep)
        self._position += len(data)
        if self._position == self._end:
            self.close()
        return data

    def _read(self, wanted: int) -> bytes:
        try:
            with told("s3:GetObject", self._folder.uri(self._object.name)):
                if self._body is None:
                    self._body = self._open()
                data: bytes = self._body.read(wanted)
            if not data:
                raise StorageError(
                    f"{self._folder.uri(self._object.name)} ended at byte {self._position} of {self._object.size}",
                    transient=True,
                )
        except StorageError:
            self.close()  # what comes next comes on a new connection
            raise
        return data

    def _open(self) -> Any:
        whole = self._position == 0 and self._end == self._object.size
        return self._folder.connection.client.get_object(
            Bucket=self._folder.bucket,
            Key=self._folder.prefix + self._object.name,
            IfMatch=self._object.etag,
            **({} if whole else {"Range": f"bytes={self._position}-{self._end - 1}"}),
        )["Body"]

    def close(self) -> None:
        """Give the connection back; it is used again where everything has been read."""
        if self._body is not None:
            self._body.close()
            self._body = None


class _RawStream(io.RawIOBase):
    def __init__(self, stream: ObjectStream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()
