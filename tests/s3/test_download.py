"""Downloads and their cache: whole or not there, brought once, whatever the network does and whoever is killed."""

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from servers.fault_proxy import fault_proxy

from smtf_core.errors import InvalidInputError, StorageError
from smtf_core.s3 import S3Folder, connection
from smtf_core.s3.cache import Cache, Wanted
from smtf_core.s3.download import PART, download

HERE = Path(__file__).parent


@pytest.fixture
def remote(bucket):
    return S3Folder(f"s3://{bucket}/data")


@pytest.fixture
def requests(remote):
    """The names, and for parts the ranges, that have been asked for."""
    asked = []
    remote.connection.client.meta.events.register(
        "before-call.s3.GetObject",
        lambda params, **_: asked.append(params["headers"].get("Range", params["url_path"].rpartition("/")[2])),
    )
    return asked


def content(size, seed=0):
    return random.Random(seed).randbytes(size)


def bring(remote, folder, *names):
    folder.mkdir(exist_ok=True)
    found = {item.name: item for item in remote.list()}
    told = []
    wanted = [Wanted(remote, found[name], folder / name) for name in names or found]
    Cache().bring(wanted, lambda *counts: told.append(counts))
    return told[-1]


def entries():
    return sorted(path for path in Path(os.environ["SMTF_CACHE"]).rglob("*") if path.is_file())


def test_parts_that_are_there_are_not_brought_again(remote, requests, tmp_path, monkeypatch):
    data = content(4 * PART + 5)
    remote.write("big", data)
    found = remote.find("big")
    get, calls = remote.connection.client.get_object, []

    def fail_in_the_third(**arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise connection.HTTPClientError(error="cut")
        return get(**arguments)

    with monkeypatch.context() as patch:
        patch.setattr("smtf_core.s3.stream.PATIENCE", 0.0)
        patch.setattr("smtf_core.s3.download._THREADS", 1)
        patch.setattr(remote.connection.client, "get_object", fail_in_the_third)
        with pytest.raises(StorageError, match="the connection broke"):
            download(remote, found, tmp_path / "big")
    assert not (tmp_path / "big").exists()
    requests.clear()
    counts = []
    download(remote, found, tmp_path / "big", counts.append)
    assert (tmp_path / "big").read_bytes() == data
    assert sum(counts) == len(data)
    assert len(requests) == 3
    assert os.listdir(tmp_path) == ["big"]


def test_an_object_is_downloaded_once(remote, requests, tmp_path):
    sizes = {"empty": 0, "small": 1000, "part": PART, "big": 2 * PART + 1}
    for name, size in sizes.items():
        remote.write(name, content(size))
    total = sum(sizes.values())
    assert bring(remote, tmp_path / "a") == (total, total, total)
    assert sorted(requests)[-3:] == ["bytes=8388608-16777215", "part", "small"]  # nothing to ask for of an empty one
    requests.clear()
    assert bring(remote, tmp_path / "b") == (total, total, 0)
    assert not requests
    for name, size in sizes.items():
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() == content(size)
        assert (tmp_path / "a" / name).samefile(tmp_path / "b" / name)
    assert not os.access(tmp_path / "a" / "big", os.W_OK) or os.getuid() == 0
    # Other content is another entry, and what somebody has written to is brought anew.
    remote.write("small", content(1000, 1))
    (tmp_path / "a" / "part").chmod(0o644)
    (tmp_path / "a" / "part").write_bytes(b"x" * PART)
    assert bring(remote, tmp_path / "c") == (total, total, PART + 1000)
    assert (tmp_path / "c" / "small").read_bytes() == content(1000, 1)
    assert (tmp_path / "c" / "part").read_bytes() == content(PART)
    assert (tmp_path / "a" / "small").read_bytes() == content(1000)


def test_a_cache_on_another_file_system(remote, tmp_path, monkeypatch):
    def other_device(*_):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", other_device)
    remote.write("x", b"content")
    for name in ("a", "b"):
        bring(remote, tmp_path / name)
        assert (tmp_path / name / "x").read_bytes() == b"content"


def test_the_cache_is_bounded(remote, tmp_path, monkeypatch):
    monkeypatch.setenv("SMTF_CACHE_GB", "0.00025")
    for number in range(4):
        remote.write(str(number), content(100_000, number))
    for number in (0, 1):
        bring(remote, tmp_path / "a", str(number))
        time.sleep(0.01)
    bring(remote, tmp_path / "b", "0")  # the newer one now
    (forgotten := entries()[0].with_suffix(".partial")).touch()
    os.utime(forgotten, (0, 0))
    bring(remote, tmp_path / "c", "2")
    assert len(entries()) == 2
    assert bring(remote, tmp_path / "d", "0", "2")[2] == 0
    assert (tmp_path / "a" / "1").read_bytes() == content(100_000, 1)  # the job keeps what it has
    assert bring(remote, tmp_path / "e", "0", "1", "2", "3")[2] == 200_000
    assert len(entries()) == 4  # all of one channel, though it is more than the cache is to hold
    for limit in ("much", "-1", "nan"):
        monkeypatch.setenv("SMTF_CACHE_GB", limit)
        with pytest.raises(InvalidInputError, match=f"SMTF_CACHE_GB must be a number of gigabytes, not '{limit}'"):
            Cache()


def test_no_room(remote, tmp_path, monkeypatch):
    remote.write("x", content(1000))
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=999))
    with pytest.raises(InvalidInputError, match=r"where 0.0 GB are free; make room, set SMTF_CACHE to a folder"):
        bring(remote, tmp_path / "a")
    monkeypatch.setenv("SMTF_CACHE", "/proc/nowhere")
    with pytest.raises(InvalidInputError, match=r"/proc/nowhere/s3, which cannot be made .*set SMTF_CACHE to a folder"):
        Cache()


