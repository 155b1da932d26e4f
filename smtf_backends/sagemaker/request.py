"""A job as a CreateTrainingJob request.

Source: the requests that the SageMaker SDK sent in its legacy mode; the fields that it did not know yet are those of
the service's API reference. Nothing here talks to anybody.
"""

from __future__ import annotations

import math
from typing import Any

from attrs import frozen

from smtf_backends.sagemaker.carried import ENTRY
from smtf_backends.sagemaker.images import CONTAINER, image_of, runtime_of
from smtf_core.client.staging import runtime_hyperparameters
from smtf_core.errors import InvalidInputError
from smtf_core.models import Channel, Job
from smtf_core.models.uri import scheme_of

# Source: limits of CreateTrainingJob.
_MOST_TAGS, _MOST_METRICS, _MOST_CHANNELS, _MOST_HYPERPARAMETERS = 50, 40, 20, 100
_MOST_HYPERPARAMETER_LENGTH = 2500
# What the legacy image's own code reads; smtf's further ones are for smtf.
_OWN_PREFIX = "smtf_"


@frozen(kw_only=True)
class Place:
    """What of a request only the account knows.

    Args:
        region: the region.
        role_arn: the role that the job gets.
        code_uri: the uploaded code.
    """

    region: str
    role_arn: str
    code_uri: str


def training_request(job: Job, place: Place) -> dict[str, Any]:
    """The request.

    Args:
        job: checked, complete, with all channels on S3.
        place: see there.
    """
    request: dict[str, Any] = {
        "TrainingJobName": job.name,
        "AlgorithmSpecification": _algorithm(job, place.region),
        "RoleArn": place.role_arn,
        "OutputDataConfig": _output(job),
        "ResourceConfig": _resources(job),
        "StoppingCondition": _stopping(job),
        "HyperParameters": hyperparameters(job, place),
    }
    if job.channels:
        request["InputDataConfig"] = [_channel(channel) for channel in job.channels]
    access = job.access
    if access.subnets:
        request["VpcConfig"] = {"Subnets": list(access.subnets), "SecurityGroupIds": list(access.security_group_ids)}
    if access.tags:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in access.tags]
    if job.resources.spot:
        request["EnableManagedSpotTraining"] = True
    if job.checkpoint_s3_uri is not None:
        local = {} if job.checkpoint_local_path is None else {"LocalPath": job.checkpoint_local_path}
        request["CheckpointConfig"] = {"S3Uri": job.checkpoint_s3_uri, **local}
    if access.network_isolation:
        request["EnableNetworkIsolation"] = True
    if access.encrypt_traffic:
        request["EnableInterContainerTrafficEncryption"] = True
    if job.environment:
        request["Environment"] = dict(job.environment)
    return request


def hyperparameters(job: Job, place: Place) -> dict[str, str]:
    """The user's hyperparameters and the reserved ones, as JSON."""
    everything = runtime_hyperparameters(job, place.code_uri, region=place.region)
    if runtime_of(job) == CONTAINER:
        return {key: value for key, value in everything.items() if not key.startswith(_OWN_PREFIX)}
    # The image's script mode starts this one, which starts smtf, which runs the user's.
    program = everything["sagemaker_program"]
    own = {key: value for key, value in everything.items() if not key.startswith(_OWN_PREFIX) or value != "null"}
    return {**own, "sagemaker_program": f'"{ENTRY}"', "smtf_program": program}


def check_for_sagemaker(job: Job, region: str) -> None:
    """Check what the service would refuse, or take for something else, before anybody is asked.

    Raises:
        InvalidInputError: names the argument and the remedy.
    """
    if not job.access.role:
        raise InvalidInputError(
            "role is missing: the IAM role, name or ARN, with which the job reads its data and writes its results"
        )
    for name, uri in (("output_path", job.output_path), ("code_location", job.code_location)):
        if uri is not None and scheme_of(uri) != "s3":
            raise InvalidInputError(f"{name} {uri!r}: backend sagemaker writes to s3://bucket/prefix")
    if job.checkpoint_path is not None and scheme_of(job.checkpoint_path) != "s3":
        raise InvalidInputError(
            f"checkpoint_path {job.checkpoint_path!r}: the hosts of a training job keep checkpoints on s3://bucket/prefix"
        )
    image_of(job, region)
    _check_resources(job)
    _check_counts(job)
    for channel in job.channels:
        _check_channel(channel)


