"""The ledger: where this user's jobs on this machine have their folders, so that any process finds them by name.

A file a job, below ``$XDG_STATE_HOME/smtf/jobs/<backend>`` (``~/.local/state/…``). For backends that run jobs here; the
job's folder stays the one source of what is known of it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from pathlib import Path

from attrs import frozen

from smtf_core.client.folder import JobFolder
from smtf_core.client.state import state_folder
from smtf_core.errors import UnknownNameError
from smtf_core.models import JobHandle, JobRecord
from smtf_core.models.converter import from_data, to_data
from smtf_core.models.layout import write_json


@frozen(kw_only=True)
class Entry:
    """A job that was submitted.

    Args:
        handle: the job.
        created: when, in seconds since the epoch.
    """

    handle: JobHandle
    created: float

    @property
    def folder(self) -> JobFolder:
        """The job's folder."""
        return JobFolder(Path(self.handle.location))


class Ledger:
    """The jobs of one backend.

    Args:
        backend: the backend's name.
    """

    def __init__(self, backend: str) -> None:
        self._backend = backend
        self._folder = state_folder() / "jobs" / backend

    def record(self, handle: JobHandle) -> None:
        """Take note of a job that was submitted; where that cannot be written, the job runs all the same."""
        try:
            write_json(self._file(handle), to_data(Entry(handle=handle, created=time.time())))
        except OSError as error:
            logging.getLogger("smtf").warning(
                "job %r runs, but cannot be found by its name later: %s; set XDG_STATE_HOME to a folder that can be "
                "written",
                handle.job_name,
                error,
            )

    def entries(self) -> list[Entry]:
        """Every job whose folder is still there, the newest first."""
        return sorted((entry for entry in self._read() if _is_there(entry)), key=lambda entry: -entry.created)

    def find(self, job_name: str) -> JobHandle:
        """The newest job of that name.

        Raises:
            UnknownNameError: there is none.
        """
        for entry in self.entries():
            if entry.handle.job_name == job_name:
                return entry.handle
        raise UnknownNameError(f"backend {self._backend!r} knows no job {job_name!r}")

    def records(self, newest: int) -> tuple[JobRecord, ...]:
        """The newest jobs with the states that their folders tell."""
        records = []
        for entry in self.entries()[:newest]:
            status = entry.folder.status()
            records.append(
                JobRecord(handle=entry.handle, state=status.state, created=entry.created, message=status.message)
            )
        return tuple(records)

    def forget_lost(self) -> tuple[str, ...]:
        """Forget the jobs whose folders are gone.

        Returns:
            Them, in words.
        """
        lost = [entry for entry in self._read() if not _is_there(entry)]
        for entry in lost:
            self._file(entry.handle).unlink(missing_ok=True)
        return tuple(f"note of job {entry.handle.job_name}, whose folder is gone" for entry in lost)

    def _file(self, handle: JobHandle) -> Path:
        place = hashlib.sha256(handle.location.encode()).hexdigest()[:12]
        return self._folder / f"{handle.job_name}.{place}.json"

    def _read(self) -> list[Entry]:
        files = sorted(self._folder.glob("[!.]*.json")) if self._folder.is_dir() else []
        return [from_data(json.loads(file.read_text(encoding="utf-8")), Entry, str(file)) for file in files]


def _is_there(entry: Entry) -> bool:
    return entry.folder.layout.config.is_dir()
