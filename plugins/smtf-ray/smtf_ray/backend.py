"""Backend ``ray``: submits jobs to a cluster, and tells how they are from their folders, which every node sees."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import ray

from smtf_core.client.feeding import feeds_of
from smtf_core.client.folder import claim, find
from smtf_core.client.ledger import Ledger
from smtf_core.errors import BackendUnavailableError, InvalidInputError
from smtf_core.models import Job, JobHandle, JobRecord, JobStatus, LogLine, TrainingResult
from smtf_core.models.converter import from_data, to_data
from smtf_core.models.layout import write_atomically, write_json
from smtf_core.models.uri import local_path
from smtf_core.plugins import PluginManager
from smtf_ray.job import JobActor
from smtf_ray.resources import resources_of

NAMESPACE = "smtf"
_JOB_FILE = ".job.json"
_KNOCK_SECONDS = 10.0


class RayBackend:
    """Runs jobs on a Ray cluster. See :class:`~smtf_core.interfaces.DetachedBackend`.

    Args:
        plugins: looked up for the channels' input modes; the nodes find installed plugins by themselves.
    """

    def __init__(self, plugins: PluginManager) -> None:
        self._plugins = plugins
        self._ledger = Ledger("ray")

    def submit(self, job: Job) -> JobHandle:
        """See :class:`~smtf_core.interfaces.Backend`."""
        output = local_path(job.output_path)
        if output is None:
            raise InvalidInputError(
                f"output_path {job.output_path!r}: backend ray writes to a folder that all nodes of the cluster see"
            )
        resources = resources_of(job.resources.instance_type)
        feeds_of(job, self._plugins)  # the nodes feed them; what cannot be fed is said now
        _connect()
        folder = claim(output / job.name)
        handle = JobHandle(backend="ray", job_name=job.name, location=str(folder.layout.root))
        try:
            write_json(folder.layout.root / _JOB_FILE, to_data(job))
            actor: Any = ray.remote(JobActor).options(
                name=handle.location, namespace=NAMESPACE, lifetime="detached", num_cpus=0, max_concurrency=64
            )
        finally:
            folder.release()  # the job's actor takes it over
        running = actor.remote(job, handle.location, resources)
        try:
            ray.get(running.begin.remote())
        except ray.exceptions.RayTaskError as error:
            ray.kill(running)
            raise error.as_instanceof_cause() from None
        self._ledger.record(handle)
        return handle

    def status(self, handle: JobHandle) -> JobStatus:
        """See :class:`~smtf_core.interfaces.Backend`."""
        return find(handle).status()

    def logs(self, handle: JobHandle, follow: bool = False) -> Iterator[LogLine]:
        """See :class:`~smtf_core.interfaces.Backend`; the lines of all hosts, in the order of their arrival."""
        return find(handle).log(ended=lambda: not follow or self.status(handle).state.terminal)

    def stop(self, handle: JobHandle, reason: str) -> None:
        """See :class:`~smtf_core.interfaces.Backend`.

        Asked a second time, interrupts whatever the job is doing now.
        """
        folder = find(handle)
        if not folder.running():
            return
        _connect()
        if not folder.layout.stop_request.exists():
            write_atomically(folder.layout.stop_request, reason)
        # It may end between the question and now.
        with suppress(ValueError, ray.exceptions.RayActorError):
            ray.get(ray.get_actor(handle.location, namespace=NAMESPACE).stop.remote())

    def result(self, handle: JobHandle) -> TrainingResult | None:
        """See :class:`~smtf_core.interfaces.Backend`."""
        return find(handle).result()

    def find(self, job_name: str) -> JobHandle:
        """See :class:`~smtf_core.interfaces.DetachedBackend`."""
        return self._ledger.find(job_name)

    def jobs(self, newest: int) -> tuple[JobRecord, ...]:
        """See :class:`~smtf_core.interfaces.DetachedBackend`."""
        return self._ledger.records(newest)

    def describe(self, handle: JobHandle) -> Job:
        """See :class:`~smtf_core.interfaces.DetachedBackend`."""
        path = find(handle).layout.root / _JOB_FILE
        return from_data(json.loads(path.read_text(encoding="utf-8")), Job, str(path))

    def clean(self) -> tuple[str, ...]:
        """See :class:`~smtf_core.interfaces.DetachedBackend`; jobs give back by themselves what they hold of Ray."""
        return self._ledger.forget_lost()


def _connect() -> None:
    """Be connected to the cluster that RAY_ADDRESS names, or that runs here; never start one.

    Raises:
        BackendUnavailableError: there is none.
    """
    if ray.is_initialized():
        return
    address = os.environ.get("RAY_ADDRESS") or "auto"
    try:
        _knock(address)
        ray.init(address=address, namespace=NAMESPACE, log_to_driver=False, logging_level="ERROR")
    except (OSError, RuntimeError) as error:
        raise BackendUnavailableError(
            f"backend 'ray' cannot reach a Ray cluster at {address!r} ({error}). Set RAY_ADDRESS, or run: ray start "
            "--head"
        ) from error


def _knock(address: str) -> None:
    """See whether somebody listens at ``host:port`` or ``ray://host:port``; Ray itself would try for minutes.

    Raises:
        OSError: nobody does.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=_KNOCK_SECONDS).close()
