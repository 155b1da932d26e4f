"""S3Folder: the objects below one ``s3://bucket/prefix``, by their names relative to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen
from botocore.exceptions import ClientError

from smtf_core.errors import InvalidInputError
from smtf_core.s3.connection import S3Connection, told
from smtf_core.s3.upload import Progress, unfinished_uploads, upload

# DeleteObjects takes at most this many keys.
_DELETE_AT_ONCE = 1000


@frozen
class S3Object:
    """One object.

    Args:
        name: its key relative to the folder.
        size: bytes.
        etag: changes with the content.
        modified: when it was written.
    """

    name: str
    size: int
    etag: str
    modified: datetime


class S3Folder:
    """A prefix of a bucket.

    Args:
        uri: ``s3://bucket`` or ``s3://bucket/prefix``, with or without a slash at its end.
        connection: the connection; the process's shared one by default.

    Raises:
        InvalidInputError: not such a URI.
    """

    def __init__(self, uri: str, connection: S3Connection | None = None) -> None:
        parts = urlsplit(uri, allow_fragments=False)
        if parts.scheme.lower() != "s3" or not parts.netloc or parts.query:
            raise InvalidInputError(f"{uri!r} is not an S3 URI: write s3://bucket/prefix")
        prefix = parts.path.strip("/")
        self.bucket = parts.netloc
        self.prefix = f"{prefix}/" if prefix else ""
        self.connection = connection if connection is not None else S3Connection.shared()

    @property
    def _client(self) -> Any:
        return self.connection.client

    def uri(self, name: str = "") -> str:
        """The URI of an object, or of the folder."""
        return f"s3://{self.bucket}/{self.prefix}{name}"

    def list(self, below: str = "") -> Iterator[S3Object]:
        """Every object whose name begins with ``below``, in the order of their keys; markers of folders are left out.

        Raises:
            StorageError: the bucket cannot be listed.
        """
        prefix = f"{self.prefix}{below}"
        with told("s3:ListBucket", f"s3://{self.bucket}/{prefix}"):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
                for found in page.get("Contents", ()):
                    if not found["Key"].endswith("/"):
                        name = found["Key"][len(self.prefix) :]
                        yield S3Object(name, found["Size"], found["ETag"].strip('"'), found["LastModified"])

    def find(self, name: str) -> S3Object | None:
        """One object; ``None`` when there is none of that name.

        Raises:
            StorageError: it cannot be looked at.
        """
        at = {"Bucket": self.bucket, "Key": self.prefix + name}
        with told("s3:GetObject", self.uri(name)):
            try:
                head = self._client.head_object(**at)
            except ClientError:
                # The answer to HEAD has no body that would say what is missing or forbidden; the one to GET has.
                try:
                    head = self._client.get_object(**at)
                except ClientError as error:
                    if error.response["Error"]["Code"] == "NoSuchKey":
                        return None
                    raise
                head["Body"].close()
        return S3Object(name, head["ContentLength"], head["ETag"].strip('"'), head["LastModified"])

    def read(self, name: str) -> bytes:
        """The content of a small object.

        Raises:
            StorageError: it cannot be read.
        """
        with told("s3:GetObject", self.uri(name)):
            content: bytes = self._client.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"].read()
            return content

    def write(self, name: str, content: bytes) -> None:
        """Put a small object.

        Raises:
            StorageError: it cannot be written; the object is as it was.
        """
        with told("s3:PutObject", self.uri(name)):
            self._client.put_object(Bucket=self.bucket, Key=self.prefix + name, Body=content)

    def upload(self, path: Path, name: str, progress: Progress | None = None, kms_key: str | None = None) -> None:
        """Put a file; see :func:`smtf_core.s3.upload.upload`.

        Raises:
            StorageError: it cannot be written; the object is as it was.
        """
        with told("s3:PutObject", self.uri(name)):
            upload(self._client, path, self.bucket, self.prefix + name, progress, kms_key)

    def delete(self, names: Iterable[str]) -> None:
        """Delete objects; those that are not there count as deleted.

        Raises:
            StorageError: something cannot be deleted.
        """
        keys = [{"Key": self.prefix + name} for name in names]
        for start in range(0, len(keys), _DELETE_AT_ONCE):
            with told("s3:DeleteObject", self.uri()):
                answer = self._client.delete_objects(
                    Bucket=self.bucket, Delete={"Objects": keys[start : start + _DELETE_AT_ONCE], "Quiet": True}
                )
                if answer.get("Errors"):
                    raise ClientError({"Error": answer["Errors"][0]}, "DeleteObjects")

    def give_up_uploads(self) -> None:
        """Throw away the parts of uploads that were cut off; S3 keeps them, unseen and billed, until somebody does.

        Raises:
            StorageError: they cannot be listed or thrown away.
        """
        with told("s3:ListBucketMultipartUploads", self.uri()):
            found = unfinished_uploads(self._client, self.bucket, self.prefix)
        with told("s3:AbortMultipartUpload", self.uri()):
            for key, upload_id in found:
                self._client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
