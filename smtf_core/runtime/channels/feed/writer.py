"""ChannelWriter: one channel's FIFOs, pass after pass, for as long as the job lasts."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from smtf_core.models import pipes
from smtf_core.models.layout import write_atomically
from smtf_core.runtime.channels.feed.outlet import LeftError, Outlet
from smtf_core.runtime.channels.feed.pieces import Piece
from smtf_core.runtime.logs import in_this_log

_log = logging.getLogger("smtf")
_JOIN_SECONDS = 0.05
# How long a pass may take to leave: it looks whenever it has read something. Seconds.
_PATIENCE = 5.0
# What is sent to end a process. Python sees to a signal in the main thread, but the kernel may hand it to a thread that
# is starting another one: the main thread then sleeps on, and Ctrl-C does nothing until it wakes up by itself.
_FOR_THE_MAIN_THREAD = {signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM}


class ChannelWriter:
    """Serves ``<folder>/<channel>_0``, ``…_1``, …, each to the one reader that opens it.

    The FIFO of the next pass is there as soon as the one before has found its reader, so readers may overlap. A FIFO's
    name goes when its reader has come: what is left over after ``kill -9`` is at most the one that nobody had opened,
    and the marks of passes that were cut off, which tell their readers so.

    Args:
        channel: the channel's name.
        folder: where the FIFOs appear.
        pieces: number of a pass → what it is made of.
    """

    def __init__(self, channel: str, folder: Path, pieces: Callable[[int], Iterable[Piece]]) -> None:
        self._channel = channel
        self._folder = folder
        self._pieces = pieces
        self._leave = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._left = False
        self._waiting: Path | None = None
        self._passes: list[threading.Thread] = []
        self._listener = self._thread(self._listen)
        #: The first error of any pass.
        self.error: BaseException | None = None

    def start(self) -> None:
        """Begin; the first FIFO is there when this returns.

        Raises:
            OSError: it cannot be made.
        """
        remove_leftovers(self._folder, self._channel)
        self._make(0)
        self._listener.start()

    def close(self) -> None:
        """End every pass at once, and take away what is there; no thread is left."""
        self._left = True
        os.eventfd_write(self._leave, 1)
        while self._listener.is_alive():
            # Opening a FIFO for reading is what wakes the one who waits for a reader.
            with contextlib.suppress(OSError):
                if self._waiting is not None:
                    os.close(os.open(self._waiting, os.O_RDONLY | os.O_NONBLOCK))
            self._listener.join(_JOIN_SECONDS)
        deadline = time.monotonic() + _PATIENCE
        for thread in self._passes:
            thread.join(max(0.0, deadline - time.monotonic()))
        if not any(thread.is_alive() for thread in self._passes):
            os.close(self._leave)  # else somebody waits for a network that is away, and will look at it later
        remove_leftovers(self._folder, self._channel)

    def _thread(self, target: Callable[..., None], *arguments: object) -> threading.Thread:
        logged = in_this_log(target)

        def work() -> None:
            signal.pthread_sigmask(signal.SIG_BLOCK, _FOR_THE_MAIN_THREAD)
            logged(*arguments)

        return threading.Thread(target=work, name=f"smtf-pipe-{self._channel}", daemon=True)

    def _make(self, epoch: int) -> None:
        pipes.unfinished(self._folder, self._channel, epoch).touch()
        path = pipes.fifo(self._folder, self._channel, epoch)
        os.mkfifo(path, 0o644)
        self._waiting = path

    def _listen(self) -> None:
        try:
            epoch = 0
            while (descriptor := self._reader()) is not None:
                thread = self._thread(self._pass, epoch, descriptor)
                epoch += 1
                try:
                    # Before the pass can end, so that at every moment there is the mark of one that has not.
                    self._make(epoch)
                finally:
                    self._passes = [known for known in self._passes if known.is_alive()] + [thread]
                    thread.start()
        except OSError as error:
            self._fail(error)

    def _reader(self) -> int | None:
        """Wait until somebody opens the FIFO; ``None`` when nobody is to be waited for any more."""
        assert self._waiting is not None
        descriptor = os.open(self._waiting, os.O_WRONLY | os.O_CLOEXEC)
        if self._left:
            os.close(descriptor)
            return None
        self._waiting.unlink()
        return descriptor

    def _pass(self, epoch: int, descriptor: int) -> None:
        mark = pipes.unfinished(self._folder, self._channel, epoch)
        begun = time.monotonic()
        with Outlet(descriptor, self._leave) as outlet:
            try:
                for piece in self._pieces(epoch):
                    piece(outlet)
                mark.unlink()
            except (BrokenPipeError, LeftError):
                mark.unlink(missing_ok=True)  # nobody is there to be told
                return
            except BaseException as error:  # noqa: BLE001 - told to the reader by the mark, and raised when the job ends
                self._fail(error)
                with contextlib.suppress(OSError):  # a full disk: the mark is there, only without the reason
                    write_atomically(mark, f"{type(error).__name__}: {error}")
                return
        _log.log(
            logging.DEBUG if epoch else logging.INFO,
            "channel %s, pass %d: %.1f MB were read in %.1f s",
            self._channel,
            epoch,
            outlet.written / 1e6,
            time.monotonic() - begun,
        )

    def _fail(self, error: BaseException) -> None:
        if self.error is None:
            self.error = error


def remove_leftovers(folder: Path, channel: str) -> None:
    """Remove a channel's FIFOs and marks, which a writer that was killed has left."""
    for path in pipes.found(folder, channel):
        path.unlink(missing_ok=True)
