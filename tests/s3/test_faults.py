"""What S3 refuses, and what is said about it: for channels of both kinds and for checkpoints."""

import json
import os
import re
import time
from contextlib import contextmanager

import boto3
import pytest
from saver import write_checkpoint
from servers.fault_proxy import ELSEWHERE, fault_proxy

from smtf_core.errors import InvalidInputError, StorageError
from smtf_core.models import Channel, Layout
from smtf_core.runtime.channels.feed.mode import PipeMode
from smtf_core.runtime.channels.file import FileMode
from smtf_core.runtime.stores import s3
from smtf_core.runtime.stores.s3 import S3Store
from smtf_core.s3 import S3Folder

OLD, NEW = "OLDKEY", "NEWKEY"


def region_of(request):
    match = re.search(r"Credential=[^/]+/\d+/([^/]+)/s3", request.headers.get("Authorization", ""))
    return match[1] if match else None


def action_of(request):
    """The permission that a request needs."""
    path, _, query = request.path.partition("?")
    if "/" not in path.strip("/"):
        if "uploads" in query:
            return "s3:ListBucketMultipartUploads"
        return "s3:DeleteObject" if "delete" in query else "s3:ListBucket"
    return "s3:GetObject" if request.command in ("GET", "HEAD") else "s3:PutObject"


def read_channel(uri, folder):
    """All of a channel in File mode."""
    layout = Layout(folder)
    layout.create()
    channel = Channel(name="x", uri=uri)
    FileMode().check(channel)
    with FileMode().feed(channel, layout.data, "algo-1", ("algo-1",)):
        return {path.name: path.read_bytes() for path in layout.channel("x").iterdir()}


def stream_channel(uri, folder):
    """All of a channel in Pipe mode."""
    layout = Layout(folder)
    layout.create()
    channel = Channel(name="x", uri=uri)
    PipeMode().check(channel)
    with PipeMode().feed(channel, layout.data, "algo-1", ("algo-1",)):
        return (layout.data / "x_0").read_bytes()


def save(uri, folder):
    """A checkpoint that is saved, and the step that comes back."""
    store = S3Store(uri)
    store.restore(folder)
    store.save(write_checkpoint(folder, 1, []))
    store.close()
    return S3Store(uri).restore(folder.with_name(f"{folder.name}-again")).step


@pytest.fixture
def uri(bucket):
    place = S3Folder(f"s3://{bucket}/data")
    place.write("a", b"content of a")
    return place.uri()


@pytest.fixture
def refusing(s3_server, s3_endpoint):
    """`with refusing(lambda request: (403, "AccessDenied")):` S3 answers so."""

    @contextmanager
    def proxy(refuse):
        with fault_proxy(s3_server, share=0, refuse=refuse) as running:
            s3_endpoint(running.url)
            yield running
        s3_endpoint(s3_server)

    return proxy


