"""What PipeModeDataset says of streams that are not as they should be, and that nothing makes it hang."""

from __future__ import annotations

import os
import re
import struct
import threading
import time
from pathlib import Path

import pytest
from streams import Channel, recordio, text, tfrecord

FIRST = [b"first record", b"second"]
PATIENCE = 20  # takes 0.1 s on a machine that is not busy


def changed(stream: bytes, at: int, to: bytes | None = None) -> bytes:
    return stream[:at] + (bytes([stream[at] ^ 0x10]) if to is None else to) + stream[at + len(to or b"x") :]


TF, RIO = tfrecord(FIRST), recordio(FIRST)
# Format, stream, records before the error, where it is, what is said.
BROKEN = [
    ("TFRecord", TF + changed(tfrecord([b"third"]), 3), 2, "record 2, byte 50", "checksum of the record's length"),
    ("TFRecord", TF + changed(tfrecord([b"third"]), 13), 2, "record 2, byte 50", r"record's data \(5 bytes\) is wrong"),
    ("TFRecord", changed(TF, 27), 0, "record 0, byte 0", r"record's data \(12 bytes\) is wrong"),
    (
        "TFRecord",
        TF + tfrecord([b"x" * 5001]),
        2,
        "record 2, byte 50",
        "5001 bytes, over the limit max_record_bytes=5000",
    ),
    ("TFRecord", TF[:-1], 1, "record 1, byte 28", "ends in the middle of this record, 21 bytes after its start"),
    ("TFRecord", TF + b"\0", 2, "record 2, byte 50", "ends in the middle of this record, 1 bytes"),
    ("RecordIO", RIO + b"\0" * 8, 2, "record 2, byte 36", "at byte 36 is 0x00000000, not RecordIO's magic number"),
    ("RecordIO", RIO[:-3], 1, "record 1, byte 20", "ends in the middle of this record, 13 bytes"),
    ("RecordIO", RIO + recordio([b"x" * 5001]), 2, "record 2, byte 36", "5001 bytes, over the limit"),
    ("RecordIO", RIO + recordio([b"x" * 5002], 1000), 2, "record 2, byte 36", "5002 bytes, over the limit"),
    ("RecordIO", RIO + recordio([b"abcd"], 2)[:12] + RIO, 2, "record 2, byte 36", "a part with flag 0 inside"),
    (
        "RecordIO",
        RIO + recordio([b"abcd"], 2)[:12],
        2,
        "record 2, byte 36",
        "ends in the middle of this record, 12 bytes",
    ),
    ("RecordIO", RIO + struct.pack("<II", 0xCED7230A, 5 << 29), 2, "record 2, byte 36", "a part with flag 5:"),
    ("TextLine", text(FIRST) + b"x" * 5001, 2, "record 2, byte 20", "5001 bytes, over the limit"),
]


@pytest.mark.parametrize(
    ("record_format", "stream", "before", "where", "what"), BROKEN, ids=[f"{case[0]}-{case[4][:40]}" for case in BROKEN]
)
def test_broken_streams(dataset, channel, reader, record_format, stream, before, where, what):
    import tensorflow as tf

    channel.write(stream)
    expected = tf.errors.DataLossError if reader == "plugin" else tf.errors.UnknownError
    seen = []
    with pytest.raises(expected, match=f"channel 'train', epoch 0, {where}: .*{what}"):
        for record in dataset(record_format, max_record_bytes=5000):
            seen.append(record.numpy())
    assert seen == FIRST[:before]
    channel.join()


LARGE = [b"a" * 100_001, b"b" * 2_000_000, b"c" * 50_000]
BROKEN_LARGE = [
    ("TFRecord", tfrecord(LARGE)[:-1], 2, "record 2, byte 2100033", "in the middle of this record, 50015 bytes"),
    ("TFRecord", tfrecord(LARGE)[:1_500_000], 1, "record 1, byte 100017", "this record, 1399983 bytes after"),
    ("TFRecord", changed(tfrecord(LARGE), 1_999_999), 1, "record 1, byte 100017", r"data \(2000000 bytes\) is wrong"),
    ("TFRecord", changed(tfrecord(LARGE), 100_016), 0, "record 0, byte 0", r"data \(100001 bytes\) is wrong"),
    # Says that it has 2 ** 28 bytes, more than ever come.
    (
        "RecordIO",
        recordio(LARGE[:1]) + struct.pack("<II", 0xCED7230A, 1 << 28) + LARGE[1],
        1,
        "record 1, byte 100012",
        "2000008 b",
    ),
    ("RecordIO", recordio(LARGE, 70_000)[:-1], 2, "record 2, byte 2100252", "this record, 50007 bytes after"),
    ("RecordIO", recordio(LARGE) + b"x" * 8, 3, "record 3, byte 2150028", "is 0x78787878, not RecordIO's magic"),
]


@pytest.mark.parametrize(("record_format", "stream", "before", "where", "what"), BROKEN_LARGE)
def test_broken_streams_of_large_records(dataset, channel, record_format, stream, before, where, what):
    import tensorflow as tf

    channel.write(stream, piece=60_001)
    seen = []
    with pytest.raises(tf.errors.OpError, match=f"channel 'train', epoch 0, {where}: .*{what}"):
        for record in dataset(record_format):
            seen.append(record.numpy())
    assert seen == LARGE[:before]
    channel.join()


