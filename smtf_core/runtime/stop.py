"""StopSignal: how a running training is asked to save a checkpoint and end."""

from __future__ import annotations

import contextlib
import ctypes
import threading
from collections.abc import Callable, Iterator

from smtf_core.errors import JobStoppedError


class StopSignal:
    """Set once, by a signal handler, a time limit or ``Backend.stop``; the training loop looks after every step."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reason = ""
        self._interrupted = False
        self._on_interrupt: list[Callable[[], object]] = []

    @property
    def requested(self) -> bool:
        """Whether the training is to end."""
        return self._event.is_set()

    @property
    def reason(self) -> str:
        """Why, in one line."""
        return self._reason

    @property
    def interrupted(self) -> bool:
        """Whether the training was torn out of what it was doing; what it raises then is no failure of its own."""
        return self._interrupted

    def request(self, reason: str) -> None:
        """Ask the training to end. Only the first reason counts."""
        if not self._event.is_set():
            self._reason = reason
            self._event.set()

    def check(self) -> None:
        """Leave work that may be cut short.

        Raises:
            JobStoppedError: a stop was requested.
        """
        if self.requested:
            raise JobStoppedError(self.reason)

    @contextlib.contextmanager
    def interrupted_by(self, action: Callable[[], object]) -> Iterator[None]:
        """Within it, :meth:`interrupt` calls ``action``, which wakes work that waits outside of Python."""
        self._on_interrupt.append(action)
        try:
            yield
        finally:
            self._on_interrupt.remove(action)

    def interrupt(self, thread: int) -> None:
        """The time for ending cleanly is over: raise JobStoppedError in the training's thread, and wake what waits.

        Args:
            thread: the thread's identifier.
        """
        self._interrupted = True
        for action in list(self._on_interrupt):
            action()
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(JobStoppedError))
