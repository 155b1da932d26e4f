"""Pipe mode, the writing side: what arrives in the FIFOs, in which order, and how it ends."""

import gzip
import json
import random
import signal
import struct
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from smtf_core.errors import ChannelError, InvalidInputError
from smtf_core.models import Channel, pipes
from smtf_core.runtime.channels.feed import recordio
from smtf_core.runtime.channels.feed.mode import PipeMode

HOSTS = ("algo-1", "algo-2")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "data"
    made.mkdir()
    return made


@pytest.fixture
def feed(folder):
    """`feed(channel, host, hosts)` begins to feed, until the test ends."""
    with ExitStack() as stack:

        def begin(channel, host="algo-1", hosts=("algo-1",)):
            PipeMode().check(channel)
            stack.enter_context(PipeMode().feed(channel, folder, host, hosts))

        yield begin
    assert list(folder.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("smtf-pipe")]


def read(folder, epoch, channel="x"):
    return pipes.fifo(folder, channel, epoch).read_bytes() if wait_for(pipes.fifo(folder, channel, epoch)) else b""


def wait_for(path, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, path
        time.sleep(0.005)
    return True


def files(folder, contents):
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return str(folder)


def records(stream):
    """The records of a RecordIO stream."""
    found, parts, position = [], b"", 0
    while position < len(stream):
        magic, head = struct.unpack_from("<II", stream, position)
        assert magic == recordio.MAGIC
        kind, size = head >> 29, head & (2**29 - 1)
        parts += stream[position + 8 : position + 8 + size]
        position += 8 + size + -size % 4
        if kind in (recordio.WHOLE, recordio.LAST):
            found.append(parts)
            parts = b""
    assert parts == b""
    return found


def test_files_follow_one_another_in_the_order_of_their_names(feed, folder, tmp_path):
    uri = files(tmp_path / "source", {"b": b"2", "a/z": b"1", "c": bytes(3_000_000), "empty": b""})
    feed(Channel(name="x", uri=uri))
    for epoch in range(3):
        assert read(folder, epoch) == b"12" + bytes(3_000_000)


def test_a_single_file(feed, folder, tmp_path):
    uri = files(tmp_path / "source", {"b": b"2", "a": b"1"})
    feed(Channel(name="x", uri=f"file://{uri}/b"))
    assert read(folder, 0) == b"2"


def test_readers_may_overlap(feed, folder, tmp_path):
    """A reader of the next pass does not wait for the end of the one before."""
    feed(Channel(name="x", uri=files(tmp_path / "source", {"a": bytes(5_000_000)})))
    wait_for(pipes.fifo(folder, "x", 0))
    with pipes.fifo(folder, "x", 0).open("rb") as first:
        assert len(first.read(10)) == 10
        assert len(read(folder, 1)) == 5_000_000
        assert len(first.read()) == 5_000_000 - 10


def test_a_reader_that_leaves_ends_its_pass_quietly(feed, folder, tmp_path):
    feed(Channel(name="x", uri=files(tmp_path / "source", {"a": bytes(5_000_000)})))
    for epoch in range(3):
        wait_for(pipes.fifo(folder, "x", epoch))
        with pipes.fifo(folder, "x", epoch).open("rb") as stream:
            stream.read(10)
    assert len(read(folder, 3)) == 5_000_000


def test_the_end_of_the_job_ends_what_is_being_written(folder, tmp_path):
    channel = Channel(name="x", uri=files(tmp_path / "source", {"a": bytes(5_000_000)}))
    with PipeMode().feed(channel, folder, "algo-1", ("algo-1",)):
        stream = pipes.fifo(folder, "x", 0).open("rb")
        stream.read(10)
        began = time.monotonic()
    assert time.monotonic() - began < 1
    assert len(stream.read()) < 5_000_000
    assert list(folder.iterdir()) == []
    stream.close()


def test_gzip_is_decompressed(feed, folder, tmp_path):
    text = bytes(range(256)) * 20_000
    several = gzip.compress(text[:1000]) + gzip.compress(text[1000:])  # as `cat a.gz b.gz` makes it
    uri = files(tmp_path / "source", {"a": several, "b": gzip.compress(b"end")})
    feed(Channel(name="x", uri=uri, compression="Gzip"))
    assert read(folder, 0) == text + b"end"


@pytest.mark.parametrize("compression", [None, "Gzip"])
def test_each_file_becomes_a_record(feed, folder, tmp_path, compression, monkeypatch):
    monkeypatch.setattr(recordio, "_PART", 1000)
    monkeypatch.setattr(recordio, "_LONGEST", 5000)
    contents = {"a": b"", "b": b"12345", "c": random.Random(0).randbytes(12_345), "d": bytes(4000)}
    packed = {name: gzip.compress(text) for name, text in contents.items()} if compression else contents
    uri = files(tmp_path / "source", packed)
    feed(Channel(name="x", uri=uri, record_wrapping="RecordIO", compression=compression))
    assert records(read(folder, 0)) == list(contents.values())


def test_every_pass_is_shuffled_anew_and_alike(feed, folder, tmp_path):
    uri = files(tmp_path / "source", {f"{i:02}": b"%02d" % i for i in range(20)})
    feed(Channel(name="x", uri=uri, shuffle_seed=7))
    feed(Channel(name="y", uri=uri, shuffle_seed=7))
    passes = [read(folder, epoch) for epoch in range(3)]
    assert len({*passes}) == 3
    assert [read(folder, epoch, "y") for epoch in range(3)] == passes
    for text in passes:
        assert sorted(text[i : i + 2] for i in range(0, 40, 2)) == [b"%02d" % i for i in range(20)]


@pytest.mark.parametrize("seed", [None, 3])
def test_hosts_share_the_files(folder, tmp_path, seed):
    uri = files(tmp_path / "source", {f"{i}": b"%d" % i for i in range(5)})
    channel = Channel(name="x", uri=uri, distribution="ShardedByS3Key", shuffle_seed=seed)
    shares = []
    for host in HOSTS:
        with PipeMode().feed(channel, folder, host, HOSTS):
            shares.append([read(folder, epoch) for epoch in range(2)])
    for epoch in range(2):
        assert sorted(shares[0][epoch] + shares[1][epoch]) == list(b"01234")
    if seed is None:
        assert shares == [[b"024"] * 2, [b"13"] * 2]
    with pytest.raises(InvalidInputError, match=r"1 file\(s\) over 2 hosts.*split the data"):
        PipeMode().feed(
            Channel(name="x", uri=f"{uri}/0", distribution="ShardedByS3Key"), folder, "algo-1", HOSTS
        ).__enter__()


def test_a_manifest_names_the_files(feed, folder, tmp_path):
    files(tmp_path / "source", {"b": b"2", "a": b"1", "sub/c": b"3"})
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps([{"prefix": "source/"}, "sub/c", "a"]))
    feed(Channel(name="x", uri=str(manifest), s3_data_type="ManifestFile"))
    assert read(folder, 0) == b"31"


