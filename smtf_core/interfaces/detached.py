"""DetachedBackend: a backend whose jobs go on by themselves, and are found again by name from any process."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from smtf_core.interfaces.backend import Backend
from smtf_core.models import Job, JobHandle, JobRecord


@runtime_checkable
class DetachedBackend(Backend, Protocol):
    """A backend that knows its jobs by name, also those of other processes.

    ``TensorFlow.attach`` and the commands ``smtf jobs``, ``attach``, ``logs``, ``stop`` and ``clean`` work over every
    backend that is one. All methods, those of :class:`~smtf_core.interfaces.Backend` included, take handles that
    another process has made. Constructing the backend reaches for nothing; a method that cannot reach the engine or
    service raises :class:`~smtf_core.errors.BackendUnavailableError`, which names the remedy.
    """

    def find(self, job_name: str) -> JobHandle:
        """The job of that name; the newest one where there are several.

        Raises:
            UnknownNameError: there is none.
            BackendUnavailableError: it cannot be told.
        """
        ...

    def jobs(self, newest: int) -> tuple[JobRecord, ...]:
        """The jobs that there are, the newest first.

        Args:
            newest: no more than so many.

        Raises:
            BackendUnavailableError: it cannot be told.
        """
        ...

    def describe(self, handle: JobHandle) -> Job:
        """What was submitted, as far as the backend can tell: what is unknown has its default, a script ``''``.

        Raises:
            UnknownNameError: this backend knows no such job.
            BackendUnavailableError: it cannot be told.
        """
        ...

    def clean(self) -> tuple[str, ...]:
        """Give back what ended jobs have left besides their output; jobs that run are left alone.

        Returns:
            What was given back, each in a few words.

        Raises:
            BackendUnavailableError: it cannot be reached.
        """
        ...
