"""Backend ``sagemaker``: a job is a training job of Amazon SageMaker; what is known of it is what the service says."""

from __future__ import annotations

import io
import json
import logging
import tarfile
import time
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, evolve

from smtf_backends.sagemaker.artifacts import Artifacts
from smtf_backends.sagemaker.carried import ENTRY
from smtf_backends.sagemaker.container import KEPT
from smtf_backends.sagemaker.deploying import Deployments
from smtf_backends.sagemaker.description import job_of, status_of
from smtf_backends.sagemaker.endpoint import SageMakerEndpoint
from smtf_backends.sagemaker.logs import JobLog
from smtf_backends.sagemaker.progress import LogProgress
from smtf_backends.sagemaker.request import Place, check_for_sagemaker, training_request
from smtf_backends.sagemaker.services import ServiceError, Services, told
from smtf_backends.sagemaker.storage import Storage, check_local
from smtf_core.errors import InvalidInputError, StorageError
from smtf_core.interfaces import EndpointPlan
from smtf_core.models import (
    ExportedModel,
    Job,
    JobHandle,
    JobRecord,
    JobState,
    JobStatus,
    LogLine,
    TrainingResult,
)
from smtf_core.models.converter import from_data
from smtf_core.models.environment import decode_hyperparameters
from smtf_core.plugins import PluginManager
from smtf_core.s3 import S3Folder

_log = logging.getLogger("smtf")

_NAME = "sagemaker"
# How often the service is asked for a job's state, and how long one goes on with the last answer while it fails.
_DESCRIBE_SECONDS = 5.0
_PATIENCE_SECONDS = 600.0
# How many lines of the failing host's log stand in a failure.
_TAIL = 20
# The job's output archive, what in it is smtf's result, and up to which size it is read for that. Bytes.
_MOST_OUTPUT = 256 * 2**20
_OUTPUT, _RESULT = "output.tar.gz", f"{KEPT}/result.json"


@define
class _Known:
    """What the service said of a job, and when.

    Args:
        described: the answer of DescribeTrainingJob.
        at: when it came.
        status: what it means.
    """

    described: Mapping[str, Any]
    at: float
    status: JobStatus


