"""Backend ``process``: every host of a job is a process tree on this machine, with an ``/opt/ml`` tree of its own.

The job's folder is the first host's tree; those of the others are below ``hosts``. A launcher, which outlives the
client, owns the hosts' processes and the folder's lock.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

from smtf_backends.process.endpoint import ProcessEndpoint, endpoints_folder
from smtf_backends.process.launch import HOSTS, LAUNCHER_LOG, Launch, host_root
from smtf_core.client.code import check_remote_code
from smtf_core.client.feeding import feeds_of
from smtf_core.client.folder import JobFolder, claim, find
from smtf_core.client.ledger import Ledger
from smtf_core.client.staging import require_tensorflow, stage
from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import Deployment
from smtf_core.models import Job, JobHandle, JobRecord, JobStatus, Layout, LogLine, TrainingResult
from smtf_core.models.cluster import Network
from smtf_core.models.layout import write_atomically
from smtf_core.models.uri import local_path
from smtf_core.plugins import PluginManager

_HERE = "127.0.0.1"


class ProcessBackend:
    """Runs jobs in processes. See :class:`~smtf_core.interfaces.Backend`.

    Args:
        plugins: looked up for the channels' input modes; the hosts find installed plugins by themselves.
    """

    def __init__(self, plugins: PluginManager) -> None:
        self._plugins = plugins
        self._ledger = Ledger("process")
        # Kept, so that a launcher that has ended is no zombie of this process.
        self._launchers: dict[str, subprocess.Popen[bytes]] = {}
        self._endpoints: dict[str, ProcessEndpoint] = {}

    def submit(self, job: Job) -> JobHandle:
        """See :class:`~smtf_core.interfaces.Backend`."""
        output = local_path(job.output_path)
        if output is None:
            raise InvalidInputError(
                f"output_path {job.output_path!r}: backend process writes to a local folder or a file:// URI"
            )
        require_tensorflow("process")
        check_remote_code(job)
        feeds_of(job, self._plugins)  # the launcher feeds them; what cannot be fed is said now
        folder = claim(output / job.name)
        try:
            launcher = self._launch(job, folder)
        except BaseException:
            folder.release()
            raise
        folder.hand_over(launcher.pid)
        handle = JobHandle(backend="process", job_name=job.name, location=str(folder.layout.root))
        self._launchers[handle.location] = launcher
        self._ledger.record(handle)
        return handle

    def status(self, handle: JobHandle) -> JobStatus:
        """See :class:`~smtf_core.interfaces.Backend`."""
        launcher = self._launchers.get(handle.location)
        if launcher is not None:
            launcher.poll()
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
        if not folder.layout.stop_request.exists():
            write_atomically(folder.layout.stop_request, reason)
        with suppress(ProcessLookupError):
            os.kill(int(folder.owner), signal.SIGTERM)

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
        return Launch.read(find(handle).layout.root).job

    def clean(self) -> tuple[str, ...]:
        """See :class:`~smtf_core.interfaces.DetachedBackend`."""
        return self._ledger.forget_lost()

    def deploy(
        self, name: str, adapter: str, deployment: Deployment, instance_count: int, *, detach: bool
    ) -> ProcessEndpoint:
        """See :class:`~smtf_core.interfaces.ServingBackend`; instances are processes that share a port."""
        endpoint = ProcessEndpoint(endpoints_folder() / name)
        endpoint.start(adapter, deployment, instance_count, detach)
        self._endpoints[name] = endpoint
        return endpoint

    def endpoints(self) -> tuple[ProcessEndpoint, ...]:
        """See :class:`~smtf_core.interfaces.ServingBackend`; those of this user, whichever process deployed them."""
        folders = sorted(endpoints_folder().glob("*/.lock"))
        found = [self._endpoints.get(lock.parent.name) or ProcessEndpoint(lock.parent) for lock in folders]
        for endpoint in [one for one in found if one.abandoned]:
            endpoint.delete()
            found.remove(endpoint)
        return tuple(found)

    @staticmethod
    def _launch(job: Job, folder: JobFolder) -> subprocess.Popen[bytes]:
        """Write the hosts' trees and start the launcher."""
        root = folder.layout.root
        names = tuple(f"algo-{number + 1}" for number in range(job.resources.instance_count))
        several = len(names) > 1
        with socket.socket() as control:
            # The launcher inherits it, bound: so nobody can take the port before, nor between two supervisors.
            control.bind((_HERE, 0))
            network = Network(
                addresses=dict.fromkeys(names, _HERE), free_ports=True, control_port=control.getsockname()[1]
            )
            token = secrets.token_hex(32) if several else None
            shutil.rmtree(root / HOSTS, ignore_errors=True)
            for name in names:
                stage(job, Layout(host_root(root, names, name)), name, names, network if several else None, token)
            Launch(job=job, hosts=names).write(root)
            handles = (folder.descriptor, control.fileno())
            with (root / LAUNCHER_LOG).open("wb") as log:
                return subprocess.Popen(
                    [sys.executable, "-m", "smtf_backends.process.launcher", str(root), str(control.fileno())],
                    pass_fds=handles,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # Ctrl-C at the terminal is for the client, which asks for a clean stop.
                    start_new_session=True,
                )
