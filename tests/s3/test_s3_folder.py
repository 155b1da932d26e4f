"""S3Folder: listing, uploads that go on, downloads, and errors that say what to do."""

from datetime import datetime

import boto3
import pytest

from smtf_core.errors import InvalidInputError, StorageError
from smtf_core.s3 import S3Folder, S3Object
from smtf_core.s3.download import download
from smtf_core.s3.upload import SINGLE


@pytest.mark.parametrize("uri", ["s3://", "s3:///key", "gs://bucket/x", "bucket/x", "s3://bucket/x?versionId=1"])
def test_what_is_not_a_uri_is_refused(uri):
    with pytest.raises(InvalidInputError, match="s3://bucket/prefix"):
        S3Folder(uri)


def test_objects_by_their_names(bucket, tmp_path):
    folder = S3Folder(f"s3://{bucket}/a/b/")
    folder.write("x", b"1")
    folder.write("deep/y#z", b"22")
    S3Folder(f"s3://{bucket}/a").write("bb", b"beside it, not in it")
    S3Folder(f"s3://{bucket}/a").write("b/marker/", b"")
    assert [(found.name, found.size) for found in folder.list()] == [("deep/y#z", 2), ("x", 1)]
    download(folder, folder.find("deep/y#z"), tmp_path / "new" / "y")
    assert (tmp_path / "new" / "y").read_bytes() == b"22" == folder.read("deep/y#z")
    folder.delete(["x", "not there"])
    assert [found.name for found in folder.list()] == ["deep/y#z"]
    assert folder.uri("x") == f"s3://{bucket}/a/b/x"
    assert [found.name for found in S3Folder(f"s3://{bucket}").list("a/b/d")] == ["a/b/deep/y#z"]


@pytest.mark.parametrize("size", [0, 1, SINGLE, SINGLE + 1])
def test_a_file_arrives_whole(bucket, tmp_path, size):
    file = tmp_path / "file"
    file.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    folder, arrived = S3Folder(f"s3://{bucket}"), []
    folder.upload(file, "file", arrived.append)
    assert sum(arrived) == size
    download(folder, folder.find("file"), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == file.read_bytes()


def test_an_upload_goes_on_where_it_was_cut_off(bucket, tmp_path, s3_server):
    client = boto3.client("s3", endpoint_url=s3_server)
    file = tmp_path / "file"
    part = 8 * 2**20
    file.write_bytes(b"a" * part + b"b" * part + b"c" * part)
    begun = client.create_multipart_upload(Bucket=bucket, Key="f")["UploadId"]
    client.upload_part(Bucket=bucket, Key="f", UploadId=begun, PartNumber=1, Body=b"a" * part)
    client.upload_part(Bucket=bucket, Key="f", UploadId=begun, PartNumber=2, Body=b"of another file" * 400_000)
    folder = S3Folder(f"s3://{bucket}")
    sent = []
    folder.connection.client.meta.events.register(
        "before-call.s3.UploadPart", lambda params, **_: sent.append(params["url_path"].partition("partNumber=")[2])
    )
    folder.upload(file, "f")
    assert len(sent) == 2  # the first part was there
    assert folder.read("f") == file.read_bytes()
    assert not client.list_multipart_uploads(Bucket=bucket).get("Uploads")


def test_parts_that_nobody_completed_are_given_up(bucket, s3_server):
    client = boto3.client("s3", endpoint_url=s3_server)
    client.create_multipart_upload(Bucket=bucket, Key="here/x")
    client.create_multipart_upload(Bucket=bucket, Key="elsewhere/x")
    S3Folder(f"s3://{bucket}/here").give_up_uploads()
    assert [found["Key"] for found in client.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["elsewhere/x"]


def test_a_failed_download_leaves_the_file(bucket, tmp_path):
    (tmp_path / "file").write_text("before")
    with pytest.raises(StorageError, match="cannot do s3:GetObject on s3://"):
        download(S3Folder(f"s3://{bucket}"), S3Object("missing", 3, "x", datetime.now()), tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["file"]
    assert (tmp_path / "file").read_text() == "before"


def test_a_missing_bucket_is_named(s3_endpoint):
    with pytest.raises(StorageError, match="s3://nowhere/x/: there is no such bucket") as raised:
        list(S3Folder("s3://nowhere/x").list())
    assert not raised.value.transient


def test_no_credentials(s3_endpoint, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    with pytest.raises(StorageError, match="no AWS credentials.*AWS_PROFILE") as raised:
        S3Folder("s3://bucket").read("x")
    assert "secret-of-the-test" not in str(raised.value)


def test_a_service_that_is_not_there(s3_endpoint, monkeypatch):
    s3_endpoint("http://127.0.0.1:9")
    monkeypatch.setattr("smtf_core.s3.connection.ATTEMPTS", 1)
    with pytest.raises(StorageError, match="S3 cannot be reached.*AWS_ENDPOINT_URL_S3") as raised:
        S3Folder("s3://bucket").read("x")
    assert raised.value.transient