def _check_resources(job: Job) -> None:
    resources = job.resources
    for name, value in (("train_max_run", resources.max_run_seconds), ("train_max_wait", resources.max_wait_seconds)):
        if value is not None and not value >= 1:
            raise InvalidInputError(f"{name} must be 1 second or more, not {value!r}")
    if isinstance(resources.volume_size_gb, bool) or not isinstance(resources.volume_size_gb, int):
        raise InvalidInputError(f"train_volume_size must be a whole number of GiB, not {resources.volume_size_gb!r}")
    if resources.volume_size_gb < 1:
        raise InvalidInputError(f"train_volume_size must be 1 GiB or more, not {resources.volume_size_gb}")
    if resources.max_wait_seconds is not None and not resources.spot:
        raise InvalidInputError("train_max_wait is for spot instances only; set train_use_spot_instances=True as well")
    if resources.spot:
        if resources.max_wait_seconds is None:
            raise InvalidInputError(
                "train_use_spot_instances needs train_max_wait: seconds for waiting and training together"
            )
        if resources.max_wait_seconds < resources.max_run_seconds:
            raise InvalidInputError(
                f"train_max_wait ({resources.max_wait_seconds:g} s) counts the training too, so it must be at least "
                f"train_max_run ({resources.max_run_seconds:g} s)"
            )
    if job.checkpoint_local_path is not None and job.checkpoint_s3_uri is None:
        raise InvalidInputError("checkpoint_local_path needs checkpoint_s3_uri, which it is kept in step with")
    if job.checkpoint_s3_uri is not None and scheme_of(job.checkpoint_s3_uri) != "s3":
        raise InvalidInputError(f"checkpoint_s3_uri {job.checkpoint_s3_uri!r} must be s3://bucket/prefix")


def _check_counts(job: Job) -> None:
    counted = (
        ("tags", len(job.access.tags), _MOST_TAGS),
        ("metric_definitions", len(job.metric_definitions), _MOST_METRICS),
        ("channels", len(job.channels), _MOST_CHANNELS),
        ("hyperparameters (the reserved ones included)", len(_probe(job)), _MOST_HYPERPARAMETERS),
    )
    for what, count, most in counted:
        if count > most:
            raise InvalidInputError(f"SageMaker takes at most {most} {what}, not {count}")
    for key, text in _probe(job).items():
        if len(text) > _MOST_HYPERPARAMETER_LENGTH:
            raise InvalidInputError(
                f"hyperparameter {key!r} is {len(text)} characters long as JSON; SageMaker takes "
                f"{_MOST_HYPERPARAMETER_LENGTH}. Put it into a file beside the script or into a channel"
            )


def _probe(job: Job) -> dict[str, str]:
    return hyperparameters(job, Place(region="", role_arn="", code_uri=""))


def _check_channel(channel: Channel) -> None:
    choices = (
        ("distribution", channel.distribution, ("FullyReplicated", "ShardedByS3Key")),
        ("compression", channel.compression, (None, "None", "Gzip")),
        ("record_wrapping", channel.record_wrapping, (None, "None", "RecordIO")),
        ("s3_data_type", channel.s3_data_type, ("S3Prefix", "ManifestFile", "AugmentedManifestFile")),
    )
    for name, value, known in choices:
        if value not in known:
            words = ", ".join(repr(choice) for choice in known)
            raise InvalidInputError(f"channel {channel.name!r}: {name} must be one of {words}, not {value!r}")
    if channel.attribute_names and channel.s3_data_type != "AugmentedManifestFile":
        raise InvalidInputError(
            f"channel {channel.name!r}: attribute_names are those of an s3_data_type='AugmentedManifestFile'"
        )


def _algorithm(job: Job, region: str) -> dict[str, Any]:
    metrics = [{"Name": name, "Regex": regex} for name, regex in job.metric_definitions]
    return {
        "TrainingImage": image_of(job, region),
        "TrainingInputMode": job.input_mode,
        **({"MetricDefinitions": metrics} if metrics else {}),
    }


def _output(job: Job) -> dict[str, str]:
    key = job.access.output_kms_key
    return {"S3OutputPath": job.output_path, **({} if key is None else {"KmsKeyId": key})}


def _resources(job: Job) -> dict[str, Any]:
    resources, key = job.resources, job.access.volume_kms_key
    return {
        "InstanceType": resources.instance_type,
        "InstanceCount": resources.instance_count,
        "VolumeSizeInGB": resources.volume_size_gb,
        **({} if key is None else {"VolumeKmsKeyId": key}),
    }


def _stopping(job: Job) -> dict[str, int]:
    wait = job.resources.max_wait_seconds
    return {
        "MaxRuntimeInSeconds": math.ceil(job.resources.max_run_seconds),
        **({} if wait is None else {"MaxWaitTimeInSeconds": math.ceil(wait)}),
    }


def _channel(channel: Channel) -> dict[str, Any]:
    source: dict[str, Any] = {
        "S3DataType": channel.s3_data_type,
        "S3Uri": channel.uri,
        "S3DataDistributionType": channel.distribution,
    }
    if channel.attribute_names:
        source["AttributeNames"] = list(channel.attribute_names)
    described = {
        "ContentType": channel.content_type,
        "CompressionType": channel.compression,
        "RecordWrapperType": channel.record_wrapping,
        "InputMode": channel.input_mode,
    }
    return {
        "ChannelName": channel.name,
        "DataSource": {"S3DataSource": source},
        **{key: value for key, value in described.items() if value is not None},
        **({} if channel.shuffle_seed is None else {"ShuffleConfig": {"Seed": channel.shuffle_seed}}),
    }
