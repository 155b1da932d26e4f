"""PythonReader: one pass over a channel, read without the plugin. Same records, same errors, many times the work."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from smtf_core.models import pipes
from smtf_core.models.layout import write_atomically
from smtf_core.runtime.channels.pipe.frames import FORMATS, Broken, Frames
from smtf_core.runtime.channels.pipe.source import PipeSource

_PIPE_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 18
_WAIT_MS = 50


class PythonReader:
    """Reads the next pass over a channel.

    Args:
        source: what is read.
    """

    def __init__(self, source: PipeSource) -> None:
        self._source = source
        self._epoch = 0
        self._ended = False

    def chunks(self) -> Iterator[Any]:
        """Vectors of records; empty ones where none has come for a while, so that the iterator can be cancelled.

        Raises:
            tensorflow.errors.OpError: the pass cannot be read on; all records before have been yielded.
        """
        self._epoch = _take_epoch(self._source)
        frames = FORMATS[self._source.record_format](self._source)
        with ExitStack() as stack:
            fifo = None
            for fifo in self._open():
                if fifo is None:
                    yield _vector([])
            assert fifo is not None
            stack.callback(os.close, fifo)
            waiting = select.poll()
            waiting.register(fifo, select.POLLIN)
            while not self._ended:
                records, broken = _collect(frames)
                if not records and broken is None:
                    self._fill(waiting, fifo, frames)
                    records, broken = self._conclude(frames) if self._ended else ([], None)
                yield _vector(records)
                if broken is not None:
                    where = self._where(frames.number, frames.record_offset)
                    raise tf.errors.DataLossError(None, None, f"{where}: {broken}")

    def _open(self) -> Iterator[int | None]:
        """Wait for the FIFO; the last thing yielded is its descriptor."""
        path = pipes.fifo(self._source.pipe_dir, self._source.channel, self._epoch)
        deadline = time.monotonic() + self._source.wait_seconds
        while True:
            try:
                # Without O_NONBLOCK the opening itself would wait for a writer.
                fifo = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
                break
            except FileNotFoundError:
                if time.monotonic() >= deadline:
                    raise tf.errors.NotFoundError(
                        None,
                        None,
                        f"{self._where(0, 0)}: File does not exist: {path}. It did not appear within "
                        f"{self._source.wait_seconds} s; is something writing this channel, and for this many epochs?",
                    ) from None
                time.sleep(_WAIT_MS / 1000)
                yield None
        try:
            fcntl.fcntl(fifo, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        except OSError as error:
            # The system may refuse a larger pipe, and a plain file has no such size: both can be read all the same.
            if error.errno not in (errno.EPERM, errno.EBADF, errno.EINVAL, errno.EBUSY):
                os.close(fifo)
                raise
        yield fifo

    def _fill(self, waiting: select.poll, fifo: int, frames: Frames) -> None:
        # Asked first: before a writer has come, read() says "end" as it does after the last one has gone; poll() does
        # not.
        if waiting.poll(_WAIT_MS):
            try:
                data = os.read(fifo, _PIPE_BYTES)
            except BlockingIOError:
                return
            self._ended = not data
            frames.feed(data)

    def _conclude(self, frames: Frames) -> tuple[list[bytes], Broken | None]:
        """What the end of the stream means."""
        mark = pipes.unfinished(self._source.pipe_dir, self._source.channel, self._epoch)
        try:
            reason = mark.read_text(encoding="utf-8", errors="replace")[:1023]
            return [], Broken(f"the writer ended before it was done{': ' if reason else ''}{reason}")
        except FileNotFoundError:
            return frames.conclude()

    def _where(self, number: int, offset: int) -> str:
        return f"channel {self._source.channel!r}, epoch {self._epoch}, record {number}, byte {offset}"


def _collect(frames: Frames) -> tuple[list[bytes], Broken | None]:
    records: list[bytes] = []
    size = 0
    try:
        while size < _CHUNK_BYTES:
            record = frames.next()
            if record is None:
                break
            records.append(record)
            size += len(record)
    except Broken as broken:
        return records, broken
    return records, None


def _vector(records: list[bytes]) -> Any:
    return np.array(records, dtype=object)


def _take_epoch(source: PipeSource) -> int:
    state = pipes.state_file(source.state_dir, source.channel)
    with Path(pipes.lock_file(source.state_dir, source.channel)).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            text = state.read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            text = ""
        if text and not text.isdecimal():
            raise tf.errors.FailedPreconditionError(
                None,
                None,
                f"channel {source.channel!r}: the state file {state} must hold the number of the next epoch; delete it "
                f"to start from 0",
            )
        epoch = int(text or 0)
        write_atomically(state, str(epoch + 1))
    return epoch