def test_entries_of_an_augmented_manifest(feed, folder, tmp_path):
    source = files(tmp_path / "source", {"cat": b"<cat>", "dog": b"<dog>"})
    lines = [
        {"source-ref": "source/cat", "label": 3, "ignored": 0},
        {"source-ref": f"file://{source}/dog", "label": {"box": [1, 2]}, "name": "rex"},
    ]
    manifest = tmp_path / "augmented.jsonl"
    manifest.write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    augmented = {"uri": str(manifest), "s3_data_type": "AugmentedManifestFile"}
    feed(Channel(name="x", attribute_names=("label", "source-ref"), record_wrapping="RecordIO", **augmented))
    assert records(read(folder, 0)) == [b"3", b"<cat>", b'{"box": [1, 2]}', b"<dog>"]
    feed(Channel(name="y", attribute_names=("source-ref", "label"), **augmented))
    assert read(folder, 0, "y") == b'<cat>3<dog>{"box": [1, 2]}'


@pytest.mark.parametrize(
    ("contents", "options", "reason"),
    [
        ({"a": b"1", "b": b"2"}, {"compression": "Gzip"}, r"a is not \(any more\) gzip near byte"),
        ({"a": gzip.compress(b"1" * 9999)[:-9]}, {"compression": "Gzip"}, "a is cut off near byte"),
    ],
)
def test_an_error_reaches_the_reader_and_the_job(folder, tmp_path, contents, options, reason):
    channel = Channel(name="x", uri=files(tmp_path / "source", contents), **options)
    with pytest.raises(ChannelError, match=f"channel 'x' could not be read: .*{reason}"):
        with PipeMode().feed(channel, folder, "algo-1", ("algo-1",)):
            read(folder, 0)
            assert "ChannelError: " in pipes.unfinished(folder, "x", 0).read_text()
    assert list(folder.iterdir()) == []