@pytest.mark.parametrize(
    ("work", "denied", "target"),
    [
        (read_channel, "s3:ListBucket", "data/"),
        (read_channel, "s3:GetObject", "data/a"),
        (stream_channel, "s3:GetObject", "data/a"),
        (save, "s3:ListBucket", "data/"),
        (save, "s3:GetObject", "data/checkpoint"),
        (save, "s3:PutObject", "data/model.ckpt-1.data-00000-of-00002"),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_missing_permission_is_named(uri, tmp_path, refusing, work, denied, target):
    if work is save:
        save(uri, tmp_path / "before")
    begun = time.monotonic()
    with refusing(lambda request: (403, "AccessDenied") if action_of(request) == denied else None):
        with pytest.raises(
            Exception, match=rf"cannot do {denied} on {uri.removesuffix('data/')}{target}: access denied"
        ) as raised:
            work(uri, tmp_path / "job")
    assert f"allow {denied} on it" in str(raised.value)
    assert "if it is somebody else's, name another" in str(raised.value)
    assert time.monotonic() - begun < 20  # nobody tries that again
    assert "secret-of-the-test" not in str(raised.value)


def test_unfinished_uploads_need_not_be_seen(uri, tmp_path, refusing, caplog):
    denied = "s3:ListBucketMultipartUploads"
    with refusing(lambda request: (403, "AccessDenied") if action_of(request) == denied else None):
        assert save(uri, tmp_path / "job") == 1
    assert f"cannot do {denied} on {uri}: access denied" in caplog.text


@pytest.mark.parametrize("work", [read_channel, stream_channel, save])
def test_credentials_that_expire_in_the_middle(uri, tmp_path, refusing, monkeypatch, work):
    """Somebody renews them in the file where they are."""
    keys = tmp_path / "credentials"

    def write_keys(name):
        keys.write_text(f"[default]\naws_access_key_id = {name}\naws_secret_access_key = x\n")

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
    write_keys(OLD)
    seen = []

    def expired(request):
        seen.append(NEW if NEW in request.headers["Authorization"] else OLD)
        if seen == [OLD, OLD]:
            write_keys(NEW)  # from the third request on the old ones are too old
        return (400, "ExpiredToken") if seen[-1] == OLD and len(seen) > 2 else None

    with refusing(expired) as proxy:
        work(uri, tmp_path / "job")
        assert proxy.spoilt["refused"] in range(1, 20)
    assert seen[:3] == [OLD] * 3
    assert seen[-1] == NEW


def test_credentials_that_nobody_renews(uri, tmp_path, refusing, monkeypatch):
    monkeypatch.setattr(s3, "PATIENCE", 0.5)
    with refusing(lambda request: (400, "ExpiredToken")) as proxy:
        with pytest.raises(StorageError, match="the AWS credentials have expired; renew them"):
            read_channel(uri, tmp_path / "job")
        assert proxy.spoilt["refused"] == 1  # when S3 is asked for the list it is time to say so
        with pytest.raises(StorageError, match="the AWS credentials have expired; renew them"):
            S3Store(uri).restore(tmp_path / "checkpoints")
        with pytest.raises(StorageError, match="/data/a: the AWS credentials have expired; renew them"):
            S3Folder(uri).find("a")  # the answer to HEAD says only: 400


@pytest.mark.parametrize("work", [read_channel, stream_channel, save])
def test_a_bucket_in_another_region(uri, tmp_path, refusing, work):
    wrong = (301, "PermanentRedirect")
    with refusing(lambda request: None if region_of(request) == ELSEWHERE else wrong) as proxy:
        work(uri, tmp_path / "job")
        assert proxy.spoilt["refused"]
    with refusing(lambda request: wrong):
        with pytest.raises(StorageError, match="the bucket is in another region; set AWS_REGION"):
            work(uri, tmp_path / "job")


@pytest.mark.parametrize("work", [read_channel, stream_channel, save])
def test_no_such_bucket(s3_endpoint, tmp_path, work):
    with pytest.raises(StorageError, match="there is no such bucket; create it or correct the name"):
        work("s3://nowhere-at-all/data/", tmp_path / "job")


@pytest.mark.parametrize("work", [read_channel, stream_channel, save])
def test_every_fault_at_once(uri, tmp_path, s3_server, s3_endpoint, monkeypatch, work):
    monkeypatch.setattr("smtf_core.s3.connection.READ_TIMEOUT", 0.5)
    for number in range(10):
        S3Folder(uri).write(f"{number:02}", os.urandom(10_000))
    there = {found.name: S3Folder(uri).read(found.name) for found in S3Folder(uri).list()}
    with fault_proxy(s3_server, share=0.3, silence=0.7, seed=3) as proxy:
        s3_endpoint(proxy.url)
        came = work(uri, tmp_path / "job")
        assert sum(proxy.spoilt.values()) >= 3
    expected = {read_channel: there, stream_channel: b"".join(there[name] for name in sorted(there)), save: 1}
    assert came == expected[work]


def test_policies_of_a_real_user(uri, tmp_path, s3_server, monkeypatch):
    """moto's own access control: a user who may list but not read."""
    import requests

    iam = boto3.client("iam", endpoint_url=s3_server)
    iam.create_user(UserName="reader")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}
    iam.put_user_policy(UserName="reader", PolicyName="list", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    requests.post(f"{s3_server}/moto-api/reset-auth", data=b"0", timeout=10)
    try:
        FileMode().check(Channel(name="x", uri=uri))
        with pytest.raises(StorageError, match="cannot do s3:GetObject on .*data/a: access denied") as raised:
            read_channel(uri, tmp_path / "job")
    finally:
        requests.post(f"{s3_server}/moto-api/reset-auth", data=b"inf", timeout=10)
    assert key["SecretAccessKey"] not in str(raised.value)


def test_a_manifest_names_what_is_missing(uri):
    S3Folder(uri).write("manifest", json.dumps([{"prefix": uri}, "a", "b"]).encode())
    with pytest.raises(InvalidInputError, match=rf"channel 'x': {uri}manifest: there is no object {uri}b"):
        FileMode().check(Channel(name="x", uri=f"{uri}manifest", s3_data_type="ManifestFile"))
