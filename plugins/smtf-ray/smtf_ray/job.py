"""JobActor: one job on the cluster. Holds the job's folder, places its hosts, writes its log, ends with it."""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import ray

from smtf_core.client.folder import JobFolder
from smtf_core.client.staging import stage, write_resources
from smtf_core.errors import InvalidInputError
from smtf_core.models import Job, Layout, LogLine
from smtf_core.models.cluster import Network
from smtf_core.models.layout import write_atomically
from smtf_ray.host import HostActor

_HOSTS = "hosts"
# How long the other hosts get to learn of a host's end by themselves.
_PATIENCE = 60.0


class JobActor:
    """Owns a job from its submission to its end; lives on when the client is gone.

    Args:
        job: the job.
        root: its folder.
        resources: what each host reserves: options of a Ray actor.
    """

    def __init__(self, job: Job, root: str, resources: dict[str, int]) -> None:
        self._job = job
        self._folder = JobFolder(Path(root))
        self._layout = Layout(Path(root))
        self._names = tuple(f"algo-{number + 1}" for number in range(job.resources.instance_count))
        self._resources = resources
        self._hosts: dict[str, Any] = {}
        self._stops = 0
        self._turn = threading.Lock()

    def begin(self) -> None:
        """Take the folder over and write the hosts' trees; the rest goes on by itself."""
        if not self._folder.lock():
            raise InvalidInputError(f"job {self._job.name!r} has been started by another client just now")
        try:
            self._stage()
        except BaseException:
            self._folder.release()
            raise
        threading.Thread(target=self._live, name="smtf-job", daemon=True).start()

    def log(self, lines: list[LogLine]) -> None:
        """Write lines of a host."""
        with self._turn, self._layout.log.open("a", encoding="utf-8") as file:
            file.writelines(f"{line.format()}\n" for line in lines)

    def stop(self) -> None:
        """Ask the job to end: the first host's supervisor tells the others."""
        with self._turn:
            self._stops += 1
            first = self._hosts.get(self._names[0])
        if first is not None:
            ray.get(first.stop.remote())

    def _stage(self) -> None:
        token = secrets.token_hex(32) if len(self._names) > 1 else None
        shutil.rmtree(self._layout.root / _HOSTS, ignore_errors=True)
        for name in self._names:
            stage(self._job, Layout(self._root_of(name)), name, self._names, None, token, copy_code=True)

    def _root_of(self, host: str) -> Path:
        return self._layout.root if host == self._names[0] else self._layout.root / _HOSTS / host

    def _live(self) -> None:
        try:
            self._run()
        except BaseException as error:
            logging.getLogger("smtf").exception("job %s", self._job.name)
            self._fail(f"the job's actor failed: {type(error).__name__}: {error}")
        finally:
            for host in self._hosts.values():
                ray.kill(host)
            self._folder.release()
            ray.kill(ray.get_runtime_context().current_actor)

    def _run(self) -> None:
        placed = ray.remote(HostActor).options(scheduling_strategy="SPREAD", max_concurrency=4, **self._resources)
        me = ray.get_runtime_context().current_actor
        hosts = {
            name: placed.remote(self._job, str(self._root_of(name)), name, self._names, me) for name in self._names
        }
        if len(self._names) > 1:
            addresses = {name: ray.get(host.address.remote()) for name, host in hosts.items()}
            network = Network(
                addresses={name: address for name, (address, _) in addresses.items()},
                free_ports=True,
                control_port=addresses[self._names[0]][1],
            )
            for name in self._names:
                write_resources(Layout(self._root_of(name)), name, self._names, network)
        with self._turn:
            self._hosts = hosts
            early = self._stops
        for _ in range(early):
            ray.get(hosts[self._names[0]].stop.remote())
        self._watch({host.run.remote(): name for name, host in hosts.items()})
        if not (self._layout.success.exists() or self._layout.failure.exists()):
            self._fail(f"host {self._names[0]!r} ended without a word")

    def _watch(self, running: dict[Any, str]) -> None:
        """Wait until all hosts have ended; when one has, the others get some time."""
        time_is_over = time.monotonic() + self._job.resources.max_run_seconds
        deadline: float | None = None
        while running:
            now = time.monotonic()
            if deadline is not None and now >= deadline:
                return
            if now >= time_is_over:
                time_is_over = float("inf")
                reason = f"train_max_run of {self._job.resources.max_run_seconds:g} s is over"
                write_atomically(self._layout.stop_request, reason)
                self.stop()
            ended, _ = ray.wait(list(running), timeout=1.0)
            for one in ended:
                name = running.pop(one)
                try:
                    self._say(f"host {name!r} ended with status {ray.get(one)}")
                except ray.exceptions.RayError as error:
                    self._say(f"host {name!r} is lost: {str(error).splitlines()[0]}")
                    if name == self._names[0]:
                        self._fail(f"host {name!r} is lost: {error}")
                deadline = deadline or time.monotonic() + _PATIENCE

    def _say(self, text: str) -> None:
        self.log([LogLine("ray", f"INFO:smtf:{text}", time.time())])

    def _fail(self, what: str) -> None:
        if not self._layout.failure.exists():
            write_atomically(self._layout.failure, f"uncaught exception during training: {what}\n")