def test_a_file_that_goes_away_reaches_the_reader_and_the_job(folder, tmp_path):
    source = Path(files(tmp_path / "source", {"a": b"1", "b": b"2"}))
    channel = Channel(name="x", uri=str(source))
    with pytest.raises(ChannelError, match="No such file.*/b"):
        with PipeMode().feed(channel, folder, "algo-1", ("algo-1",)):
            assert read(folder, 0) == b"12"
            assert not pipes.unfinished(folder, "x", 0).exists()
            (source / "b").unlink()
            assert read(folder, 1) == b"1"
            assert pipes.unfinished(folder, "x", 1).exists()


def test_the_trainings_own_error_is_not_hidden(folder, tmp_path):
    channel = Channel(name="x", uri=files(tmp_path / "source", {"a": b"no gzip"}), compression="Gzip")
    with pytest.raises(ZeroDivisionError), PipeMode().feed(channel, folder, "algo-1", ("algo-1",)):
        read(folder, 0)
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"uri": "{tmp}/nowhere"}, "channel 'x': there is no file or folder"),
        ({"uri": "{tmp}/empty"}, "channel 'x': there are no files at"),
        ({"uri": "gs://bucket/x"}, "channel 'x': 'gs://bucket/x' cannot be read"),
        ({"compression": "Bzip"}, "compression must be None or 'Gzip', not 'Bzip'"),
        ({"record_wrapping": "TFRecord"}, "record_wrapping must be None or 'RecordIO'"),
        ({"distribution": "Sharded"}, "distribution must be 'FullyReplicated' or 'ShardedByS3Key'"),
        ({"s3_data_type": "Folder"}, "s3_data_type must be 'S3Prefix' or 'ManifestFile' or"),
        ({"attribute_names": ("a",)}, "attribute_names are for s3_data_type='AugmentedManifestFile'"),
        ({"shuffle_seed": "a"}, "the shuffle's seed must be a whole number, not 'a'"),
        ({"s3_data_type": "ManifestFile"}, r"is not a manifest, \[\{\"prefix\""),
        ({"uri": "{tmp}/empty", "s3_data_type": "ManifestFile"}, "empty is a folder, not a file"),
        ({"uri": "{tmp}/manifest", "s3_data_type": "ManifestFile"}, "manifest: there is no file .*missing"),
        ({"s3_data_type": "AugmentedManifestFile"}, "an augmented manifest needs attribute_names"),
        (
            {"s3_data_type": "AugmentedManifestFile", "attribute_names": ("a",), "compression": "Gzip"},
            "leave out compression='Gzip'",
        ),
    ],
)
def test_what_cannot_be_fed_is_told_before_anything_starts(tmp_path, options, message):
    files(tmp_path, {"a": b"[1]", "manifest": b'[{"prefix": "./"}, "missing"]'})
    (tmp_path / "empty").mkdir()
    uri = options.pop("uri", "{tmp}/a").format(tmp=tmp_path)
    with pytest.raises(InvalidInputError, match=message):
        PipeMode().check(Channel(name="x", uri=uri, **options))


def test_entries_that_are_not(folder, tmp_path):
    manifest = tmp_path / "m"
    manifest.write_text('{"a": 1}\n{"b": 2}\n')
    channel = Channel(name="x", uri=str(manifest), s3_data_type="AugmentedManifestFile", attribute_names=("a",))
    with pytest.raises(ChannelError, match="m, line 2 has no attribute 'a'; it has b"):
        with PipeMode().feed(channel, folder, "algo-1", ("algo-1",)):
            read(folder, 0)


