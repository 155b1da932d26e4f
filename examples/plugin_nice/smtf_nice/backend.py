"""A backend: a job is a process of low priority, and ends with the process that submitted it."""

from __future__ import annotations

from collections.abc import Iterator

from smtf_core.client.feeding import feeds_of
from smtf_core.client.folder import claim, find
from smtf_core.client.staging import require_tensorflow, stage
from smtf_core.errors import InvalidInputError
from smtf_core.models import Job, JobHandle, JobState, JobStatus, LogLine, TrainingResult
from smtf_core.models.uri import local_path
from smtf_core.plugins import PluginManager
from smtf_nice.run import Run


class NiceBackend:
    """Everything that can be told of a job is told from its folder, so other processes can tell it too."""

    def __init__(self, plugins: PluginManager) -> None:
        self._plugins = plugins
        self._runs: dict[str, Run] = {}

    def submit(self, job: Job) -> JobHandle:
        """Say what is wrong, write the job's tree, start its thread."""
        output = local_path(job.output_path)
        if output is None:
            raise InvalidInputError(f"output_path {job.output_path!r}: backend nice writes to a local folder")
        require_tensorflow("nice")
        feeds = feeds_of(job, self._plugins)
        folder = claim(output / job.name)
        try:
            stage(job, folder.layout)
        except BaseException:
            folder.release()
            raise
        handle = JobHandle(backend="nice", job_name=job.name, location=str(folder.layout.root))
        self._runs[handle.location] = run = Run(job, folder, feeds)
        run.start()
        return handle

    def status(self, handle: JobHandle) -> JobStatus:
        """As the folder tells it."""
        return find(handle).status()

    def logs(self, handle: JobHandle, follow: bool = False) -> Iterator[LogLine]:
        """What the process has printed."""
        return find(handle).log(ended=lambda: not follow or self.status(handle).state.terminal)

    def stop(self, handle: JobHandle, reason: str) -> None:
        """Ask the process to save a checkpoint and end."""
        run = self._runs.get(handle.location)
        if run is not None:
            run.stop(reason)
        elif self.status(handle).state is JobState.IN_PROGRESS:
            owner = find(handle).owner
            raise InvalidInputError(f"job {handle.job_name!r} belongs to process {owner}; stop it there")

    def result(self, handle: JobHandle) -> TrainingResult | None:
        """As the folder tells it."""
        return find(handle).result()
