"""A job's folder on this machine: whose it is, and what it says about the job without the process that ran it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path

from smtf_core.errors import InvalidInputError
from smtf_core.models import JobState, JobStatus, Layout, Progress, TrainingResult
from smtf_core.models.converter import from_data

_LOCK = ".lock"


class JobFolder:
    """The folder of one job.

    Args:
        root: ``<output_path>/<job name>``.
    """

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root)
        self._lock: int | None = None

    @property
    def owner(self) -> str:
        """Number of the process that runs or ran the job."""
        return (self.layout.root / _LOCK).read_text(encoding="utf-8").strip()

    def lock(self) -> bool:
        """Take the folder; the lock ends with :meth:`release` or with the process, however it ends.

        Returns:
            Whether it was free.
        """
        handle = os.open(self.layout.root / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        self._lock = handle
        return True

    def release(self) -> None:
        """Give the folder back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def running(self) -> bool:
        """Whether some process holds the lock."""
        try:
            handle = os.open(self.layout.root / _LOCK, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def status(self) -> JobStatus:
        """The job's state as its files tell it."""
        running = self.running()  # asked first: a job that ends in between has written its files by then
        if self.layout.failure.exists():
            text = self.layout.failure.read_text(encoding="utf-8")
            return JobStatus(
                state=JobState.FAILED, message=text.partition("\n")[0], failure=text, progress=self.progress()
            )
        if self.layout.success.exists() and (result := self.result()) is not None:
            return JobStatus(state=JobState(result.state), message=result.stop_reason or "", progress=self.progress())
        if running:
            return JobStatus(state=JobState.IN_PROGRESS, progress=self.progress())
        message = f"process {self.owner if (self.layout.root / _LOCK).exists() else ''} ended without a word (killed?)"
        return JobStatus(state=JobState.FAILED, message=message, failure=message, progress=self.progress())

    def progress(self) -> Progress | None:
        """The newest progress that the runtime has written."""
        try:
            return from_data(
                json.loads(self.layout.progress.read_text(encoding="utf-8")), Progress, str(self.layout.progress)
            )
        except FileNotFoundError:
            return None

    def result(self) -> TrainingResult | None:
        """The result, once the training has ended without failing."""
        try:
            text = self.layout.result.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return from_data(json.loads(text), TrainingResult, str(self.layout.result))


def claim(root: Path) -> JobFolder:
    """Take the folder of a job that is about to run.

    A job of that name that did not complete is resumed in its folder; the folder of one that completed is kept under
    another name.

    Raises:
        InvalidInputError: a job of that name is running, or the folder is something else.
    """
    if root.exists():
        _make_room(root)
    root.mkdir(parents=True, exist_ok=True)
    folder = JobFolder(root)
    if not folder.lock():
        raise InvalidInputError(
            f"job {root.name!r} is running already (process {folder.owner}); choose another job name"
        )
    return folder


def _make_room(root: Path) -> None:
    earlier = JobFolder(root)
    if not earlier.layout.config.is_dir():
        if any(path.name != _LOCK for path in root.iterdir()):
            raise InvalidInputError(
                f"{root} exists and is not the folder of a job; choose another job name or output_path"
            )
        return
    if not earlier.running() and earlier.layout.success.exists():
        result = earlier.result()
        if result is not None and result.state == "Completed":
            stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(earlier.layout.success.stat().st_mtime))
            root.rename(_free(root.with_name(f"{root.name}.{stamp}")))


def _free(path: Path) -> Path:
    candidates = (path if number == 0 else path.with_name(f"{path.name}.{number}") for number in range(1_000_000))
    return next(candidate for candidate in candidates if not candidate.exists())
