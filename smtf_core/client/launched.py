"""Jobs that a launcher on this machine owns: what backends share whose hosts are processes or containers here."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress

from smtf_core.client.code import check_remote_code
from smtf_core.client.feeding import feeds_of
from smtf_core.client.folder import JobFolder, Reserve, claim, find
from smtf_core.client.launch import HOSTS, LAUNCHER_LOG, Launch, host_root
from smtf_core.client.ledger import Ledger
from smtf_core.client.staging import stage
from smtf_core.errors import InvalidInputError, StorageError
from smtf_core.models import Job, JobHandle, JobRecord, JobStatus, Layout, LogLine, TrainingResult
from smtf_core.models.cluster import Network
from smtf_core.models.layout import write_atomically
from smtf_core.models.uri import local_path
from smtf_core.plugins import PluginManager


class LaunchedJobs:
    """Submits jobs to launchers, and finds them again. See :class:`~smtf_core.interfaces.DetachedBackend`.

    Args:
        backend: the backend's name.
        launcher: the module that is run as the launcher: ``python -m MODULE FOLDER …``.
        plugins: looked up for the channels' input modes; launchers find installed plugins by themselves.
    """

    def __init__(self, backend: str, launcher: str, plugins: PluginManager) -> None:
        self._backend = backend
        self._module = launcher
        self._plugins = plugins
        self._ledger = Ledger(backend)
        # Kept, so that a launcher that has ended is no zombie of this process.
        self._launchers: dict[str, subprocess.Popen[bytes]] = {}

    def launch(
        self,
        job: Job,
        network: Network | None,
        *,
        arguments: tuple[str, ...] = (),
        descriptors: tuple[int, ...] = (),
        details: Mapping[str, str] | None = None,
        code: str | None = None,
        interface: str = "lo",
    ) -> JobHandle:
        """Write the hosts' trees and start the launcher.

        Args:
            job: the job.
            network: how its hosts reach each other, where that is not by name.
            arguments: further arguments of the launcher.
            descriptors: what it inherits.
            details: what it must know besides the job.
            code: the code folder as a host sees it; ``None``: as it is here.
            interface: the hosts' network interface.

        Raises:
            InvalidInputError: ``output_path`` is not on this machine, a channel cannot be fed, or the job runs already.
            StorageError: the trees cannot be written.
        """
        output = local_path(job.output_path)
        if output is None:
            raise InvalidInputError(
                f"output_path {job.output_path!r}: backend {self._backend} writes to a local folder or a file:// URI"
            )
        check_remote_code(job)
        feeds_of(job, self._plugins)  # the launcher feeds them; what cannot be fed is said now
        try:
            folder = claim(output / job.name)
        except OSError as error:
            raise _unwritable(output / job.name, error) from error
        root = folder.layout.root
        try:
            hosts = host_names(job)
            token = secrets.token_hex(32) if len(hosts) > 1 else None
            shutil.rmtree(root / HOSTS, ignore_errors=True)
            for host in hosts:
                tree = Layout(host_root(root, hosts, host))
                stage(job, tree, host, hosts, network if token else None, token, code=code, interface=interface)
            Launch(job=job, hosts=hosts, details=details or {}).write(root)
            Reserve(root).keep()
            launcher = self._start(folder, arguments, descriptors)
        except OSError as error:
            folder.release()
            raise _unwritable(root, error) from error
        except BaseException:
            folder.release()
            raise
        folder.hand_over(launcher.pid)
        handle = JobHandle(backend=self._backend, job_name=job.name, location=str(root))
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

    def _start(
        self, folder: JobFolder, arguments: tuple[str, ...], descriptors: tuple[int, ...]
    ) -> subprocess.Popen[bytes]:
        root = folder.layout.root
        with (root / LAUNCHER_LOG).open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", self._module, str(root), *arguments],
                pass_fds=(folder.descriptor, *descriptors),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C at the terminal is for the client, which asks for a clean stop.
                start_new_session=True,
            )


def host_names(job: Job) -> tuple[str, ...]:
    """The hosts of a job; source: SageMaker."""
    return tuple(f"algo-{number + 1}" for number in range(job.resources.instance_count))


def _unwritable(folder: object, error: OSError) -> StorageError:
    return StorageError(f"the job's folder {folder} cannot be written: {error.strerror or error}; see output_path")
