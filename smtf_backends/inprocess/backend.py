"""Backend ``inprocess``: a job is a thread of the calling process, its tree a folder below ``output_path``."""

from __future__ import annotations

from collections.abc import Iterator

from smtf_backends.inprocess.endpoint import InProcessEndpoint, running_endpoints, start_endpoint
from smtf_backends.inprocess.run import Run
from smtf_core.client.code import check_remote_code
from smtf_core.client.feeding import feeds_of
from smtf_core.client.folder import claim, find
from smtf_core.client.local_deployment import local_deployment
from smtf_core.client.staging import require_tensorflow, stage
from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import EndpointPlan
from smtf_core.models import Job, JobHandle, JobState, JobStatus, LogLine, TrainingResult
from smtf_core.models.uri import local_path
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries

_POLL_SECONDS = 0.1


class InProcessBackend:
    """Runs jobs in threads. See :class:`~smtf_core.interfaces.Backend`.

    Args:
        plugins: handed to the runtime, which so shares the client's observers.
    """

    def __init__(self, plugins: PluginManager) -> None:
        self._plugins = plugins
        self._runs: dict[str, Run] = {}

    def submit(self, job: Job) -> JobHandle:
        """See :class:`~smtf_core.interfaces.Backend`."""
        output = local_path(job.output_path)
        if output is None:
            raise InvalidInputError(
                f"output_path {job.output_path!r}: backend inprocess writes to a local folder or a file:// URI"
            )
        require_tensorflow("inprocess")
        check_remote_code(job)
        feeds = feeds_of(job, self._plugins)
        folder = claim(output / job.name)
        try:
            stage(job, folder.layout)
        except BaseException:
            folder.release()
            raise
        handle = JobHandle(backend="inprocess", job_name=job.name, location=str(folder.layout.root))
        run = Run(job, folder, self._plugins, feeds)
        self._runs[handle.location] = run
        run.start()
        return handle

    def status(self, handle: JobHandle) -> JobStatus:
        """See :class:`~smtf_core.interfaces.Backend`; other processes' jobs are told from their folders."""
        run = self._runs.get(handle.location)
        return run.status() if run is not None else find(handle).status()

    def logs(self, handle: JobHandle, follow: bool = False) -> Iterator[LogLine]:
        """See :class:`~smtf_core.interfaces.Backend`."""
        return find(handle).log(ended=lambda: not follow or self.status(handle).state.terminal)

    def stop(self, handle: JobHandle, reason: str) -> None:
        """See :class:`~smtf_core.interfaces.Backend`.

        Asked a second time, interrupts whatever the job is doing now.

        Raises:
            InvalidInputError: the job runs in another process.
        """
        run = self._runs.get(handle.location)
        if run is not None:
            run.stop(reason)
        elif find(handle).status().state is JobState.IN_PROGRESS:
            owner = find(handle).owner
            raise InvalidInputError(
                f"job {handle.job_name!r} runs inside process {owner}; stop it there, or run: kill -TERM {owner}"
            )

    def result(self, handle: JobHandle) -> TrainingResult | None:
        """See :class:`~smtf_core.interfaces.Backend`."""
        return find(handle).result()

    def deploy(self, plan: EndpointPlan) -> InProcessEndpoint:
        """See :class:`~smtf_core.interfaces.ServingBackend`."""
        if plan.instance_count != 1:
            raise InvalidInputError(f"backend inprocess runs an endpoint on 1 instance, not on {plan.instance_count}")
        if plan.detach:
            raise InvalidInputError("endpoints of backend inprocess end with this process; deploy on 'process'")
        adapter = Registries(self._plugins).serving_adapters.make(plan.adapter)
        return start_endpoint(plan.name, lambda scratch: adapter.load(local_deployment(plan, scratch)))

    def endpoints(self) -> tuple[InProcessEndpoint, ...]:
        """See :class:`~smtf_core.interfaces.ServingBackend`; those of this process."""
        return running_endpoints()
