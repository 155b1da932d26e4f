"""The launcher of one job: ``python -m smtf_backends.process.launcher FOLDER CONTROL``.

Starts the hosts' supervisors, feeds their channels, writes what all of them print into the job's log, passes stops on,
brings killed supervisors back where the job wants that, and says how the job ended where nobody else could. Its end,
however it comes, ends all of them. CONTROL is the descriptor of the hosts' control socket.
"""

from __future__ import annotations

import logging
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from smtf_backends.process.launch import Launch, host_root
from smtf_core.client.feeding import feeding, feeds_of, record_stop_while_feeding
from smtf_core.errors import JobStoppedError
from smtf_core.models import Layout, LogLine
from smtf_core.models.cluster import RESTART
from smtf_core.models.layout import write_atomically
from smtf_core.models.settings import parse_settings
from smtf_core.plugins import PluginManager

_LEVEL = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL):\S+:")
_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
# How long the other hosts get to learn of a host's end by themselves.
_PATIENCE = 15.0
_STOPPED_BY_SIGNAL = "received SIGTERM"
_STOPPING = (signal.SIGTERM, signal.SIGINT)


class Launcher:
    """Owns the hosts of one job.

    Args:
        root: the job's folder.
        control: descriptor of the control socket.
    """

    def __init__(self, root: Path, control: int) -> None:
        self._root = root
        self._layout = Layout(root)
        self._control = control
        self._launch = Launch.read(root)
        job = self._launch.job
        cluster = parse_settings(job.hyperparameters, job.framework_version).cluster
        self._restarts = cluster.max_restarts if cluster.on_host_failure == RESTART else 0
        # What happens: a host's supervisor has ended (its name), or the job is to stop (``None``).
        self._events: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._hosts: dict[str, subprocess.Popen[bytes]] = {}
        self._readers: list[threading.Thread] = []
        self._log = _Log(self._layout.log)
        self._feeding = True

    def run(self) -> None:
        """Run the job to its end."""
        for number in _STOPPING:
            signal.signal(number, self._on_signal)
        job, hosts = self._launch.job, self._launch.hosts
        self._log.listen(job.log_level)
        with ExitStack() as stack:
            try:
                self._feed(stack)
            except JobStoppedError as stopped:
                record_stop_while_feeding(self._layout, str(stopped))
                return
            for host in hosts:
                self._start(host)
            self._watch(time.monotonic() + job.resources.max_run_seconds)
        while not self._events.empty():
            if (ended := self._events.get()) is not None:
                self._tell(ended)
        for reader in self._readers:
            reader.join(1.0)  # a process that a script left behind may hold its end open
        if not (self._layout.success.exists() or self._layout.failure.exists()):
            # Its supervisor would have written this, so it is the one that was killed.
            what = f"host {hosts[0]!r}: its supervisor {_in_words(self._hosts[hosts[0]].returncode)}"
            write_atomically(self._layout.failure, f"uncaught exception during training: {what}\n")

    def _feed(self, stack: ExitStack) -> None:
        """Feed all hosts' channels; a stop comes through at once, for there is nothing to save yet."""
        try:
            feeds = feeds_of(self._launch.job, PluginManager())
            for host in self._launch.hosts:
                data = Layout(host_root(self._root, self._launch.hosts, host)).data
                stack.enter_context(feeding(feeds, data, host, self._launch.hosts))
        finally:
            self._feeding = False

    def _on_signal(self, *_: object) -> None:
        if self._feeding:
            try:
                reason = self._layout.stop_request.read_text(encoding="utf-8").strip()
            except FileNotFoundError:
                reason = _STOPPED_BY_SIGNAL
            raise JobStoppedError(reason)
        self._events.put(None)

    def _start(self, host: str) -> None:
        hosts = self._launch.hosts
        # TensorFlow's C++ remarks would bury the log; errors stay.
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1"}
        variables = {**quiet, **os.environ, **self._launch.job.environment}
        variables["SMTF_PARENT_PROCESS"] = str(os.getpid())
        handles: tuple[int, ...] = ()
        if host == hosts[0] and len(hosts) > 1:
            handles = (self._control,)
            variables["SMTF_CONTROL_SOCKET"] = str(self._control)
        # Held back until the supervisor can handle them; it would be killed while Python starts.
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "smtf_core.runtime", "train", str(host_root(self._root, hosts, host))],
                env=variables,
                pass_fds=handles,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
        assert process.stdout is not None
        self._hosts[host] = process
        reader = threading.Thread(target=self._log.collect, args=(host, process.stdout), daemon=True)
        reader.start()
        self._readers.append(reader)

        def wait() -> None:
            process.wait()
            self._events.put(host)

        threading.Thread(target=wait, daemon=True).start()

    def _watch(self, time_is_over: float) -> None:
        """Wait until all hosts have ended."""
        deadline: float | None = None  # for the others, when one has ended
        stopping = False
        while any(process.poll() is None for process in self._hosts.values()):
            wake = min(moment for moment in (deadline, None if stopping else time_is_over, _FAR) if moment is not None)
            try:
                event = self._events.get(timeout=max(0.0, min(wake - time.monotonic(), threading.TIMEOUT_MAX)))
            except queue.Empty:
                if deadline is not None and time.monotonic() >= deadline:
                    self._kill()
                elif not stopping:
                    stopping = True
                    seconds = self._launch.job.resources.max_run_seconds
                    self._stop(f"train_max_run of {seconds:g} s is over")
                continue
            if event is None:
                stopping = True
                self._stop(_STOPPED_BY_SIGNAL)
                continue
            status = self._hosts[event].returncode
            self._tell(event)
            if status is not None and status < 0 and self._restarts > 0 and not stopping and deadline is None:
                self._restarts -= 1
                self._start(event)
            else:
                deadline = deadline or time.monotonic() + _PATIENCE

    def _tell(self, host: str) -> None:
        if len(self._hosts) > 1:
            logging.getLogger("smtf").info("host %r %s", host, _in_words(self._hosts[host].returncode))

    def _stop(self, reason: str) -> None:
        """Ask one host's supervisor to stop; it tells the others."""
        if not self._layout.stop_request.exists():
            write_atomically(self._layout.stop_request, reason)
        running = [process for process in self._hosts.values() if process.poll() is None]
        if running:
            running[0].send_signal(signal.SIGTERM)

    def _kill(self) -> None:
        for process in self._hosts.values():
            if process.poll() is None:
                process.kill()  # what it has started ends with it
                process.wait()


