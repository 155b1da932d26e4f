"""An object as a stream of bytes that survives cut connections."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from smtf_core.errors import StorageError
from smtf_core.s3.connection import told
from smtf_core.s3.folder import S3Folder, S3Object

_BUFFER = 2**20
# Times in a row that a stream is opened anew without a byte having arrived.
_TRIES = 6


def open_object(folder: S3Folder, found: S3Object) -> BinaryIO:
    """Open an object for reading; holds 1 MiB of it.

    Args:
        folder: the folder that it is in.
        found: the object as it was listed.

    Returns:
        Its content as it was then: when the object has changed meanwhile, reading raises
        :class:`~smtf_core.errors.StorageError`, as it does when S3 stays away.
    """
    return io.BufferedReader(_ObjectStream(folder, found), _BUFFER)


class _ObjectStream(io.RawIOBase):
    def __init__(self, folder: S3Folder, found: S3Object) -> None:
        self._folder = folder
        self._object = found
        self._position = 0
        self._body: Any = None
        self._fruitless = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what comes; open the rest of the object anew when the connection breaks."""
        while self._position < self._object.size:
            try:
                with told("s3:GetObject", self._folder.uri(self._object.name)):
                    data = self._read(len(buffer))
            except StorageError as error:
                self._close_body()
                self._fruitless += 1
                if not error.transient or self._fruitless == _TRIES:
                    raise
                continue
            if data:
                self._fruitless = 0
                buffer[: len(data)] = data
                self._position += len(data)
                return len(data)
            self._close_body()
            self._fruitless += 1
            if self._fruitless == _TRIES:
                raise StorageError(
                    f"{self._folder.uri(self._object.name)} ends at byte {self._position} of {self._object.size}",
                    transient=True,
                )
        return 0

    def _read(self, size: int) -> bytes:
        if self._body is None:
            answer = self._folder.connection.client.get_object(
                Bucket=self._folder.bucket,
                Key=self._folder.prefix + self._object.name,
                Range=f"bytes={self._position}-",
                IfMatch=self._object.etag,
            )
            self._body = answer["Body"]
        data: bytes = self._body.read(size)
        return data

    def _close_body(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def close(self) -> None:
        self._close_body()
        super().close()
