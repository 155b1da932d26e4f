"""A local copy of an S3 folder that keeps in step."""

import time
import urllib.request

import pytest

from smtf_core.client.tensorboard import TensorBoard
from smtf_core.errors import InvalidInputError
from smtf_core.models import Job
from smtf_core.s3 import S3Folder, mirror


def eventually(condition):
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_only_what_changed_is_brought_and_grown_files_grow_in_place(bucket, monkeypatch):
    monkeypatch.setattr(mirror, "_PAUSE_SECONDS", 0.05)
    folder = S3Folder(f"s3://{bucket}/run")
    folder.write("events.1", b"one")
    folder.write("eval/events.2", b"other")
    with mirror.Mirror(f"s3://{bucket}/run") as copy:
        eventually(lambda: (copy / "events.1").exists() and (copy / "eval" / "events.2").exists())
        opened = (copy / "events.1").open("rb")
        folder.write("events.1", b"one and two")
        eventually(lambda: (copy / "events.1").read_bytes() == b"one and two")
        assert opened.read() == b"one and two"
        opened.close()
        folder.write("events.1", b"quite another")
        folder.delete(["eval/events.2"])
        eventually(lambda: (copy / "events.1").read_bytes() == b"quite another")
        eventually(lambda: not (copy / "eval" / "events.2").exists())
    assert not copy.exists()


@pytest.mark.slow
def test_tensorboard_shows_checkpoints_on_s3(bucket):
    S3Folder(f"s3://{bucket}/run").write("graph.pbtxt", b"")
    job = Job(
        name="job", backend="sagemaker", entry_point="x.py", output_path="s3://o/", checkpoint_path=f"s3://{bucket}/run"
    )
    with TensorBoard.prepare(job) as address:

        def answers():
            try:
                return urllib.request.urlopen(f"{address}/data/environment").status == 200
            except OSError:
                return False

        eventually(answers)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address)


def test_checkpoints_elsewhere_are_refused():
    job = Job(name="job", backend="x", entry_point="x.py", output_path="gs://o/")
    with pytest.raises(InvalidInputError, match=r"on this machine or on S3, not 'gs:"):
        TensorBoard.prepare(job)
