"""HostActor: one host of a job, where Ray has placed it: its network, its channels, its supervisor."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import ray

from smtf_core.client.feeding import feeding, feeds_of
from smtf_core.models import Job, Layout, LogLine
from smtf_core.plugins import PluginManager

_LINES_AT_ONCE = 100


class HostActor:
    """Runs a host's supervisor and hands on what it prints.

    Args:
        job: the job.
        root: the host's tree.
        host: its name.
        hosts: all hosts.
        log: the job's actor.
    """

    def __init__(self, job: Job, root: str, host: str, hosts: tuple[str, ...], log: Any) -> None:
        self._job, self._root, self._host, self._hosts, self._log = job, Path(root), host, hosts, log
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = 0
        self._turn = threading.Lock()

    def address(self) -> tuple[str, int]:
        """Where the others reach this host, and the port at which it listens for them if it is the first one."""
        self._control = socket.socket()
        self._control.bind(("", 0))
        return ray.util.get_node_ip_address(), self._control.getsockname()[1]

    def run(self) -> int:
        """Run the supervisor to its end; returns its exit status."""
        feeds = feeds_of(self._job, PluginManager())
        with feeding(feeds, Layout(self._root).data, self._host, self._hosts):
            with self._turn:
                process = self._process = self._start()
                for _ in range(self._stopped):
                    process.send_signal(signal.SIGTERM)
            assert process.stdout is not None
            lines: list[LogLine] = []
            for line in process.stdout:
                lines.append(LogLine.printed(self._host, line.decode("utf-8", "replace").rstrip("\r\n")))
                # The lines that are there already go together.
                if len(lines) >= _LINES_AT_ONCE or not process.stdout.peek(1)[:1]:  # type: ignore[attr-defined]
                    ray.get(self._log.log.remote(lines))
                    lines = []
            ray.get(self._log.log.remote(lines))
            return process.wait()

    def stop(self) -> None:
        """Ask the supervisor to end; it may not have begun yet."""
        with self._turn:
            self._stopped += 1
            if self._process is not None:
                self._process.send_signal(signal.SIGTERM)

    def _start(self) -> subprocess.Popen[bytes]:
        variables = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1", **os.environ, **self._job.environment}
        variables["SMTF_PARENT_PROCESS"] = str(os.getpid())
        handles: tuple[int, ...] = ()
        if self._control is not None and self._host == self._hosts[0] and len(self._hosts) > 1:
            handles = (self._control.fileno(),)
            variables["SMTF_CONTROL_SOCKET"] = str(self._control.fileno())
        return subprocess.Popen(
            [sys.executable, "-m", "smtf_core.runtime", "train", str(self._root)],
            env=variables,
            pass_fds=handles,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