FEEDER = """
import sys, time
from pathlib import Path
from smtf_core.models import Channel
from smtf_core.runtime.channels.feed.mode import PipeMode
with PipeMode().feed(Channel(name="x", uri=sys.argv[1]), Path(sys.argv[2]), "algo-1", ("algo-1",)):
    print("ready", flush=True)
    time.sleep(60)
"""
READER = """
import sys, itertools, time
from pathlib import Path
from smtf_core.models import pipes
for epoch in itertools.count():
    path = pipes.fifo(Path(sys.argv[1]), "x", epoch)
    while not path.exists():
        time.sleep(0.001)
    with path.open("rb") as stream:
        while stream.read(100_000):
            pass
"""


@pytest.mark.slow
def test_kills_of_writer_and_reader(folder, tmp_path):
    """Whoever is killed, the other one ends or goes on, and the next start finds a clean folder."""
    uri = files(tmp_path / "source", {"a": bytes(2_000_000)})
    chance = random.Random(1)
    for round_number in range(8):
        with ExitStack() as stack:
            feeder = stack.enter_context(
                subprocess.Popen([sys.executable, "-c", FEEDER, uri, str(folder)], stdout=subprocess.PIPE, text=True)
            )
            stack.callback(feeder.kill)
            assert feeder.stdout.readline() == "ready\n"
            assert {path.name for path in folder.iterdir()} == {"x_0", ".x_0.unfinished"}
            reader = stack.enter_context(subprocess.Popen([sys.executable, "-c", READER, str(folder)]))
            stack.callback(reader.kill)
            time.sleep(0.2 + chance.random() * 0.3)
            if round_number % 2:
                reader.kill()
                reader.wait()
                feeder.send_signal(signal.SIGINT)
                assert feeder.wait(30) != 0
                assert list(folder.iterdir()) == []
            else:
                feeder.kill()
                feeder.wait()
                left = {path.name for path in folder.iterdir()}
                assert len([name for name in left if not name.startswith(".")]) <= 1
                assert any(name.endswith(".unfinished") for name in left)


def test_objects_on_s3(feed, folder, bucket):
    from smtf_core.s3 import S3Folder

    place = S3Folder(f"s3://{bucket}")
    for name, content in {"train/b": b"2", "train/a": b"1" * 3_000_000, "train2": b"3", "other": b"no"}.items():
        place.write(name, content)
    feed(Channel(name="x", uri=f"s3://{bucket}/train"))
    feed(Channel(name="y", uri=f"s3://{bucket}/train/"))
    assert read(folder, 0) == b"1" * 3_000_000 + b"2" + b"3"
    assert read(folder, 0, "y") == b"1" * 3_000_000 + b"2"
    place.write("manifest", json.dumps([{"prefix": f"s3://{bucket}/"}, "other", "train/b"]).encode())
    feed(Channel(name="z", uri=f"s3://{bucket}/manifest", s3_data_type="ManifestFile"))
    assert read(folder, 0, "z") == b"no2"
    with pytest.raises(InvalidInputError, match="there is no object whose key begins with"):
        PipeMode().check(Channel(name="x", uri=f"s3://{bucket}/nothing"))
    with pytest.raises(InvalidInputError, match="there is no object s3://"):
        PipeMode().check(Channel(name="x", uri=f"s3://{bucket}/nothing", s3_data_type="ManifestFile"))


def test_a_stream_from_s3_survives_cut_connections(feed, folder, bucket, s3_server, s3_endpoint, monkeypatch):
    from servers.fault_proxy import fault_proxy

    from smtf_core.s3 import S3Folder, connection

    monkeypatch.setattr(connection, "READ_TIMEOUT", 0.5)
    content = random.Random(0).randbytes(4_000_000)
    for number in range(4):
        S3Folder(f"s3://{bucket}").write(str(number), content)
    with fault_proxy(s3_server, share=0.4, faults=["half an answer"]) as proxy:
        s3_endpoint(proxy.url)
        feed(Channel(name="x", uri=f"s3://{bucket}/"))
        assert read(folder, 0) == content * 4
        assert proxy.spoilt["half an answer"] > 2
