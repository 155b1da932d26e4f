"""Backend: where a job executes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from attrs import frozen

from smtf_core.interfaces.spec import Spec
from smtf_core.models import Job, JobHandle, JobStatus, LogLine, TrainingResult

#: Estimator arguments that mean something on a service only, for :attr:`BackendSpec.unused_options`.
SERVICE_OPTIONS = (
    "role",
    "train_volume_size",
    "train_volume_kms_key",
    "output_kms_key",
    "image_name",
    "code_location",
    "subnets",
    "security_group_ids",
    "tags",
    "train_use_spot_instances",
    "train_max_wait",
    "checkpoint_s3_uri",
    "checkpoint_local_path",
    "metric_definitions",
    "enable_network_isolation",
    "enable_cloudwatch_metrics",
    "encrypt_inter_container_traffic",
    "runtime",
)

#: Arguments of ``deploy`` and ``TensorFlowModel`` that mean something on a service only, for
#: :attr:`BackendSpec.endpoint_options`.
HOSTING_OPTIONS = (
    "role",
    "image_name",
    "py_version",
    "model_name",
    "code_location",
    "accelerator_type",
    "kms_key",
    "subnets",
    "security_group_ids",
    "enable_network_isolation",
    "tags",
    "wait",
    "update_endpoint",
)

#: Where the results of jobs on this machine go unless ``output_path`` says otherwise.
DEFAULT_OUTPUT_PATH = "smtf-jobs"

#: Estimator arguments that limit what a host may use, for the same.
LIMIT_OPTIONS = ("memory", "cpus", "gpus")


@frozen(kw_only=True)
class BackendSpec(Spec):
    """Declares a backend.

    Args:
        instance_types: :mod:`fnmatch` patterns of the ``train_instance_type`` values that choose it, e.g.
            ``('ml.*',)``.
        max_hosts: the most hosts that it can run one job on; ``None``: any number.
        input_modes: the input modes that it supports; ``None``: any that a plugin provides.
        channel_schemes: for a backend that brings the channels to its hosts by itself: the schemes of URIs that it can
            do that with. ``None``: the input modes' plugins do it, and know theirs.
        code_schemes: where ``source_dir`` may lie.
        model_schemes: where the models of its endpoints may lie, for a backend that runs such.
        endpoint_options: which of :data:`HOSTING_OPTIONS` mean something there; a user who gives another one is told.
        default_output_path: where results go unless the user says so; the backend fills in what is in braces.
        default_base_job_name: beginning of generated job names; ``None``: the script's name.
        unused_options: names of estimator arguments that mean nothing there; a user who gives one is told so.
        outlives_client: whether a job goes on when the process that submitted it ends.
        stops_on_interrupt: whether Ctrl-C while one waits for a job stops it, not only the waiting; so it always does
            where the job would end with this process.
    """

    instance_types: tuple[str, ...] = ()
    max_hosts: int | None = None
    input_modes: tuple[str, ...] | None = None
    channel_schemes: tuple[str, ...] | None = None
    code_schemes: tuple[str, ...] = ("file",)
    model_schemes: tuple[str, ...] = ("file",)
    endpoint_options: tuple[str, ...] = ()
    default_output_path: str = DEFAULT_OUTPUT_PATH
    default_base_job_name: str | None = None
    unused_options: tuple[str, ...] = ()
    outlives_client: bool = True
    stops_on_interrupt: bool = False


class Backend(Protocol):
    """Runs jobs. Constructed as ``factory(plugins)`` with the :class:`~smtf_core.plugins.PluginManager` in use."""

    def submit(self, job: Job) -> JobHandle:
        """Start a job and return at once.

        Args:
            job: checked already against the backend's spec.

        Returns:
            The job's handle.

        Raises:
            SmtfError: the job cannot be started; nothing is left behind.
        """
        ...

    def status(self, handle: JobHandle) -> JobStatus:
        """The job's state now. Cheap enough to ask several times a second; a terminal state never changes.

        Raises:
            UnknownNameError: this backend knows no such job.
        """
        ...

    def logs(self, handle: JobHandle, follow: bool = False) -> Iterator[LogLine]:
        """The job's log lines from the start.

        Args:
            handle: the job.
            follow: go on until the job has ended, instead of ending with the newest line.
        """
        ...

    def stop(self, handle: JobHandle, reason: str) -> None:
        """Ask the job to save a checkpoint and end; returns at once, does nothing when it has ended.

        Args:
            handle: the job.
            reason: why, in one line; ends up in the job's status.
        """
        ...

    def result(self, handle: JobHandle) -> TrainingResult | None:
        """What a job that ended without failing left behind; ``None`` while it runs and when it failed."""
        ...


@runtime_checkable
class CompletingBackend(Backend, Protocol):
    """A backend that knows more of a job, before it is submitted, than the user has said."""

    def complete(self, job: Job) -> Job:
        """Fill in what the job leaves open, such as its default output path, and check it once more.

        Args:
            job: checked already against the backend's spec.

        Raises:
            InvalidInputError: the job is not what the service asks for; found before the service is asked anything.
            BackendUnavailableError: the service cannot be asked what is missing.
        """
        ...
