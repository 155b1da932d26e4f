"""A job's folder on this machine: whose it is, and what it says about the job without the process that runs it.

For backends that run jobs here.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from smtf_core.errors import InvalidInputError, UnknownNameError
from smtf_core.models import JobHandle, JobState, JobStatus, Layout, LogLine, Progress, TrainingResult
from smtf_core.models.converter import from_data

_LOCK = ".lock"
_POLL_SECONDS = 0.1


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
        self._lock = handle
        try:
            self._write_owner(os.getpid())
        except OSError:  # the disk is full
            self.release()
            raise
        return True

    @property
    def descriptor(self) -> int:
        """The lock's descriptor, for a process that is to inherit it."""
        assert self._lock is not None
        return self._lock

    def hand_over(self, owner: int) -> None:
        """Leave the folder to a process that has inherited the lock's descriptor.

        Args:
            owner: that process's number.
        """
        self._write_owner(owner)
        self.release()

    def _write_owner(self, owner: int) -> None:
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, f"{owner}\n".encode(), 0)

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
        if self.running():  # asked first: a job that ends in between has written its files by then
            reason = self._stop_reason()
            state = JobState.IN_PROGRESS if reason is None else JobState.STOPPING
            return JobStatus(state=state, message=reason or "", progress=self.progress())
        if self.layout.failure.exists():
            text = self.layout.failure.read_text(encoding="utf-8")
            return JobStatus(
                state=JobState.FAILED, message=text.partition("\n")[0], failure=text, progress=self.progress()
            )
        if self.layout.success.exists() and (result := self.result()) is not None:
            return JobStatus(state=JobState(result.state), message=result.stop_reason or "", progress=self.progress())
        message = f"process {self.owner if (self.layout.root / _LOCK).exists() else ''} ended without a word (killed?)"
        return JobStatus(state=JobState.FAILED, message=message, failure=message, progress=self.progress())

    def _stop_reason(self) -> str | None:
        try:
            return self.layout.stop_request.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None

    def log(self, *, ended: Callable[[], bool]) -> Iterator[LogLine]:
        """The lines of the job's log, from the first one on.

        Args:
            ended: whether there will be no more; asked until it is so.
        """
        rest, position = "", 0
        while True:
            last = ended()
            with suppress(FileNotFoundError), self.layout.log.open(encoding="utf-8", errors="replace") as file:
                file.seek(position)
                rest += file.read()
                position = file.tell()
            *lines, rest = rest.split("\n")
            yield from map(LogLine.parse, lines)
            if last:
                return
            time.sleep(_POLL_SECONDS)

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


class Reserve:
    """A little space in a job's folder, given up to write why the job failed when the disk has become full.

    Args:
        root: the job's folder.
    """

    def __init__(self, root: Path) -> None:
        self._file = root / ".reserve"

    def keep(self) -> None:
        """Take the space."""
        self._file.write_bytes(bytes(64 * 1024))

    def give_up(self) -> None:
        """Give it back."""
        self._file.unlink(missing_ok=True)


def find(handle: JobHandle) -> JobFolder:
    """The folder of a job that was submitted, by this process or another one.

    Raises:
        UnknownNameError: there is none.
    """
    folder = JobFolder(Path(handle.location))
    if not folder.layout.config.is_dir():
        raise UnknownNameError(f"there is no job {handle.job_name!r} at {handle.location}")
    return folder


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