def test_jobs_at_once_share_the_work(remote, requests, tmp_path, monkeypatch):
    monkeypatch.setattr("smtf_core.s3.cache._LOOK", 0.02)
    sizes = {"big": 3 * PART, **{f"small-{number}": 10_000 for number in range(20)}}
    for name, size in sizes.items():
        remote.write(name, content(size))
    downloaded = []
    jobs = [
        threading.Thread(target=lambda number=number: downloaded.append(bring(remote, tmp_path / str(number))[2]))
        for number in range(4)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(60)
    assert sum(downloaded) == sum(sizes.values())
    assert len(requests) == 23
    for number in range(4):
        for name, size in sizes.items():
            assert (tmp_path / str(number) / name).read_bytes() == content(size)
    assert not [path for path in entries() if path.suffix]


def test_a_bad_network(remote, tmp_path, s3_server, s3_endpoint, monkeypatch):
    monkeypatch.setattr(connection, "READ_TIMEOUT", 0.5)
    sizes = {"big": 3 * PART + 7, **{f"small-{number}": 50_000 for number in range(30)}}
    for number, (name, size) in enumerate(sizes.items()):
        remote.write(name, content(size, number))
    with fault_proxy(s3_server, share=0.3, silence=1.0) as proxy:
        s3_endpoint(proxy.url)
        total = sum(sizes.values())
        assert bring(S3Folder(remote.uri()), tmp_path / "a") == (total, total, total)
        assert sum(proxy.spoilt.values()) >= 5
    for number, (name, size) in enumerate(sizes.items()):
        assert (tmp_path / "a" / name).read_bytes() == content(size, number)


def test_one_that_fails_ends_the_others(remote, tmp_path, s3_server):
    for name in ("a", "b", "c"):
        remote.write(name, content(PART + 1))
    found = list(remote.list())
    boto3.client("s3", endpoint_url=s3_server).put_object(
        Bucket=remote.bucket, Key=f"{remote.prefix}b", Body=b"other content"
    )
    with pytest.raises(StorageError, match="data/b: the object has been written anew since it was listed"):
        Cache().bring([Wanted(remote, item, tmp_path / item.name) for item in found], lambda *_: None)
    assert not (tmp_path / "b").exists()
    assert all(path.suffix == ".partial" for path in entries() if path.stat().st_size != PART + 1)


@pytest.mark.slow
def test_kill_9(remote, tmp_path, s3_server, s3_endpoint):
    """A download that is killed over and over gets on, and never shows a half-written file."""
    sizes = {"big": 8 * PART, **{f"small-{number}": 10_000 for number in range(20)}}
    for number, (name, size) in enumerate(sizes.items()):
        remote.write(name, content(size, number))
    with fault_proxy(s3_server, share=0.3, silence=0.2, faults=["silence"]) as proxy:
        s3_endpoint(proxy.url)
        for attempt in range(30):
            folder = tmp_path / str(attempt)
            process = subprocess.Popen(
                [sys.executable, str(HERE / "fetcher.py"), remote.uri(), str(folder)], stdout=subprocess.PIPE
            )
            try:
                process.wait(0.8 + 0.15 * attempt)
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            finally:
                assert process.stdout is not None
                process.stdout.close()
            for number, (name, size) in enumerate(sizes.items()):
                if (folder / name).exists():
                    assert (folder / name).read_bytes() == content(size, number)
    assert process.returncode == 0
    assert attempt > 0
    for number, (name, size) in enumerate(sizes.items()):
        assert (folder / name).read_bytes() == content(size, number)
