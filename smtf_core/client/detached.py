"""Jobs that go on by themselves, over every backend that has such: found by name, listed, cleaned up after."""

from __future__ import annotations

import re
from typing import Any

from smtf_core.client.asking import AskedBackends
from smtf_core.errors import InvalidInputError, UnknownNameError
from smtf_core.interfaces import DetachedBackend
from smtf_core.models import Job, JobHandle, JobRecord
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


# What the estimator puts behind the base of a job's name.
_STAMP = re.compile(r"-\d{4}(-\d\d){5}-\d{3}$")


def arguments_of(job: Job) -> dict[str, Any]:
    """The estimator's arguments that would submit a job again."""
    resources, access = job.resources, job.access
    return {
        "entry_point": job.entry_point,
        "role": access.role,
        "train_instance_count": resources.instance_count,
        "train_instance_type": resources.instance_type,
        "training_steps": job.training_steps,
        "evaluation_steps": job.evaluation_steps,
        "checkpoint_path": job.checkpoint_path,
        "source_dir": job.source_dir,
        "dependencies": list(job.dependencies),
        "requirements_file": job.requirements_file,
        "hyperparameters": dict(job.hyperparameters),
        "environment": dict(job.environment),
        "framework_version": str(job.framework_version),
        "py_version": job.py_version,
        "input_mode": job.input_mode,
        "output_path": job.output_path,
        "output_kms_key": access.output_kms_key,
        "code_location": job.code_location,
        "image_name": job.image,
        "runtime": job.runtime,
        "train_volume_size": resources.volume_size_gb,
        "train_volume_kms_key": access.volume_kms_key,
        "train_max_run": resources.max_run_seconds,
        "train_use_spot_instances": resources.spot,
        "train_max_wait": resources.max_wait_seconds,
        "checkpoint_s3_uri": job.checkpoint_s3_uri,
        "checkpoint_local_path": job.checkpoint_local_path,
        "metric_definitions": [{"Name": name, "Regex": regex} for name, regex in job.metric_definitions],
        "enable_network_isolation": access.network_isolation,
        "encrypt_inter_container_traffic": access.encrypt_traffic,
        "memory": resources.memory,
        "cpus": resources.cpus,
        "gpus": resources.gpus,
        "container_log_level": job.log_level,
        "tags": [{"Key": key, "Value": value} for key, value in access.tags],
        "subnets": list(access.subnets),
        "security_group_ids": list(access.security_group_ids),
        "distribution": job.distribution,
        "script_loader": job.script_loader,
        "base_job_name": _STAMP.sub("", job.name),
        "backend": job.backend,
    }
