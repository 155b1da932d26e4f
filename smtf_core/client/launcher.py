"""Launcher: owns the hosts of one job on this machine, whatever a host is there, from their start to the job's end.

Starts the hosts, feeds their channels, writes what all of them print into the job's log, passes stops on, brings killed
hosts back where the job wants that, and says how the job ended where nobody else could. It is a process of its own,
which outlives the client and holds the job's folder; its end, however it comes, is the job's.
"""

from __future__ import annotations

import logging
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from smtf_core.client.feeding import feeding, feeds_of, record_stop_while_feeding
from smtf_core.client.folder import Reserve
from smtf_core.client.joblog import JobLog
from smtf_core.client.launch import Launch, host_root
from smtf_core.errors import JobStoppedError
from smtf_core.models import Layout
from smtf_core.models.cluster import RESTART
from smtf_core.models.layout import write_atomically
from smtf_core.models.settings import parse_settings
from smtf_core.plugins import PluginManager

_log = logging.getLogger("smtf")

# How long the other hosts get to learn of a host's end by themselves.
_PATIENCE = 15.0
_STOPPED_BY_SIGNAL = "received SIGTERM"
_STOPPING = (signal.SIGTERM, signal.SIGINT)
_HEADLINE = "uncaught exception during training: "


class RunningHost(Protocol):
    """A host that has been started."""

    def output(self) -> Iterable[bytes]:
        """The lines that it prints, until it has ended."""
        ...

    def wait(self) -> None:
        """Wait until it has ended."""
        ...

    @property
    def ended(self) -> bool:
        """Whether it has."""
        ...

    @property
    def killed(self) -> bool:
        """Whether it was ended from outside, so that it may be worth bringing back."""
        ...

    def in_words(self) -> str:
        """How it is with it: ``'ended with status 1'``."""
        ...

    def cause(self) -> str | None:
        """Why it failed, where that cannot be known from within: memory or disk space has run out, …."""
        ...

    def terminate(self) -> None:
        """Ask it to save a checkpoint and end."""
        ...

    def kill(self) -> None:
        """End it, and all that it has started, and wait for that."""
        ...


class Hosts(Protocol):
    """What a backend's launcher knows of hosts."""

    #: Whether hosts tell each other of a stop; otherwise all of them are asked.
    tell_each_other: bool
    #: What of a host it is that ends, for messages: ``'supervisor'``.
    noun: str

    def prepare(self, launch: Launch, trees: dict[str, Layout]) -> None:
        """Called once, when the channels are fed; raises what keeps the job from running."""
        ...

    def start(self, host: str) -> RunningHost:
        """Start a host, also a second time."""
        ...

    def conclude(self, hosts: dict[str, RunningHost], stop_reason: str | None) -> None:
        """Called when all have ended: write what they could not, give back what they held."""
        ...


