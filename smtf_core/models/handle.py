"""What a backend hands back for a submitted job: a handle that survives the process, and the job's status."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from enum import Enum

from attrs import field, frozen

_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\S+) (\d+) (\S+) (.*)")
_LEVEL = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL):\S+:")
_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}


class JobState(str, Enum):
    """A job's state, in SageMaker's words (``TrainingJobStatus``)."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"

    @property
    def terminal(self) -> bool:
        """Whether the job has ended; a terminal state never changes."""
        return self in (JobState.COMPLETED, JobState.FAILED, JobState.STOPPED)


@frozen(kw_only=True)
class JobHandle:
    """Names a job on a backend; plain data, so that it survives serialisation and another process.

    Args:
        backend: the backend's name.
        job_name: the job's name.
        location: folder or URI of the job's own tree, as the backend understands it.
        details: whatever else the backend needs to find the job again (container ids, an ARN); strings only.
    """

    backend: str
    job_name: str
    location: str
    details: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Progress:
    """How far a training has come.

    Args:
        phase: ``'preparing'``, ``'downloading'``, ``'training'``, ``'evaluating'``, ``'exporting'`` or ``'done'``.
        step: the global step.
        total_steps: ``training_steps``, or ``None`` when training lasts until the input ends.
        loss: the newest training loss, or ``None`` before the first step.
        steps_per_second: over the last seconds, or ``None`` before it can be told.
        bytes_done: while data is downloaded, what is there of it; otherwise ``None``.
        bytes_total: while data is downloaded, all of it; otherwise ``None``.
    """

    phase: str = "preparing"
    step: int = 0
    total_steps: int | None = None
    loss: float | None = None
    steps_per_second: float | None = None
    bytes_done: int | None = None
    bytes_total: int | None = None


@frozen(kw_only=True)
class Transition:
    """A step of a job on its way, in a service's own words.

    Args:
        status: the step, e.g. ``'Downloading'``.
        message: what is done in it.
        timestamp: when it began, in seconds since the epoch.
    """

    status: str
    message: str
    timestamp: float


@frozen(kw_only=True)
class JobStatus:
    """A job's state at one moment.

    Args:
        state: the state.
        message: what is going on, or why it ended, in one line.
        failure: for a failed job the content of its failure file, otherwise ``None``.
        progress: how far the training is, where the backend knows.
        transitions: how the job came here, where the backend knows.
        billable_seconds: what an ended job is billed for, where it is; seconds times hosts.
    """

    state: JobState
    message: str = ""
    failure: str | None = None
    progress: Progress | None = None
    transitions: tuple[Transition, ...] = ()
    billable_seconds: float | None = None


@frozen(kw_only=True)
class JobRecord:
    """A job in a list of jobs.

    Args:
        handle: the job.
        state: its state.
        created: when it was submitted, in seconds since the epoch.
        message: what is going on, or why it ended, in one line.
    """

    handle: JobHandle
    state: JobState
    created: float
    message: str = ""


@frozen
class LogLine:
    """One line of a job's log.

    Args:
        host: the host that wrote it, ``'algo-1'`` …
        text: the line, without its newline.
        timestamp: seconds since the epoch.
        level: a :mod:`logging` level, 20 where the source has none.
    """

    host: str
    text: str
    timestamp: float
    level: int = 20

    def format(self) -> str:
        """The line as it stands in a job's ``log.txt``."""
        stamp = datetime.fromtimestamp(self.timestamp, timezone.utc).isoformat(timespec="milliseconds")
        return f"{stamp} {self.level} {self.host} {self.text}"

    @classmethod
    def printed(cls, host: str, text: str) -> LogLine:
        """A line that a host's process has just printed; its level is the one that it begins with.

        Args:
            host: the host.
            text: the line, without its newline.
        """
        match = _LEVEL.match(text)
        return cls(host, text, time.time(), _LEVELS[match[1]] if match else 20)

    @classmethod
    def parse(cls, written: str) -> LogLine:
        """The opposite of :meth:`format`; text of any other form is a line without host and time."""
        match = _LINE.fullmatch(written)
        if match is None:
            return cls("", written, 0.0)
        stamp, level, host, text = match.groups()
        return cls(host, text, datetime.fromisoformat(stamp).timestamp(), int(level))
