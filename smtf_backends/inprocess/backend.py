"""Backend ``inprocess``: a job is a thread of the calling process, its tree a folder below ``output_path``."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from smtf_backends.inprocess.folder import JobFolder, claim
from smtf_backends.inprocess.run import Run
from smtf_core.client.staging import stage
from smtf_core.errors import InvalidInputError, MissingExtraError, UnknownNameError
from smtf_core.interfaces import InputMode
from smtf_core.models import Channel, Job, JobHandle, JobState, JobStatus, LogLine, TrainingResult
from smtf_core.models.uri import local_path
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries
from smtf_core.runtime.logs import parse_line
from smtf_core.selection import choose_input_mode

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
        _require_tensorflow()
        feeds = self._feeds(job)
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
        return run.status() if run is not None else self._folder(handle).status()

    def logs(self, handle: JobHandle, follow: bool = False) -> Iterator[LogLine]:
        """See :class:`~smtf_core.interfaces.Backend`."""
        path = self._folder(handle).layout.log
        rest, position = "", 0
        while True:
            ended = not follow or self.status(handle).state.terminal
            with suppress(FileNotFoundError), path.open(encoding="utf-8") as file:
                file.seek(position)
                rest += file.read()
                position = file.tell()
            *lines, rest = rest.split("\n")
            yield from map(parse_line, lines)
            if ended:
                return
            time.sleep(_POLL_SECONDS)

    def stop(self, handle: JobHandle, reason: str) -> None:
        """See :class:`~smtf_core.interfaces.Backend`.

        Asked a second time, interrupts whatever the job is doing now.

        Raises:
            InvalidInputError: the job runs in another process.
        """
        run = self._runs.get(handle.location)
        if run is not None:
            run.stop(reason)
        elif self._folder(handle).status().state is JobState.IN_PROGRESS:
            owner = self._folder(handle).owner
            raise InvalidInputError(
                f"job {handle.job_name!r} runs inside process {owner}; stop it there, or run: kill -TERM {owner}"
            )

    def result(self, handle: JobHandle) -> TrainingResult | None:
        """See :class:`~smtf_core.interfaces.Backend`."""
        return self._folder(handle).result()

    def _feeds(self, job: Job) -> list[tuple[InputMode, Channel]]:
        """The input mode of every channel, each of which has looked at its channel."""
        registries = Registries(self._plugins)
        backend = registries.backends.find(job.backend)
        feeds: list[tuple[InputMode, Channel]] = []
        for channel in job.channels:
            spec = choose_input_mode(registries.input_modes, backend, channel, job.input_mode)
            mode: InputMode = registries.input_modes.make(spec.name)
            mode.check(channel)
            feeds.append((mode, channel))
        return feeds

    @staticmethod
    def _folder(handle: JobHandle) -> JobFolder:
        folder = JobFolder(Path(handle.location))
        if not folder.layout.config.is_dir():
            raise UnknownNameError(f"there is no job {handle.job_name!r} at {handle.location}")
        return folder


def _require_tensorflow() -> None:
    missing = [
        name for name in ("tensorflow", "tensorflow_estimator", "tf_keras") if importlib.util.find_spec(name) is None
    ]
    if missing:
        raise MissingExtraError(
            f"backend 'inprocess' needs {', '.join(missing)}, not installed. Run: pip install 'smtf[tensorflow]'"
        )
