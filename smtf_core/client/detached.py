"""Jobs that go on by themselves, over every backend that has such: found by name, listed, cleaned up after."""

from __future__ import annotations

from smtf_core.client.asking import AskedBackends
from smtf_core.errors import InvalidInputError, UnknownNameError
from smtf_core.interfaces import DetachedBackend
from smtf_core.models import JobHandle, JobRecord
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries


class DetachedJobs:
    """The jobs of all backends that know theirs by name, or of one.

    A backend whose extra is missing, or whose engine or service cannot be reached, does not hide the others' jobs.

    Args:
        plugins: where the backends come from.
        backend: the only one to ask.

    Raises:
        UnknownNameError: there is no such backend.
        InvalidInputError: its jobs end with the process that submits them.
    """

    def __init__(self, plugins: PluginManager, backend: str | None = None) -> None:
        registry = Registries(plugins).backends
        if backend is None:
            specs = [registry.find(name) for name in registry.names()]
            names = [spec.name for spec in specs if spec.outlives_client]
        else:
            if not registry.find(backend).outlives_client:
                raise InvalidInputError(f"jobs of backend {backend!r} end with the process that submits them")
            names = [backend]
        #: Those that are asked, and why some could not be.
        self.backends = AskedBackends(plugins, DetachedBackend, names)

    def find(self, job_name: str) -> tuple[DetachedBackend, JobHandle]:
        """The job of that name and its backend.

        Raises:
            UnknownNameError: no backend knows it; names those that could not be asked.
            InvalidInputError: several know one.
        """

        def look(_: str, backend: DetachedBackend) -> list[tuple[DetachedBackend, JobHandle]]:
            try:
                return [(backend, backend.find(job_name))]
            except UnknownNameError:
                return []

        found = self.backends.ask(look)
        if not found:
            message = f"there is no job {job_name!r} on {', '.join(self.backends.answering()) or 'any backend'}"
            raise UnknownNameError("\n".join([message, *self.backends.notes()]))
        if len(found) > 1:
            names = ", ".join(handle.backend for _, handle in found)
            raise InvalidInputError(f"several backends have a job {job_name!r}: {names}. Say which one with backend")
        return found[0]

    def jobs(self, newest: int) -> list[JobRecord]:
        """The newest jobs of all backends, the newest first; no more than so many of each."""
        records: list[JobRecord] = self.backends.ask(lambda _, backend: backend.jobs(newest))
        return sorted(records, key=lambda record: -record.created)

    def clean(self) -> list[str]:
        """Give back what ended jobs have left on all backends; what that was, in words."""
        return self.backends.ask(lambda name, backend: [f"{name}: {what}" for what in backend.clean()])