class SageMakerBackend:
    """Runs jobs on SageMaker. See :class:`~smtf_core.interfaces.Backend`.

    Args:
        plugins: not used: the hosts find the plugins that their image has.
    """

    def __init__(self, plugins: PluginManager) -> None:
        self._services = Services()
        self._storage = Storage(self._services)
        self._deployments = Deployments(self._services, Artifacts(self._services, self._storage))
        self._known: dict[str, _Known] = {}
        self._progress: dict[str, LogProgress] = {}
        self._reasons: dict[str, str] = {}  # job → why it was stopped from here; SageMaker keeps no reason

    def complete(self, job: Job) -> Job:
        """See :class:`~smtf_core.interfaces.CompletingBackend`: output path and checkpoint path."""
        check_for_sagemaker(job, self._services.region)
        check_local(job)
        output = job.output_path
        if "{" in output:
            output = output.format(region=self._services.region, account=self._services.account)
        checkpoints = job.checkpoint_path or f"{output.rstrip('/')}/{job.name}/checkpoints"
        return evolve(job, output_path=output, checkpoint_path=checkpoints)

    def submit(self, job: Job) -> JobHandle:
        """See :class:`~smtf_core.interfaces.Backend`."""
        job = self.complete(job)
        if self._storage.uses_default_bucket(job):
            self._storage.require_default_bucket()
        job = self._storage.upload_channels(job)
        code = self._storage.upload_code(job)
        role = self._services.role_arn(str(job.access.role))
        request = training_request(job, Place(region=self._services.region, role_arn=role, code_uri=code))
        with told("sagemaker:CreateTrainingJob", f"training job {job.name}"):
            answer = self._services.client("sagemaker").create_training_job(**request)
        # What is known until the service is asked, which may fail for a time.
        self._known[job.name] = _Known(request, time.monotonic(), JobStatus(state=JobState.IN_PROGRESS))
        return self._handle(job.name, job.output_path, str(answer["TrainingJobArn"]))

    def status(self, handle: JobHandle) -> JobStatus:
        """See :class:`~smtf_core.interfaces.Backend`; asks the service every few seconds only."""
        known = self._known.get(handle.job_name)
        if known is None or not (known.status.state.terminal or time.monotonic() < known.at + _DESCRIBE_SECONDS):
            known = self._ask_again(handle, known)
        if known.status.state.terminal:
            return known.status  # the same for all who ask, whether they have read the log or not
        progress = self._progress.get(handle.job_name)
        return evolve(known.status, progress=None if progress is None else progress.progress)

    def logs(self, handle: JobHandle, follow: bool = False) -> Iterator[LogLine]:
        """See :class:`~smtf_core.interfaces.Backend`; the lines of all hosts, merged by time."""
        known = self._known.get(handle.job_name) or self._learn(handle.job_name)
        described = known.described
        log = JobLog(self._services, handle.job_name, _hosts(described))
        steps = decode_hyperparameters(described.get("HyperParameters") or {}).get("training_steps")
        progress = LogProgress(steps if isinstance(steps, int) else None)
        self._progress[handle.job_name] = progress
        for line in log.follow(lambda: self.status(handle).state.terminal) if follow else log.lines():
            progress.read(line.text)
            yield line

    def stop(self, handle: JobHandle, reason: str) -> None:
        """See :class:`~smtf_core.interfaces.Backend`; the reason is known to this process only."""
        self._known.pop(handle.job_name, None)
        if self.status(handle).state is not JobState.IN_PROGRESS:
            return
        _log.info("stopping training job %s: %s", handle.job_name, reason)
        self._known.pop(handle.job_name, None)
        try:
            with told("sagemaker:StopTrainingJob", f"training job {handle.job_name}"):
                self._services.client("sagemaker").stop_training_job(TrainingJobName=handle.job_name)
            self._reasons[handle.job_name] = reason
        except InvalidInputError:
            if not self.status(handle).state.terminal:  # else it has ended in between
                raise

    def result(self, handle: JobHandle) -> TrainingResult | None:
        """See :class:`~smtf_core.interfaces.Backend`; with the metrics where smtf ran the script."""
        status = self.status(handle)
        if not status.state.terminal or status.state is JobState.FAILED:
            return None
        described = self._known[handle.job_name].described
        artifact = (described.get("ModelArtifacts") or {}).get("S3ModelArtifacts")
        values = decode_hyperparameters(described.get("HyperParameters") or {})
        said = self._own_result(artifact) if artifact and values.get("sagemaker_program") == ENTRY else None
        progress = self._progress.get(handle.job_name)
        read = None if progress is None else progress.progress
        step = said.global_step if said else read.step if read else 0
        return evolve(
            said or TrainingResult(state=status.state.value, global_step=step),
            state=status.state.value,
            model_dir=values.get("checkpoint_path") or None,
            exported=ExportedModel(path=artifact, step=step) if artifact else None,
            stop_reason=status.message if status.state is JobState.STOPPED else None,
        )

    def find(self, job_name: str) -> JobHandle:
        """See :class:`~smtf_core.interfaces.DetachedBackend`; any training job, whoever created it."""
        described = self._learn(job_name).described
        output = str((described.get("OutputDataConfig") or {}).get("S3OutputPath") or "")
        return self._handle(job_name, output, str(described["TrainingJobArn"]))

    def jobs(self, newest: int) -> tuple[JobRecord, ...]:
        """See :class:`~smtf_core.interfaces.DetachedBackend`."""
        with told("sagemaker:ListTrainingJobs", "training jobs"):
            pages = self._services.client("sagemaker").get_paginator("list_training_jobs")
            found = pages.paginate(
                SortBy="CreationTime", SortOrder="Descending", PaginationConfig={"MaxItems": newest}
            ).build_full_result()
        return tuple(
            JobRecord(
                handle=self._handle(summary["TrainingJobName"], "", summary["TrainingJobArn"]),
                state=JobState(summary["TrainingJobStatus"]),
                created=summary["CreationTime"].timestamp(),
            )
            for summary in found.get("TrainingJobSummaries", ())
        )

    def describe(self, handle: JobHandle) -> Job:
        """See :class:`~smtf_core.interfaces.DetachedBackend`."""
        return job_of(self._describe(handle.job_name), self._services.region, _NAME)

    def clean(self) -> tuple[str, ...]:
        """See :class:`~smtf_core.interfaces.DetachedBackend`; SageMaker itself gives back what jobs have used."""
        return ()

    def deploy(self, plan: EndpointPlan) -> SageMakerEndpoint:
        """See :class:`~smtf_core.interfaces.ServingBackend`; a model, an endpoint configuration and an endpoint."""
        return self._deployments.deploy(plan)

    def endpoints(self) -> tuple[SageMakerEndpoint, ...]:
        """See :class:`~smtf_core.interfaces.ServingBackend`; those of the account in this region."""
        return self._deployments.all()

    def _handle(self, job_name: str, output_path: str, arn: str) -> JobHandle:
        location = f"{output_path.rstrip('/')}/{job_name}" if output_path else arn
        details = {"arn": arn, "region": self._services.region}
        return JobHandle(backend=_NAME, job_name=job_name, location=location, details=details)

    def _ask_again(self, handle: JobHandle, known: _Known | None) -> _Known:
        """Describe the job; while the service fails for a time, what it said last stands."""
        try:
            return self._learn(handle.job_name)
        except ServiceError as error:
            if known is None or not error.transient or time.monotonic() > known.at + _PATIENCE_SECONDS:
                raise
            _log.warning("%s; trying again", error)
            return known

    def _learn(self, job_name: str) -> _Known:
        described = self._describe(job_name)
        status = status_of(described)
        if status.state is JobState.FAILED:
            status = evolve(status, failure=f"{status.failure}{self._last_words(job_name, described)}")
        elif status.state is JobState.STOPPED and (why := self._reasons.get(job_name)):
            status = evolve(status, message=f"{status.message}: {why}")
        self._known[job_name] = known = _Known(described, time.monotonic(), status)
        return known

    def _describe(self, job_name: str) -> Mapping[str, Any]:
        with told("sagemaker:DescribeTrainingJob", f"training job {job_name}"):
            answer: Mapping[str, Any] = self._services.client("sagemaker").describe_training_job(
                TrainingJobName=job_name
            )
            return answer

    def _last_words(self, job_name: str, described: Mapping[str, Any]) -> str:
        """The end of the failing host's log, for the failure."""
        try:
            tails = JobLog(self._services, job_name, _hosts(described)).tails(_TAIL)
        except ServiceError as error:
            return f"\n(its log cannot be read: {error})"
        host = _failing_host(str(described.get("FailureReason") or ""), tails)
        return "" if host is None else "\n".join([f"\nThe last lines of {host}:", *tails[host]])

    def _own_result(self, artifact: str) -> TrainingResult | None:
        """What smtf's runtime wrote, from the job's output archive; ``None`` where there is none."""
        folder = S3Folder(artifact.rpartition("/")[0], self._services.s3)
        try:
            found = folder.find(_OUTPUT)
            if found is None:
                return None
            if found.size > _MOST_OUTPUT:
                _log.warning("the job's metrics are in %s, which is too large to look into", folder.uri(_OUTPUT))
                return None
            content = folder.read(_OUTPUT)
        except StorageError as error:
            _log.warning("the job's metrics cannot be read: %s", error)
            return None
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            names = [name for name in archive.getnames() if name.removeprefix("./") == _RESULT]
            file = archive.extractfile(names[0]) if names else None
            return None if file is None else from_data(json.loads(file.read()), TrainingResult, _RESULT)


def _hosts(described: Mapping[str, Any]) -> int:
    return int((described.get("ResourceConfig") or {}).get("InstanceCount") or 1)


def _failing_host(reason: str, tails: Mapping[str, list[str]]) -> str | None:
    """The host that the reason names, else the first one whose log ends with an error, else the first one."""
    named = [host for host in tails if host in reason]
    wrong = [host for host, lines in tails.items() if any("Error" in line or "Traceback" in line for line in lines)]
    return next(iter([*named, *wrong, *tails]), None)
