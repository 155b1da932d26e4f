"""Job: everything that a backend needs to know to run a training script, independent of where it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from smtf_core.models.versions import FrameworkVersion


@frozen(kw_only=True)
class Channel:
    """One named input of a job.

    Args:
        name: the channel's name; the script sees its folder as ``channels[name]``.
        uri: a local path (file or folder), ``file://…``, or any scheme that the input mode and backend can read.
        input_mode: ``'File'``, ``'Pipe'``, …; ``None`` means the job's.
        distribution: ``'FullyReplicated'`` or ``'ShardedByS3Key'``, as in SageMaker's ``S3DataDistributionType``.
        content_type: MIME type handed through to the script's environment.
        compression: ``None`` or ``'Gzip'``.
        record_wrapping: ``None`` or ``'RecordIO'``.
        s3_data_type: ``'S3Prefix'``, ``'ManifestFile'`` or ``'AugmentedManifestFile'``.
        attribute_names: for augmented manifests, the attributes to stream.
        shuffle_seed: seed of the per-epoch shuffle of files; ``None`` for a stable order.
    """

    name: str
    uri: str
    input_mode: str | None = None
    distribution: str = "FullyReplicated"
    content_type: str | None = None
    compression: str | None = None
    record_wrapping: str | None = None
    s3_data_type: str = "S3Prefix"
    attribute_names: tuple[str, ...] = ()
    shuffle_seed: int | None = None


@frozen(kw_only=True)
class Resources:
    """What a job runs on.

    Args:
        instance_type: ``'inprocess'``, ``'local'``, ``'ml.c5.xlarge'``, …; chooses the backend unless the job names
            one.
        instance_count: number of hosts, at least 1.
        volume_size_gb: size of the data volume in GiB, on backends that create one.
        max_run_seconds: the job is stopped (checkpoint saved) after this many seconds.
        spot: use spare capacity, which may be taken away, on backends that have such.
        max_wait_seconds: with ``spot``, the most seconds for waiting and training together.
        memory: most memory of a host, ``'512m'``, ``'8g'``, on backends that can limit it.
        cpus: most processors of a host, on backends that can limit them.
        gpus: ``'all'``, a number, or ``'device=0,2'``, on backends that hand GPUs out.
    """

    instance_type: str = "inprocess"
    instance_count: int = 1
    volume_size_gb: int = 30
    max_run_seconds: float = 86400.0
    spot: bool = False
    max_wait_seconds: float | None = None
    memory: str | None = None
    cpus: float | None = None
    gpus: str | None = None


@frozen(kw_only=True)
class Access:
    """Identity, encryption and network of a job, on backends that have them (SageMaker).

    Args:
        role: IAM role, name or ARN.
        output_kms_key: KMS key for the output.
        volume_kms_key: KMS key for the data volume.
        subnets: VPC subnets.
        security_group_ids: VPC security groups.
        tags: ``(key, value)`` pairs.
        network_isolation: whether the hosts reach nothing but their channels and each other.
        encrypt_traffic: whether what the hosts say to each other is encrypted.
    """

    role: str | None = None
    output_kms_key: str | None = None
    volume_kms_key: str | None = None
    subnets: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    network_isolation: bool = False
    encrypt_traffic: bool = False


@frozen(kw_only=True)
class Job:
    """One training job, as submitted to a backend.

    Args:
        name: unique name, ``[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`` as in SageMaker.
        backend: name of the backend that runs it.
        entry_point: the script: relative to ``source_dir`` when there is one, otherwise a local path.
        source_dir: folder that is put on the host as the code folder, or ``None``; on backends that take it from there
            also the URI of a ``tar.gz``.
        dependencies: local folders or files put beside the entry point.
        requirements_file: relative to ``source_dir``; installed before the script is loaded.
        hyperparameters: the user's own; JSON values.
        channels: the inputs, in the user's order.
        framework_version: the release that the script is written for.
        py_version: ``'py2'`` or ``'py3'``: which Python the script is for, and which legacy image runs it on backends
            that use those; ``None``: as its source tells.
        input_mode: default input mode of the channels.
        training_steps: ``max_steps`` of the training; ``None``: until the input ends.
        evaluation_steps: steps of each evaluation; ``None``: until the evaluation input ends.
        checkpoint_path: path or URI of the checkpoints; ``None``: the job's own model folder.
        output_path: folder or URI below which the job's results go.
        code_location: folder or URI below which backends that upload code put it.
        environment: variables that the script finds in ``os.environ`` before TensorFlow is imported.
        resources: what it runs on.
        access: identity, encryption, network.
        distribution: name of the distribution strategy; ``None``: the default for the number of hosts.
        script_loader: name of the script loader; ``None``: the one that claims the framework generation.
        image: container image, on backends that use one.
        runtime: who runs the script on backends that use images: ``'container'``, the image's own code; ``'smtf'``;
            ``None``: the image where it can.
        metric_definitions: ``(name, regular expression)`` pairs, for services that read metrics from the log.
        checkpoint_s3_uri: where a service that copies a local folder of checkpoints puts it.
        checkpoint_local_path: that folder; ``None``: the service's default.
        log_level: a :mod:`logging` level for the job's log (20 = INFO).
    """

    name: str
    backend: str
    entry_point: str
    source_dir: str | None = None
    dependencies: tuple[str, ...] = ()
    requirements_file: str | None = None
    hyperparameters: Mapping[str, Any] = field(factory=dict)
    channels: tuple[Channel, ...] = ()
    framework_version: FrameworkVersion = field(factory=lambda: FrameworkVersion.parse(None))
    py_version: str | None = None
    input_mode: str = "File"
    training_steps: int | None = 1000
    evaluation_steps: int | None = 100
    checkpoint_path: str | None = None
    output_path: str
    code_location: str | None = None
    environment: Mapping[str, str] = field(factory=dict)
    resources: Resources = field(factory=Resources)
    access: Access = field(factory=Access)
    distribution: str | None = None
    script_loader: str | None = None
    image: str | None = None
    runtime: str | None = None
    metric_definitions: tuple[tuple[str, str], ...] = ()
    checkpoint_s3_uri: str | None = None
    checkpoint_local_path: str | None = None
    log_level: int = 20
