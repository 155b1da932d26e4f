"""A host's processes: started by its supervisor, in sessions of their own, ended with everything that they started."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from smtf_core.interfaces import HostProcess

_PARENT = "SMTF_PARENT_PROCESS"
_PR_SET_PDEATHSIG = 1


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
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "smtf_core.runtime", "process", str(root), process.role),
            env={**os.environ, **process.variables, "PYTHONUNBUFFERED": "1", _PARENT: str(os.getpid())},
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


def die_with_parent() -> None:
    """Make this process end when its parent ends, however that does: nothing may be left to run unsupervised."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.environ.pop(_PARENT, str(os.getppid())) != str(os.getppid()):
        os.kill(os.getpid(), signal.SIGKILL)  # it had ended before
