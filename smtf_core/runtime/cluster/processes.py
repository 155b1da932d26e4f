"""A host's processes: started by its supervisor, in sessions of their own, ended with everything that they started."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from smtf_core.interfaces import HostProcess

#: Environment variable with the number of the process that a child is to end with.
PARENT = "SMTF_PARENT_PROCESS"
_PR_SET_PDEATHSIG = 1
_STOPPING = (signal.SIGTERM, signal.SIGINT)


class Child:
    """One running process of this host.

    Args:
        process: what it is.
        child: the process itself.
        ended: called with this object when it has ended.
    """

    def __init__(self, process: HostProcess, child: asyncio.subprocess.Process, ended: Callable[[Child], None]) -> None:
        self.process = process
        self.pid = child.pid
        self._child = child
        self._waiting = asyncio.ensure_future(self._wait(ended))

    @classmethod
    async def start(cls, process: HostProcess, root: Path, ended: Callable[[Child], None]) -> Child:
        """Start a process on the tree ``root``."""
        with signals_held():
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "smtf_core.runtime", "process", str(root), process.role),
                env={**os.environ, **process.variables, "PYTHONUNBUFFERED": "1", PARENT: str(os.getpid())},
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        return cls(process, child, ended)

    @property
    def status(self) -> int | None:
        """Its exit status, negative for a signal; ``None`` while it runs."""
        return self._child.returncode

    def signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                self._child.send_signal(number)

    async def kill(self) -> None:
        """Kill it and what it has started, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        await self._waiting

    async def wait(self, seconds: float) -> None:
        """Wait for its end, but not for long."""
        await asyncio.wait({self._waiting}, timeout=seconds)

    async def _wait(self, ended: Callable[[Child], None]) -> None:
        await self._child.wait()
        ended(self)


def ended_in_words(status: int) -> str:
    """What an exit status means."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = "unknown"
    hint = "; the machine may have run out of memory" if -status == signal.SIGKILL else ""
    return f"was ended by signal {-status} ({name}{hint})"


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Within it, a process that is started has the signals that ask it to stop held back.

    They would kill it while Python starts. It calls :func:`signals_wanted` when it can handle them.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    try:
        yield
    finally:
        signals_wanted()


def signals_wanted() -> None:
    """Let signals through that were held back."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)


def signals_ignored() -> None:
    """Nothing is left to be stopped; while Python ends, a signal would kill the process and look like a failure."""
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)


def die_with_parent() -> None:
    """Make this process end when its parent ends, however that does: nothing may be left to run unsupervised.

    A process that was not started to end with another one (:data:`PARENT`) goes on.
    """
    parent = os.environ.pop(PARENT, None)
    if parent is None:
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):
        os.kill(os.getpid(), signal.SIGKILL)  # it had ended before
