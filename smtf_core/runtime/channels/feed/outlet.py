"""Outlet: the writing end of one FIFO, with back-pressure, that can be left at any time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
from types import TracebackType

# Source: pipe(7). 1 MiB is what an unprivileged process may ask for; the default of 64 KiB costs a third of the speed.
_CAPACITY = 2**20


class LeftError(Exception):
    """The one who writes is to stop."""


class Outlet:
    """Writes into an open FIFO. The kernel holds 1 MiB of it; nothing else is held.

    Args:
        descriptor: the FIFO, open for writing; closed with the outlet.
        leave: an event descriptor (``os.eventfd``) that becomes readable when writing is to stop.
    """

    def __init__(self, descriptor: int, leave: int) -> None:
        self._descriptor = descriptor
        os.set_blocking(descriptor, False)
        with contextlib.suppress(PermissionError):  # the user's pipes have taken up all that they may
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _CAPACITY)
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self._poll.register(leave, select.POLLIN)
        self._leave = select.poll()
        self._leave.register(leave, select.POLLIN)
        self.written = 0

    def __enter__(self) -> Outlet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write all of ``data``.

        Raises:
            BrokenPipeError: the reader has gone.
            LeftError: writing is to stop.
        """
        rest = memoryview(data)
        while rest:
            self._stay()
            try:
                count = os.write(self._descriptor, rest)
            except BlockingIOError:
                self._poll.poll()
                continue
            self.written += count
            rest = rest[count:]

    def splice(self, source: int, size: int) -> int:
        """Let the kernel move bytes of a file into the FIFO, without copying them.

        Args:
            source: the file, open for reading; is read from where it stands.
            size: how many bytes.

        Returns:
            How many there were: fewer than ``size`` at the end of the file; 0 also when its file system cannot do this,
            which shows at the first byte.

        Raises:
            BrokenPipeError: the reader has gone.
            LeftError: writing is to stop.
        """
        moved = 0
        while moved < size:
            self._stay()
            try:
                count = os.splice(source, self._descriptor, size - moved, flags=os.SPLICE_F_NONBLOCK)
            except BlockingIOError:
                self._poll.poll()
                continue
            except OSError as error:
                if error.errno == errno.EINVAL and moved == 0:
                    return 0
                raise
            if count == 0:
                break
            moved += count
            self.written += count
        return moved

    def _stay(self) -> None:
        if self._leave.poll(0):
            raise LeftError