class Launcher:
    """Owns the hosts of one job.

    Args:
        root: the job's folder.
        hosts: what a host is here.
    """

    def __init__(self, root: Path, hosts: Hosts) -> None:
        self._root = root
        self._layout = Layout(root)
        self._backend = hosts
        self._launch = Launch.read(root)
        job = self._launch.job
        cluster = parse_settings(job.hyperparameters, job.framework_version).cluster
        self._restarts = cluster.max_restarts if cluster.on_host_failure == RESTART else 0
        # What happens: a host has ended (its name), or the job is to stop (``None``).
        self._events: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._hosts: dict[str, RunningHost] = {}
        self._readers: list[threading.Thread] = []
        self._log = JobLog(self._layout.log)
        self._stop_reason: str | None = None
        self._feeding = True

    def run(self) -> None:
        """Run the job to its end."""
        for number in _STOPPING:
            signal.signal(number, self._on_signal)
        job, hosts = self._launch.job, self._launch.hosts
        self._log.listen(job.log_level)
        trees = {host: Layout(host_root(self._root, hosts, host)) for host in hosts}
        with ExitStack() as stack:
            try:
                self._feed(stack, trees)
            except JobStoppedError as stopped:
                record_stop_while_feeding(self._layout, str(stopped))
                return
            stack.callback(self._conclude)
            self._backend.prepare(self._launch, trees)
            for host in hosts:
                self._start(host)
            self._watch(time.monotonic() + job.resources.max_run_seconds)
        while not self._events.empty():
            if (ended := self._events.get()) is not None:
                self._tell(ended)
        self._tell_failure()
        Reserve(self._root).give_up()

    def _feed(self, stack: ExitStack, trees: dict[str, Layout]) -> None:
        """Feed all hosts' channels; a stop comes through at once, for there is nothing to save yet."""
        try:
            feeds = feeds_of(self._launch.job, PluginManager())
            for host, tree in trees.items():
                stack.enter_context(feeding(feeds, tree.data, host, self._launch.hosts))
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
        # Held back until the host can handle them; it would be killed while it starts.
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
        try:
            running = self._backend.start(host)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
        self._hosts[host] = running
        reader = threading.Thread(target=self._log.collect, args=(host, running.output()), daemon=True)
        reader.start()
        self._readers.append(reader)

        def wait() -> None:
            running.wait()
            self._events.put(host)

        threading.Thread(target=wait, daemon=True).start()

    def _watch(self, time_is_over: float) -> None:
        """Wait until all hosts have ended."""
        deadline: float | None = None  # for the others, when one has ended
        stopping = False
        while not all(host.ended for host in self._hosts.values()):
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
            self._tell(event)
            if self._hosts[event].killed and self._restarts > 0 and not stopping and deadline is None:
                self._restarts -= 1
                self._start(event)
            else:
                deadline = deadline or time.monotonic() + _PATIENCE

    def _tell(self, host: str) -> None:
        if len(self._hosts) > 1:
            _log.info("host %r %s", host, self._hosts[host].in_words())

    def _stop(self, reason: str) -> None:
        """Ask one host to stop, which tells the others, or all."""
        if not self._layout.stop_request.exists():
            write_atomically(self._layout.stop_request, reason)
        self._stop_reason = self._layout.stop_request.read_text(encoding="utf-8").strip()
        running = [host for host in self._hosts.values() if not host.ended]
        for host in running[:1] if self._backend.tell_each_other else running:
            host.terminate()

    def _kill(self) -> None:
        for host in self._hosts.values():
            if not host.ended:
                host.kill()

    def _conclude(self) -> None:
        self._kill()
        for reader in self._readers:
            reader.join(1.0)  # a process that a script left behind may hold its end open
        self._backend.conclude(self._hosts, self._stop_reason)

    def _tell_failure(self) -> None:
        """Write the failure that no host could, or what a host's own cannot know."""
        if self._layout.success.exists() or not self._hosts:
            return
        causes = [f"host {name!r}: {cause}" for name, host in self._hosts.items() if (cause := host.cause())]
        if self._log.error is not None:
            causes.append(f"{self._layout.log} could not be written: {self._log.error.strerror}")
        told = self._layout.failure.read_text(encoding="utf-8") if self._layout.failure.exists() else ""
        if causes or not told:
            # A supervisor would have written a failure, so the first host is one that was killed.
            first = self._launch.hosts[0]
            causes = causes or [f"host {first!r}: its {self._backend.noun} {self._hosts[first].in_words()}"]
            write_failure(self._layout, "; ".join(causes), told)


def write_failure(layout: Layout, what: str, told: str = "") -> None:
    """Write a job's failure file, on a full disk as well.

    Args:
        layout: the job's tree.
        what: what has happened, in one line.
        told: what the failure file had to say before.
    """
    Reserve(layout.root).give_up()
    write_atomically(layout.failure, f"{_HEADLINE}{what}\n{told}")


_FAR = float("inf")


def signalled(number: int) -> str:
    """What happened to a process that a signal has ended."""
    return f"was ended by {signal.Signals(number).name}"


def main(root: Path, hosts: Callable[[], Hosts]) -> None:
    """Run the job in a folder; what goes wrong ends up in its failure file."""
    try:
        Launcher(root, hosts()).run()
    except BaseException as error:
        layout = Layout(root)
        if not layout.failure.exists():
            write_failure(layout, f"the job's launcher failed: {type(error).__name__}: {error}")
        if not isinstance(error, Exception):
            raise
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
