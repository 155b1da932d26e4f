"""File mode with data on S3: what appears in a channel's folder, and what is refused before anything starts."""

import json
import os
import time

import pytest
from servers.fault_proxy import fault_proxy

from smtf_core import TensorFlow
from smtf_core.errors import InvalidInputError
from smtf_core.models import Channel, JobState, Layout, Progress
from smtf_core.runtime.channels.file import FileMode
from smtf_core.s3 import S3Folder


@pytest.fixture
def put(bucket):
    """`put("a/b", "c")` makes objects that hold their own keys."""

    def write(*keys):
        for key in keys:
            S3Folder(f"s3://{bucket}").write(key, key.encode())
        return f"s3://{bucket}"

    return write


@pytest.fixture
def feed(tmp_path):
    """What a host finds in its folder: path → content."""

    def read(channel, host="algo-1", hosts=("algo-1",)):
        layout = Layout(tmp_path / f"{channel.name}-{host}")
        layout.create()
        FileMode().check(channel)
        with FileMode().feed(channel, layout.data, host, hosts):
            folder = layout.channel(channel.name)
            files = [path for path in folder.rglob("*") if path.is_file()]
            return {path.relative_to(folder).as_posix(): path.read_text() for path in files}

    return read


def test_a_prefix_is_the_beginning_of_keys(put, feed):
    uri = put("data/train/a", "data/train/deep/b", "data/train.csv", "data/train-2/c", "data/other", "data/train/")
    assert feed(Channel(name="x", uri=f"{uri}/data/train/")) == {"a": "data/train/a", "deep/b": "data/train/deep/b"}
    assert feed(Channel(name="y", uri=f"{uri}/data/train", input_mode="FastFile")) == {
        "a": "data/train/a",
        "deep/b": "data/train/deep/b",
        "train.csv": "data/train.csv",
        "train-2/c": "data/train-2/c",
    }
    assert feed(Channel(name="z", uri=f"{uri}/data/train.csv")) == {"train.csv": "data/train.csv"}
    assert len(feed(Channel(name="all", uri=uri))) == 5


def test_what_each_host_gets(put, feed):
    uri = put(*(f"part-{number}" for number in range(5)))
    hosts = ("algo-1", "algo-2")
    sharded = Channel(name="x", uri=f"{uri}/part", distribution="ShardedByS3Key")
    assert set(feed(sharded, "algo-1", hosts)) == {"part-0", "part-2", "part-4"}
    assert set(feed(sharded, "algo-2", hosts)) == {"part-1", "part-3"}
    assert len(feed(Channel(name="y", uri=uri), "algo-2", hosts)) == 5


def test_manifests_may_name_both_worlds(put, feed, tmp_path):
    uri = put("data/a", "data/deep/b", "data/c")
    manifest = json.dumps([{"prefix": f"{uri}/data/"}, "deep/b", "a", "a"])
    S3Folder(uri).write("manifest", manifest.encode())
    expected = {"a": "data/a", "deep/b": "data/deep/b"}
    assert feed(Channel(name="x", uri=f"{uri}/manifest", s3_data_type="ManifestFile")) == expected
    (tmp_path / "manifest").write_text(manifest)
    assert feed(Channel(name="y", uri=str(tmp_path / "manifest"), s3_data_type="ManifestFile")) == expected


def test_the_log_and_the_progress_tell(put, feed, tmp_path, caplog):
    uri = put("a", "b")
    with caplog.at_level("INFO", "smtf"):
        feed(Channel(name="x", uri=uri))
        feed(Channel(name="x", uri=uri), "algo-2")
    said = [record.getMessage() for record in caplog.records if record.name == "smtf"]
    assert [line.partition(" after")[0] for line in said] == ["channel x: 0.0 MB are there"] * 2
    progress = json.loads((tmp_path / "x-algo-1" / "output" / "progress.json").read_text())
    assert Progress(**progress) == Progress(phase="downloading", bytes_done=2, bytes_total=2)


@pytest.mark.parametrize(
    ("keys", "uri", "message"),
    [
        ([], "{}/nothing/", "channel 'x': there is no object whose key begins with s3://.*/nothing/"),
        (["a", "a/b"], "{}", "{}/a would be a file, and because of {}/a/b a folder as well"),
        (["d/t/t2/b", "d/t2/b"], "{}/d/t", "d/t/t2/b and {}/d/t2/b would both be 't2/b' in the channel's folder"),
        (["d/../../x"], "{}/d/", r"'../../x' leads out of the channel's folder"),
    ],
)
def test_what_cannot_be_a_folder_is_refused(put, bucket, keys, uri, message):
    put(*keys)
    there = f"s3://{bucket}"
    with pytest.raises(InvalidInputError, match=message.format(there, there)):
        FileMode().check(Channel(name="x", uri=uri.format(there)))


@pytest.mark.parametrize("option", [{"compression": "Gzip"}, {"record_wrapping": "RecordIO"}, {"shuffle_seed": 1}])
def test_options_of_streams_are_refused(option):
    with pytest.raises(InvalidInputError, match=f"{next(iter(option))} is for input_mode='Pipe'"):
        FileMode().check(Channel(name="x", uri="s3://bucket/x", **option))


@pytest.mark.parametrize("backend", ["inprocess", "process"])
def test_a_job_can_be_stopped_while_data_comes(put, tmp_path, write, backend, s3_server, s3_endpoint):
    uri = put(*(f"part-{number:03}" for number in range(300)))
    script = write("script.py", "def model_fn(features, labels, mode): ...\ndef train_input_fn(params): ...\n")
    estimator = TensorFlow(str(script), train_instance_type=backend, output_path=str(tmp_path / "jobs"))
    slow = lambda request: time.sleep(0.2 if "part-" in request.path else 0)  # noqa: E731
    with fault_proxy(s3_server, share=0, refuse=slow) as proxy:
        s3_endpoint(proxy.url)
        estimator.fit(uri, wait=False)
        handle = estimator.latest_training_job
        backend = estimator._backend(handle.backend)
        deadline = time.monotonic() + 60
        while (now := backend.status(handle)).progress is None or now.progress.phase != "downloading":
            assert time.monotonic() < deadline, now
            assert not now.state.terminal, now
            time.sleep(0.05)
        estimator.stop_training_job("enough")
        while not (now := backend.status(handle)).state.terminal:
            assert time.monotonic() < deadline, now
            time.sleep(0.05)
    assert (now.state, now.message, now.failure) == (JobState.STOPPED, "enough", None)
    assert len(os.listdir(Layout(handle.location).channel("training"))) < 300
