"""Any training job as DescribeTrainingJob tells it, whoever created it: its state, and the Job that it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve

from smtf_backends.sagemaker.carried import ENTRY
from smtf_backends.sagemaker.images import (
    CONTAINER,
    SMTF,
    image_of,
    is_standard,
    python_in_image,
    runtime_of,
    version_in_image,
)
from smtf_core.errors import InvalidInputError
from smtf_core.models import Access, Channel, FrameworkVersion, Job, JobState, JobStatus, Resources, Transition
from smtf_core.models.environment import decode_hyperparameters

_STEERING = ("checkpoint_path", "training_steps", "evaluation_steps")
_OWN_PREFIXES = ("sagemaker_", "smtf_")


def job_of(described: Mapping[str, Any], region: str, backend: str) -> Job:
    """The job that would be submitted as this one was.

    What the description does not tell has its default; values that are not JSON are taken as text, as jobs have them
    that were not submitted by the SageMaker SDK.

    Args:
        described: the answer of DescribeTrainingJob.
        region: the region.
        backend: the backend's name.
    """
    values = decode_hyperparameters(described.get("HyperParameters") or {})
    own = {key: value for key, value in values.items() if not key.startswith(_OWN_PREFIXES) and key not in _STEERING}
    smtf = {key.removeprefix("smtf_"): value for key, value in values.items() if key.startswith("smtf_")}
    program, code = values.get("sagemaker_program"), values.get("sagemaker_submit_directory")
    image = str(described.get("AlgorithmSpecification", {}).get("TrainingImage") or "")
    runtime = SMTF if program == ENTRY else CONTAINER
    output, resources, stopping = (
        described.get(key) or {} for key in ("OutputDataConfig", "ResourceConfig", "StoppingCondition")
    )
    vpc, checkpoints = described.get("VpcConfig") or {}, described.get("CheckpointConfig") or {}
    job = Job(
        name=described["TrainingJobName"],
        backend=backend,
        entry_point=str(smtf.get("program") or program or ""),
        source_dir=None if code is None else str(code),
        requirements_file=values.get("sagemaker_requirements") or None,
        hyperparameters=own,
        channels=_channels(described.get("InputDataConfig") or ()),
        framework_version=_version(smtf.get("framework_version"), image),
        py_version=smtf.get("py_version") or (python_in_image(image) if runtime == CONTAINER else None),
        input_mode=described.get("AlgorithmSpecification", {}).get("TrainingInputMode") or "File",
        training_steps=_steps(values.get("training_steps")),
        evaluation_steps=_steps(values.get("evaluation_steps")),
        checkpoint_path=values.get("checkpoint_path") or None,
        output_path=str(output.get("S3OutputPath") or ""),
        environment=described.get("Environment") or {},
        resources=Resources(
            instance_type=resources.get("InstanceType") or "ml.m5.large",
            instance_count=resources.get("InstanceCount") or 1,
            volume_size_gb=resources.get("VolumeSizeInGB") or 30,
            max_run_seconds=stopping.get("MaxRuntimeInSeconds") or 86400,
            spot=bool(described.get("EnableManagedSpotTraining")),
            max_wait_seconds=stopping.get("MaxWaitTimeInSeconds"),
        ),
        access=Access(
            role=described.get("RoleArn"),
            output_kms_key=output.get("KmsKeyId") or None,
            volume_kms_key=resources.get("VolumeKmsKeyId") or None,
            subnets=tuple(vpc.get("Subnets") or ()),
            security_group_ids=tuple(vpc.get("SecurityGroupIds") or ()),
            network_isolation=bool(described.get("EnableNetworkIsolation")),
            encrypt_traffic=bool(described.get("EnableInterContainerTrafficEncryption")),
        ),
        distribution=smtf.get("distribution"),
        script_loader=smtf.get("script_loader"),
        runtime=runtime,
        metric_definitions=tuple(
            (metric["Name"], metric["Regex"])
            for metric in described.get("AlgorithmSpecification", {}).get("MetricDefinitions") or ()
        ),
        checkpoint_s3_uri=checkpoints.get("S3Uri"),
        checkpoint_local_path=checkpoints.get("LocalPath"),
        image=image or None,
        log_level=_level(values.get("sagemaker_container_log_level")),
    )
    return _without_standard_image(job, region)


def status_of(described: Mapping[str, Any]) -> JobStatus:
    """The job's state, and how it came to it."""
    state = JobState(described["TrainingJobStatus"])
    transitions = tuple(
        Transition(
            status=found["Status"],
            message=found.get("StatusMessage") or "",
            timestamp=_timestamp(found.get("StartTime")),
        )
        for found in described.get("SecondaryStatusTransitions") or ()
    )
    reason = str(described.get("FailureReason") or "").strip()
    message = reason or (transitions[-1].message if transitions else described.get("SecondaryStatus") or "")
    return JobStatus(
        state=state,
        message=message,
        failure=(reason or "SageMaker gives no reason") if state is JobState.FAILED else None,
        transitions=transitions,
        billable_seconds=_billable(described) if state.terminal else None,
    )


def _billable(described: Mapping[str, Any]) -> float | None:
    seconds = described.get("BillableTimeInSeconds")
    if seconds is None:
        start, end = described.get("TrainingStartTime"), described.get("TrainingEndTime")
        if start is None or end is None:
            return None
        seconds = (end - start).total_seconds() + 1  # SageMaker bills begun seconds
    return float(seconds) * int((described.get("ResourceConfig") or {}).get("InstanceCount") or 1)


def _channels(described: Sequence[Mapping[str, Any]]) -> tuple[Channel, ...]:
    channels = []
    for channel in described:
        source = (channel.get("DataSource") or {}).get("S3DataSource")
        if source is None:
            continue  # a file system, which no Channel can name
        wrapping, compression = channel.get("RecordWrapperType"), channel.get("CompressionType")
        channels.append(
            Channel(
                name=channel["ChannelName"],
                uri=source["S3Uri"],
                input_mode=channel.get("InputMode"),
                distribution=source.get("S3DataDistributionType") or "FullyReplicated",
                content_type=channel.get("ContentType"),
                compression=None if compression == "None" else compression,
                record_wrapping=None if wrapping == "None" else wrapping,
                s3_data_type=source.get("S3DataType") or "S3Prefix",
                attribute_names=tuple(source.get("AttributeNames") or ()),
                shuffle_seed=(channel.get("ShuffleConfig") or {}).get("Seed"),
            )
        )
    return tuple(channels)


def _version(said: Any, image: str) -> FrameworkVersion:
    try:
        version = FrameworkVersion.parse(str(said)) if said else version_in_image(image)
    except InvalidInputError:
        version = None
    return version or FrameworkVersion.parse(None)


def _without_standard_image(job: Job, region: str) -> Job:
    """Let the version name the image, where it names this one: so a changed version changes the image, too."""
    unnamed = evolve(job, image=None)
    if job.image is None or not is_standard(job.image):
        return job
    try:
        if runtime_of(unnamed) == job.runtime and image_of(unnamed, region) == job.image:
            return unnamed
    except InvalidInputError:
        pass
    return job


def _steps(value: Any) -> int | None:
    try:
        return None if value is None else int(value)
    except (TypeError, ValueError):
        return None


def _level(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 20


def _timestamp(moment: datetime | None) -> float:
    return 0.0 if moment is None else moment.timestamp()
