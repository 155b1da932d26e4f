"""What a job needs on S3 before it starts: the account's bucket, the code, and channels that are local files."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from attrs import evolve
from botocore.exceptions import ClientError

from smtf_backends.sagemaker.archive import Member, user_members, write_archive
from smtf_backends.sagemaker.carried import names_taken, runtime_members
from smtf_backends.sagemaker.images import SMTF, runtime_of
from smtf_backends.sagemaker.services import Services
from smtf_core.errors import InvalidInputError
from smtf_core.models import Channel, Job
from smtf_core.models.uri import local_path, scheme_of
from smtf_core.s3 import S3Folder
from smtf_core.s3.connection import told

_log = logging.getLogger("smtf")

# Names of the code's archive, below ``<job name>/source``: without smtf's runtime, and with it.
_ARCHIVE, _ARCHIVE_WITH_RUNTIME = "sourcedir.tar.gz", "sourcedir-smtf.tar.gz"
#: Between two lines that tell how far an upload is.
TELL_SECONDS = 5.0
# What CreateBucket answers where the bucket is there already, or is being made by somebody beside us.
_THERE = {"BucketAlreadyOwnedByYou", "OperationAborted"}


class Telling:
    """Tells in the log how far an upload is, every few seconds; an upload that takes no longer is not told of.

    Args:
        what: is uploaded.
        total: its bytes.
    """

    def __init__(self, what: str, total: int) -> None:
        self._what, self._total = what, total
        self._lock = threading.Lock()
        self._sent = 0
        self._told = time.monotonic()

    def __call__(self, count: int) -> None:
        """Called with the number of bytes that have arrived since the last call, by any thread."""
        with self._lock:
            self._sent += count
            if time.monotonic() < self._told + TELL_SECONDS:
                return
            self._told = time.monotonic()
            sent = self._sent
        _log.info(
            "uploading %s: %.0f of %.0f MB (%.0f %%)",
            self._what,
            sent / 1e6,
            self._total / 1e6,
            100 * sent / max(self._total, 1),
        )


class Storage:
    """Puts things on S3.

    Args:
        services: the account.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def default_bucket(self) -> str:
        """The account's own bucket in this region, by the name that the SDK gives it; it may not exist."""
        return f"sagemaker-{self._services.region}-{self._services.account}"

    def uses_default_bucket(self, job: Job) -> bool:
        """Whether the job's code or results go there, so that it has to exist; asks nobody where they do not."""
        code_is_elsewhere = job.code_location is not None or _is_remote(job.source_dir)
        if not code_is_elsewhere:
            return True
        bucket = S3Folder(job.output_path, self._services.s3).bucket
        return bucket.startswith("sagemaker-") and bucket == self.default_bucket

    def require_default_bucket(self) -> str:
        """The default bucket, made where it does not exist.

        Raises:
            InvalidInputError: it belongs to another account.
            StorageError: it can be neither found nor made.
        """
        bucket, region = self.default_bucket, self._services.region
        client = self._services.s3.client
        if self._exists(client, bucket):
            return bucket
        # Source: CreateBucket takes no location constraint in us-east-1, and needs one elsewhere.
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        with told("s3:CreateBucket", f"s3://{bucket}"):
            try:
                client.create_bucket(Bucket=bucket, **where)
                _log.info("created bucket %s", bucket)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "BucketAlreadyExists":
                    raise _foreign(bucket) from None
                if code not in _THERE:
                    raise
        return bucket

    def code_folder(self, job: Job) -> S3Folder:
        """Where the job's code goes: below ``code_location``, else in the default bucket.

        Raises:
            InvalidInputError: ``code_location`` is no S3 URI.
        """
        location = job.code_location or f"s3://{self.default_bucket}"
        return S3Folder(f"{location.rstrip('/')}/{job.name}/source", self._services.s3)

    def upload_code(self, job: Job) -> str:
        """Upload the job's code, unless it lies on S3 already.

        Returns:
            Its URI.

        Raises:
            InvalidInputError: it is too much, or holds something that cannot be packed.
            StorageError: it cannot be uploaded; nothing half-written is left.
        """
        if job.source_dir is not None and _is_remote(job.source_dir):
            return job.source_dir
        archive = archive_name(job)
        folder = self.code_folder(job)
        with tempfile.TemporaryDirectory(prefix="smtf-code-") as temporary:
            path = Path(temporary, archive)
            write_archive(members_of(job, Path(temporary)), path)
            folder.upload(path, archive, Telling("the code", path.stat().st_size), kms_key=self._kms_key(job, folder))
        return folder.uri(archive)

    def upload_channels(self, job: Job) -> Job:
        """Upload those channels that are local files, each below ``<output_path>/<job name>/input/<channel>``.

        Returns:
            The job with all channels on S3.

        Raises:
            StorageError: something cannot be uploaded.
        """
        return evolve(job, channels=tuple(self._on_s3(channel, job) for channel in job.channels))

    def _on_s3(self, channel: Channel, job: Job) -> Channel:
        path = local_path(channel.uri)
        if path is None:
            return channel
        folder = S3Folder(f"{job.output_path.rstrip('/')}/{job.name}/input/{channel.name}", self._services.s3)
        files = channel_files(channel)
        telling = Telling(f"channel {channel.name!r}", sum(file.stat().st_size for _, file in files))
        for name, file in files:
            folder.upload(file, name, telling, kms_key=self._kms_key(job, folder))
        _log.info("channel %r: uploaded %s to %s", channel.name, path, folder.uri())
        return evolve(channel, uri=folder.uri().rstrip("/"))

    def _kms_key(self, job: Job, folder: S3Folder) -> str | None:
        """What encrypts an upload: the key of the output, which the user has for that bucket.

        Source: the SDK, from version 1.17 on; with another bucket it leaves encryption to the bucket.
        """
        in_output_bucket = folder.bucket == S3Folder(job.output_path, self._services.s3).bucket
        return job.access.output_kms_key if in_output_bucket else None

    def _exists(self, client: Any, bucket: str) -> bool:
        try:
            with told("s3:ListBucket", f"s3://{bucket}"):
                client.head_bucket(Bucket=bucket, ExpectedBucketOwner=self._services.account)
        except OSError as error:
            cause = error.__cause__
            code = str(cause.response["Error"]["Code"]) if isinstance(cause, ClientError) else ""
            # 403: it is somebody else's, or this user may not look at it; CreateBucket tells which.
            if code in ("404", "NoSuchBucket", "403", "AccessDenied"):
                return False
            raise
        return True