@pytest.mark.parametrize("reason", ["", "the file train/3 has vanished"])
def test_writer_that_left_its_mark_did_not_finish(dataset, channel, reason):
    """Between two records a death looks like an end, but for the mark."""
    import tensorflow as tf

    channel.unfinished(0).write_text(reason)
    channel.write(TF)
    pattern = "record 2, byte 50: the writer ended before it was done" + (f": {reason}" if reason else "")
    with pytest.raises(tf.errors.OpError, match=pattern):
        list(dataset("TFRecord"))


def test_missing_fifo(dataset, channel):
    import tensorflow as tf

    pipe = dataset("TFRecord", wait_seconds=0)
    with pytest.raises(tf.errors.OpError, match=f"epoch 0, record 0, byte 0: File does not exist: {channel.fifo(0)}"):
        list(pipe)


def test_fifo_that_appears_later(dataset, channel):
    pipe = dataset("TFRecord").as_numpy_iterator()
    threading.Timer(0.5, lambda: channel.write(TF)).start()
    assert list(pipe) == FIRST


def test_state_that_is_no_number(dataset, channel):
    import tensorflow as tf

    state = Path(channel.folders["state_dir"]) / ".train-pipe_mode-state"
    state.write_text("three")
    with pytest.raises(tf.errors.OpError, match=f"the state file {state} must hold the number"):
        list(dataset("TFRecord"))
    state.write_text(" 2\n")
    channel.write(TF, first=2)
    assert list(dataset("TFRecord").as_numpy_iterator()) == FIRST


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channel": "validation"}, "channel 'validation' does not exist.*channels in Pipe mode: train"),
        ({"channel": "other"}, "channel 'other' is in input mode File"),
        ({"record_format": "CSV"}, "record_format must be one of RecordIO, TFRecord, TextLine, not 'CSV'"),
        ({"max_corrupted_records_to_skip": 1}, "RecordIO has no checksums"),
        ({"max_record_bytes": 1 << 40}, "max_record_bytes must be an integer from 1 to 1073741824"),
        ({"batch_size": 0}, "batch_size must be an integer of 1 or more, not 0"),
        ({"benchmark_records_interval": -1}, "benchmark_records_interval must be an integer of 0 or more"),
        ({"config_dir": "/nowhere"}, "/nowhere/inputdataconfig.json cannot be read"),
    ],
)
def test_what_the_constructor_refuses(channel, arguments, message):
    from smtf_core.runtime.channels import PipeModeDataset, PipeModeDatasetException

    with pytest.raises(PipeModeDatasetException, match=message):
        PipeModeDataset(**{"channel": channel.name, **channel.folders, **arguments})


@pytest.mark.parametrize(
    "written",
    [tfrecord([b"a"]), tfrecord([b"a", b"b"])[:-1], tfrecord([b"x" * 100_000] * 9)],
    ids=["between records", "in a record", "between large records"],
)
def test_deleting_an_iterator_ends_its_reader(dataset, channel, written):
    """A thread of prefetch() waits for a writer that has nothing to say."""
    os.mkfifo(channel.fifo(0))
    iterator = iter(dataset("TFRecord").prefetch(50))
    with open(os.open(channel.fifo(0), os.O_RDWR), "wb", buffering=0) as holding:
        writing = threading.Thread(target=holding.write, args=[written])
        writing.start()
        next(iterator)
        writing.join(10)
        fifo = os.open(channel.fifo(0), os.O_WRONLY)
    begin = time.monotonic()
    del iterator
    assert time.monotonic() - begin < PATIENCE
    with pytest.raises(BrokenPipeError):
        os.write(fifo, b"x")
    os.close(fifo)


def test_closing_a_session_ends_its_reader(dataset, channel):
    import tensorflow as tf

    os.mkfifo(channel.fifo(0))
    with tf.Graph().as_default(), open(os.open(channel.fifo(0), os.O_RDWR), "wb"):
        element = tf.compat.v1.data.make_one_shot_iterator(dataset("TFRecord").batch(2)).get_next()
        session = tf.compat.v1.Session()
        errors: list[BaseException] = []

        def run() -> None:
            try:
                session.run(element)
            except tf.errors.OpError as error:
                errors.append(error)

        running = threading.Thread(target=run)
        running.start()
        time.sleep(0.5)
        assert running.is_alive()
        session.close()
        running.join(PATIENCE)
        assert not running.is_alive()
        assert isinstance(errors[0], tf.errors.CancelledError)


def test_errors_name_the_epoch(dataset, channel):
    import tensorflow as tf

    channel.write(TF, TF[:30])
    with pytest.raises(tf.errors.OpError, match=re.escape("epoch 1, record 1, byte 28: the stream ends")):
        list(dataset("TFRecord").repeat())


def test_the_python_reader_says_that_it_is_slow(monkeypatch, caplog):
    from smtf_core.runtime.channels.pipe import plugin

    monkeypatch.setattr(plugin, "_library", lambda: None)
    monkeypatch.setattr(plugin, "_state", {})
    assert [plugin.pipe_operator() for _ in range(2)] == [None, None]
    assert caplog.text.count("without its plugin in C") == 1


def test_two_channels_have_their_own_epochs(dataset, channel, tmp_path):
    from smtf_core.runtime.channels import PipeModeDataset

    other = Channel(tmp_path / "job", "eval")
    channel.write(TF)
    other.write(tfrecord([b"e"]))
    assert list(PipeModeDataset("eval", "TFRecord", **other.folders).as_numpy_iterator()) == [b"e"]
    Channel(tmp_path / "job")
    assert list(dataset("TFRecord").as_numpy_iterator()) == FIRST
