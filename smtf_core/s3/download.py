"""Objects brought into files: in parallel parts, which a process that was killed need not bring again."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import math
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from datetime import datetime
from pathlib import Path

from smtf_core.errors import InvalidInputError
from smtf_core.s3.connection import MOST_REQUESTS
from smtf_core.s3.folder import S3Folder, S3Object
from smtf_core.s3.stream import ObjectStream

#: Objects are brought in parts of this size. Bytes.
PART = 8 * 2**20
_CHUNK = 2**20
# How many requests are under way at once: of whole objects, and as many again of parts of large ones.
_THREADS = MOST_REQUESTS // 2

Progress = Callable[[int], object]


def download(folder: S3Folder, found: S3Object, path: Path, progress: Progress | None = None) -> None:
    """Get an object into a file, which appears when it is complete.

    What a call that failed or was killed has brought lies beside it, under a hidden name, for the next call.

    Args:
        folder: the folder that it is in.
        found: the object as it was listed.
        path: the file; its folder is made when missing.
        progress: called with the number of bytes that have arrived since the last call, from several threads.

    Raises:
        StorageError: it cannot be read; the file is as it was.
        InvalidInputError: another process is writing this very file.
        OSError: it cannot be written; the file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{version_of(folder, found)[:16]}.partial")
    with taken(partial) as descriptor:
        if descriptor is None:
            raise InvalidInputError(f"another process is writing {path}")
        with Downloads(progress) as downloads:
            downloads.fill(folder, found, descriptor)
        partial.replace(path)


def version_of(folder: S3Folder, found: S3Object) -> str:
    """A name for exactly this content of this object: its ETag changes with its content."""
    address = (folder.connection.client.meta.endpoint_url, folder.bucket, folder.prefix + found.name)
    return hashlib.sha256("\n".join((*address, found.etag, str(found.size))).encode()).hexdigest()


@contextlib.contextmanager
def taken(path: Path) -> Iterator[int | None]:
    """A file that others leave alone for as long as the context lasts, and however this process ends.

    Args:
        path: the file; it is made when missing, and keeps what it has.

    Returns:
        Its descriptor; ``None`` when somebody has it already.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            if _is_at(path, descriptor):
                yield descriptor
                return
            # The one who had it has given it its final name between our opening and our locking.
        finally:
            os.close(descriptor)


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


class CancelledError(Exception):
    """The others have been told to leave."""


class Downloads:
    """Downloads that go on at the same time; a context manager, whose end waits for them or cancels them.

    Args:
        progress: see :func:`download`.
    """

    def __init__(self, progress: Progress | None = None) -> None:
        self._arrived = progress if progress is not None else (lambda _: None)
        self._leave = threading.Event()
        self._parts = ThreadPoolExecutor(_THREADS, thread_name_prefix="smtf-download")

    def __enter__(self) -> Downloads:
        return self

    def cancel(self) -> None:
        """Have all of them end soon, with :class:`CancelledError`."""
        self._leave.set()

    def __exit__(self, *_: object) -> None:
        self.cancel()
        self._parts.shutdown(cancel_futures=True)

    def fill(self, folder: S3Folder, found: S3Object, descriptor: int) -> None:
        """Bring an object into a file that is this process's alone; may be called by several threads.

        Args:
            folder: the folder that the object is in.
            found: the object as it was listed.
            descriptor: the file, empty or as an earlier call for the same object left it.

        Raises:
            StorageError: it cannot be read.
            OSError: it cannot be written.
            CancelledError: :meth:`cancel` was called.
        """
        if found.size <= PART:
            os.ftruncate(descriptor, 0)
            self._bring(folder, found, descriptor, 0, found.size)
        else:
            self._bring_parts(folder, found, descriptor)
        os.ftruncate(descriptor, found.size)
        os.utime(descriptor, ns=(nanoseconds(found.modified),) * 2)
        os.fsync(descriptor)  # its final name is to mean that all of it is there, also when the machine dies

    def _bring_parts(self, folder: S3Folder, found: S3Object, descriptor: int) -> None:
        ledger = _Ledger(descriptor, found.size, math.ceil(found.size / PART))
        there = ledger.read()

        def bring(number: int) -> None:
            start, end = number * PART, min(found.size, (number + 1) * PART)
            if there[number]:
                self._arrived(end - start)
            else:
                self._bring(folder, found, descriptor, start, end)
                ledger.note(number)

        parts = [self._parts.submit(bring, number) for number in range(len(there))]
        try:
            while (state := wait_for(parts, timeout=_LOOK_UP, return_when=FIRST_EXCEPTION)).not_done:
                for part in state.done:
                    part.result()
            for part in parts:
                part.result()
        except BaseException:
            for part in parts:
                part.cancel()
            self.cancel()
            wait_for(parts)  # they write into the descriptor, which the caller is about to close
            raise

    def _bring(self, folder: S3Folder, found: S3Object, descriptor: int, start: int, end: int) -> None:
        with contextlib.closing(ObjectStream(folder, found, start, end, self._leave.wait)) as stream:
            while data := stream.read(_CHUNK):
                if self._leave.is_set():
                    raise CancelledError
                _write(descriptor, data, start)
                start += len(data)
                self._arrived(len(data))


# How long a thread that waits for others stays deaf to exceptions that are thrown at it. Seconds.
_LOOK_UP = 0.5


def nanoseconds(moment: datetime) -> int:
    """A moment as file systems have it."""
    return int(moment.timestamp()) * 10**9


def _write(descriptor: int, data: bytes, offset: int) -> None:
    rest = memoryview(data)
    while rest:
        count = os.pwrite(descriptor, rest, offset)
        rest, offset = rest[count:], offset + count


class _Ledger:
    """Which parts of a file are there; kept behind the place for the last one, in the file itself.

    A byte for each part, then the kernel's identifier of this boot: what a process wrote before it was killed is there,
    but when the machine died the ledger may have reached the disk before the parts.
    """

    def __init__(self, descriptor: int, size: int, parts: int) -> None:
        self._descriptor = descriptor
        self._size = size
        self._parts = parts

    def read(self) -> bytes:
        """One byte a part: 1 when it is there."""
        boot = Path("/proc/sys/kernel/random/boot_id").read_bytes()
        length = self._size + self._parts + len(boot)
        if os.fstat(self._descriptor).st_size == length:
            end = os.pread(self._descriptor, self._parts + len(boot), self._size)
            if end[self._parts :] == boot:
                return end[: self._parts]
        os.ftruncate(self._descriptor, 0)
        os.ftruncate(self._descriptor, length)
        _write(self._descriptor, boot, self._size + self._parts)
        return bytes(self._parts)

    def note(self, number: int) -> None:
        """A part is there."""
        _write(self._descriptor, b"\1", self._size + number)