class _Log(logging.Handler):
    """The job's log, which several hosts write, and those who feed their channels here."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._turn = threading.Lock()

    def listen(self, level: int) -> None:
        """Write what this process logs."""
        logger = logging.getLogger("smtf")
        logger.setLevel(level)
        logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """See :class:`logging.Handler`."""
        for text in self.format(record).splitlines():
            self._write("launcher", text, record.levelno)

    def collect(self, host: str, output: BinaryIO) -> None:
        """Write what a host prints, until it has ended."""
        for line in output:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            match = _LEVEL.match(text)
            self._write(host, text, _LEVELS[match[1]] if match else 20)

    def _write(self, host: str, text: str, level: int) -> None:
        with self._turn:
            self._file.write(LogLine(host, text, time.time(), level).format() + "\n")


_FAR = float("inf")


def _in_words(status: int | None) -> str:
    if status is None:
        return "is still running"
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def main(arguments: list[str]) -> None:
    """Run the job in the folder that the command line names."""
    root = Path(arguments[0])
    try:
        Launcher(root, int(arguments[1])).run()
    except BaseException as error:
        layout = Layout(root)
        if not layout.failure.exists():
            text = f"uncaught exception during training: the job's launcher failed: {type(error).__name__}: {error}\n"
            write_atomically(layout.failure, text)
        raise


if __name__ == "__main__":
    main(sys.argv[1:])
