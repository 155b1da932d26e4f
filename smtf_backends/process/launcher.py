"""The launcher of one job: ``python -m smtf_backends.process.launcher FOLDER CONTROL``.

A host is a process tree here, whose supervisor ends with this process. CONTROL is the descriptor of the hosts' control
socket.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from smtf_core.client.launch import Launch
from smtf_core.client.launcher import RunningHost, main, signalled
from smtf_core.models import Layout


class ProcessHost:
    """A host's supervisor. See :class:`~smtf_core.client.launcher.RunningHost`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def output(self) -> Iterable[bytes]:
        """What it prints."""
        assert self._process.stdout is not None
        return self._process.stdout

    def wait(self) -> None:
        """Wait until it has ended."""
        self._process.wait()

    @property
    def ended(self) -> bool:
        """Whether it has."""
        return self._process.poll() is not None

    @property
    def killed(self) -> bool:
        """Whether a signal has ended it."""
        return (self._process.returncode or 0) < 0

    def in_words(self) -> str:
        """How it is with it."""
        status = self._process.returncode
        if status is None:
            return "is still running"
        return signalled(-status) if status < 0 else f"ended with status {status}"

    def cause(self) -> str | None:
        """What it cannot know itself: nothing more than :meth:`in_words` tells."""
        return None

    def terminate(self) -> None:
        """Ask it to stop."""
        self._process.terminate()

    def kill(self) -> None:
        """End it; what it has started ends with it."""
        self._process.kill()
        self._process.wait()


class ProcessHosts:
    """See :class:`~smtf_core.client.launcher.Hosts`.

    Args:
        control: descriptor of the control socket.
    """

    tell_each_other = True
    noun = "supervisor"

    def __init__(self, control: int) -> None:
        self._control = control
        self._trees: Mapping[str, Layout] = {}
        self._variables: dict[str, str] = {}
        self._first = ""

    def prepare(self, launch: Launch, trees: dict[str, Layout]) -> None:
        """See :class:`~smtf_core.client.launcher.Hosts`."""
        self._trees = trees
        self._first = launch.hosts[0]
        # TensorFlow's C++ remarks would bury the log; errors stay.
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1"}
        self._variables = {**quiet, **os.environ, **launch.job.environment, "SMTF_PARENT_PROCESS": str(os.getpid())}

    def start(self, host: str) -> RunningHost:
        """See :class:`~smtf_core.client.launcher.Hosts`."""
        handles: tuple[int, ...] = ()
        variables = dict(self._variables)
        if host == self._first and len(self._trees) > 1:
            handles = (self._control,)
            variables["SMTF_CONTROL_SOCKET"] = str(self._control)
        return ProcessHost(
            subprocess.Popen(
                [sys.executable, "-m", "smtf_core.runtime", "train", str(self._trees[host].root)],
                env=variables,
                pass_fds=handles,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )

    def conclude(self, hosts: Mapping[str, RunningHost], stop_reason: str | None) -> None:
        """See :class:`~smtf_core.client.launcher.Hosts`; supervisors write all that there is to say."""


if __name__ == "__main__":
    main(Path(sys.argv[1]), lambda: ProcessHosts(int(sys.argv[2])))