def archive_name(job: Job) -> str:
    """The file name of the job's archive."""
    return _ARCHIVE_WITH_RUNTIME if runtime_of(job) == SMTF else _ARCHIVE


def members_of(job: Job, temporary: Path) -> list[Member]:
    """Everything that goes into the job's archive.

    Args:
        job: its code is local.
        temporary: folder for what is generated on the way.
    """
    members = _own_members(job)
    return members if runtime_of(job) != SMTF else members + runtime_members(temporary)


def _own_members(job: Job) -> list[Member]:
    members = user_members(job.entry_point, job.source_dir, job.dependencies)
    if runtime_of(job) == SMTF and (taken := names_taken(members)):
        raise InvalidInputError(f"{taken[0]!r} in the job's code has a name that smtf needs for itself; rename it")
    return members


def check_local(job: Job) -> None:
    """Look at everything local that will be uploaded.

    Raises:
        InvalidInputError: see :func:`~smtf_backends.sagemaker.archive.user_members`; or a channel has no files.
    """
    if not _is_remote(job.source_dir):
        _own_members(job)
    elif runtime_of(job) == SMTF and not str(job.source_dir).endswith(_ARCHIVE_WITH_RUNTIME):
        raise InvalidInputError(
            f"source_dir {job.source_dir!r}: code that lies on S3 is used as it is, so smtf's runtime cannot come "
            "along; give a local folder, or set runtime='container'"
        )
    for channel in job.channels:
        if local_path(channel.uri) is not None:
            channel_files(channel)


def channel_files(channel: Channel) -> list[tuple[str, Path]]:
    """The files of a local channel by their names below it.

    Raises:
        InvalidInputError: there are none; or the channel needs the real URIs of its data.
    """
    path = local_path(channel.uri)
    assert path is not None
    if channel.s3_data_type != "S3Prefix":
        raise InvalidInputError(
            f"channel {channel.name!r}: a local {channel.s3_data_type} names files that SageMaker cannot reach; upload "
            "it with them and give its s3:// URI"
        )
    if path.is_file():
        return [(path.name, path)]
    files = sorted(Path(folder, name) for folder, _, names in os.walk(path, followlinks=True) for name in names)
    if not files:
        raise InvalidInputError(f"channel {channel.name!r}: there are no files at {path}")
    return [(file.relative_to(path).as_posix(), file) for file in files]


def _is_remote(source_dir: str | None) -> bool:
    return source_dir is not None and scheme_of(source_dir) != "file"


def _foreign(bucket: str) -> InvalidInputError:
    return InvalidInputError(
        f"bucket {bucket} belongs to another account, though it has the name of this account's default bucket. Do not "
        "put anything there; set output_path and code_location to a bucket of yours"
    )
