"""Uploads that go on where they were cut off.

boto3's own transfers begin a broken multipart upload anew and throw its parts away; this keeps what S3 has already.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from s3transfer.utils import ReadFileChunk

#: Files up to this size go in one request. Bytes.
SINGLE = 16 * 2**20
# S3 allows parts of 5 MiB to 5 GiB, at most 10 000 of them.
_PART = 8 * 2**20
_MOST_PARTS = 10_000
_THREADS = 8
_BLOCK = 2**20

Progress = Callable[[int], object]


def upload(
    client: Any, path: Path, bucket: str, key: str, progress: Progress | None = None, kms_key: str | None = None
) -> None:
    """Put a file at a key; the key has its old content or the new one, never a part.

    Nothing of the file is held in memory. What is left of an upload that
    fails stays on S3, for the next call with the same file.

    Args:
        client: an S3 client.
        path: the file; it must not change meanwhile.
        bucket: the bucket.
        key: the key.
        progress: called with the number of bytes that have arrived since the last call, from several threads.
        kms_key: the KMS key that encrypts the object; ``None``: what the bucket does by itself.

    Raises:
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: as boto3 raises them.
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    encryption = {} if kms_key is None else {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key}
    if size <= SINGLE:
        with path.open("rb") as file:
            client.put_object(Bucket=bucket, Key=key, Body=file, **encryption)
        if progress is not None:
            progress(size)
        return
    _Multipart(client, path, size, {"Bucket": bucket, "Key": key}, encryption, progress).run()


class _Multipart:
    def __init__(
        self,
        client: Any,
        path: Path,
        size: int,
        at: Mapping[str, str],
        encryption: Mapping[str, str],
        progress: Progress | None,
    ) -> None:
        self._client = client
        self._path = path
        self._size = size
        self._part = max(_PART, math.ceil(size / _MOST_PARTS))
        self._at = at
        self._encryption = encryption
        self._progress = progress

    def run(self) -> None:
        there: Mapping[int, str] = {}
        upload_id = self._unfinished()
        if upload_id is None:
            upload_id = str(self._client.create_multipart_upload(**self._at, **self._encryption)["UploadId"])
        else:
            there = self._parts(upload_id)
        numbers = range(1, math.ceil(self._size / self._part) + 1)
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="smtf-upload") as pool:
            sent = [pool.submit(self._send, upload_id, number, there.get(number)) for number in numbers]
            try:
                tags = [future.result() for future in sent]
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        parts = [{"PartNumber": number, "ETag": tag} for number, tag in zip(numbers, tags, strict=True)]
        self._client.complete_multipart_upload(**self._at, UploadId=upload_id, MultipartUpload={"Parts": parts})

    def _unfinished(self) -> str | None:
        try:
            found = unfinished_uploads(self._client, self._at["Bucket"], self._at["Key"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            return None  # who may not see unfinished uploads can still begin a new one
        return next((upload_id for key, upload_id in found if key == self._at["Key"]), None)

    def _parts(self, upload_id: str) -> dict[int, str]:
        pages = self._client.get_paginator("list_parts").paginate(**self._at, UploadId=upload_id)
        return {part["PartNumber"]: part["ETag"] for page in pages for part in page.get("Parts", ())}

    def _send(self, upload_id: str, number: int, there: str | None) -> str:
        # boto3's own: a part as bytes costs two more copies of it, and half as much processor time again.
        with ReadFileChunk.from_filename(str(self._path), (number - 1) * self._part, self._part) as part:
            # A part's ETag is its MD5, except under KMS keys; there it never equals it, and the part is sent again.
            if there is None or there.strip('"') != _md5(part):
                sent = self._client.upload_part(**self._at, UploadId=upload_id, PartNumber=number, Body=part)
                there = str(sent["ETag"])
            if self._progress is not None:
                self._progress(len(part))
        return there


def _md5(part: ReadFileChunk) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    while block := part.read(_BLOCK):
        digest.update(block)
    part.seek(0)
    return digest.hexdigest()


def unfinished_uploads(client: Any, bucket: str, prefix: str) -> list[tuple[str, str]]:
    """``(key, upload id)`` of the multipart uploads below ``prefix`` that were neither completed nor given up."""
    pages = client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix)
    return [(found["Key"], found["UploadId"]) for page in pages for found in page.get("Uploads", ())]
