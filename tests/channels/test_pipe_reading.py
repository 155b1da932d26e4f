"""PipeModeDataset: records, epochs, and the ways in which TensorFlow runs a data set."""

from __future__ import annotations

import random
import threading

import pytest
from streams import ENCODERS, recordio, tfrecord

FORMATS = sorted(ENCODERS)


def some_records(count: int = 300, seed: int = 0, largest: int = 300_000) -> list[bytes]:
    """Runs of small and of large records, empty ones among them, without newlines."""
    choose = random.Random(seed)
    records: list[bytes] = []
    while len(records) < count:
        sizes = choose.choice([(0, 50), (0, 2000), (4000, 6000), (20_000, largest)])
        records += [choose.randbytes(choose.randint(*sizes)).replace(b"\n", b"-") for _ in range(choose.randint(1, 40))]
    return records[:count]


@pytest.mark.parametrize("record_format", FORMATS)
def test_every_record_comes_through(dataset, channel, record_format):
    records = some_records()
    channel.write(ENCODERS[record_format](records))
    assert list(dataset(record_format).as_numpy_iterator()) == records
    channel.join()


def test_tfrecords_that_tensorflow_wrote(dataset, channel, tmp_path):
    import tensorflow as tf

    records = [bytes([i % 251]) * i for i in range(3000)]
    with tf.io.TFRecordWriter(str(tmp_path / "file")) as file:
        for record in records:
            file.write(record)
    channel.write((tmp_path / "file").read_bytes(), piece=7919)
    assert list(dataset("TFRecord").as_numpy_iterator()) == records


def test_recordio_parts_are_joined(dataset, channel):
    records = some_records(60, largest=3_000_000)
    channel.write(recordio(records, part=1001), piece=100_003)
    assert list(dataset().as_numpy_iterator()) == records


def test_last_line_may_lack_its_newline(dataset, channel):
    channel.write(b"a\n\nlong " + b"x" * 3_000_000 + b"\nend")
    assert list(dataset("TextLine").as_numpy_iterator()) == [b"a", b"", b"long " + b"x" * 3_000_000, b"end"]


@pytest.mark.parametrize("record_format", FORMATS)
def test_empty_stream_is_an_empty_epoch(dataset, channel, record_format):
    channel.write(b"", ENCODERS[record_format]([b"a"]))
    pipe = dataset(record_format)
    assert list(pipe.as_numpy_iterator()) == []
    assert list(pipe.as_numpy_iterator()) == [b"a"]


def test_every_iterator_reads_the_next_fifo(dataset, channel):
    channel.write(*(tfrecord([b"%d" % epoch] * 3) for epoch in range(4)))
    assert list(dataset("TFRecord").repeat(3).as_numpy_iterator()) == [b"0"] * 3 + [b"1"] * 3 + [b"2"] * 3
    assert channel.next_epoch == 3
    assert list(dataset("TFRecord").as_numpy_iterator()) == [b"3"] * 3
    channel.join()


def test_records_come_as_they_are_written(dataset, channel):
    """A record that is there is not held back until a chunk is full."""
    import os

    os.mkfifo(channel.fifo(0))
    iterator = dataset("TextLine").as_numpy_iterator()
    arrived = []
    reading = threading.Thread(target=lambda: arrived.extend(iterator))
    reading.start()
    with open(channel.fifo(0), "wb", buffering=0) as fifo:
        for number in range(3):
            fifo.write(b"line\n")
            for _ in range(100):
                if len(arrived) > number:
                    break
                threading.Event().wait(0.05)
            assert len(arrived) == number + 1
    reading.join(10)
    assert not reading.is_alive()


def test_batches_for_parse_example(dataset, channel):
    import tensorflow as tf

    examples = [
        tf.train.Example(
            features=tf.train.Features(feature={"x": tf.train.Feature(int64_list=tf.train.Int64List(value=[i]))})
        ).SerializeToString()
        for i in range(1000)
    ]
    channel.write(tfrecord(examples), tfrecord(examples[:3]))
    pipe = dataset("TFRecord", batch_size=300).repeat(2)
    assert pipe.element_spec.shape.as_list() == [None]
    batches = pipe.map(lambda batch: tf.io.parse_example(batch, {"x": tf.io.FixedLenFeature([], tf.int64)})["x"])
    values = [batch.tolist() for batch in batches.as_numpy_iterator()]
    assert [len(batch) for batch in values] == [300, 300, 300, 100, 3]
    assert [value for batch in values for value in batch] == [*range(1000), 0, 1, 2]


def test_pipeline_in_a_function(dataset, channel):
    import tensorflow as tf

    channel.write(*[tfrecord([b"%d" % i for i in range(100)])] * 2)
    pipe = (
        dataset("TFRecord").repeat(2).map(tf.strings.to_number, num_parallel_calls=2).shuffle(20).batch(16).prefetch(2)
    )

    @tf.function
    def total(data):
        result = 0.0
        for batch in data:
            result += tf.reduce_sum(batch)
        return result

    assert total(pipe).numpy() == 2 * sum(range(100))
    channel.join()


@pytest.mark.parametrize("kind", ["one_shot", "initializable", "v1"])
def test_graph_with_a_monitored_session(dataset, reader, channel, kind):
    import tensorflow as tf

    from smtf_core.runtime.channels.pipe.dataset import PipeModeDatasetV1

    data = tf.compat.v1.data
    channel.write(*[tfrecord([b"%d" % i for i in range(10)])] * 2)
    with tf.Graph().as_default():
        if kind == "v1":
            pipe = PipeModeDatasetV1(channel.name, "TFRecord", **channel.folders)
            assert isinstance(pipe, data.Dataset)
            iterator = pipe.repeat(2).map(tf.strings.to_number).batch(5).make_one_shot_iterator()
        else:
            pipe = dataset("TFRecord").repeat(2).map(tf.strings.to_number).batch(5).prefetch(1)
            iterator = getattr(data, f"make_{kind}_iterator")(pipe)
            if kind == "initializable":
                tf.compat.v1.add_to_collection(tf.compat.v1.GraphKeys.TABLE_INITIALIZERS, iterator.initializer)
        batch = iterator.get_next()
        values = []
        with tf.compat.v1.train.MonitoredTrainingSession() as session:
            while not session.should_stop():
                values += session.run(batch).tolist()
    assert values == [*range(10)] * 2
    channel.join()


def test_what_a_benchmark_prints(dataset, channel, capfd):
    channel.write(*[tfrecord([b"x" * 10] * 5000)] * 2)
    pipe = dataset("TFRecord", benchmark=True, benchmark_records_interval=4000).repeat(2)
    assert len(list(pipe.as_numpy_iterator())) == 10_000
    out = capfd.readouterr().out
    assert out.count("5000 records, 0.1 MB in all") == 2
    assert "so far" in out
    assert "pass 1 of this data set" in out


@pytest.mark.parametrize("times", [20, 100_000], ids=["small", "large"])
def test_corrupted_records_can_be_left_out(dataset, channel, times):
    records = [b"%d" % i * times for i in range(10)]
    stream = bytearray(tfrecord(records))
    for corrupt in (2, 3, 7):
        stream[sum(len(record) + 16 for record in records[:corrupt]) + 15] ^= 1
    channel.write(bytes(stream), bytes(stream))
    left = [record for i, record in enumerate(records) if i not in (2, 3, 7)]
    assert list(dataset("TFRecord", max_corrupted_records_to_skip=2).as_numpy_iterator()) == left
    import tensorflow as tf

    with pytest.raises(tf.errors.OpError, match="epoch 1, record 3"):
        list(dataset("TFRecord", max_corrupted_records_to_skip=1).as_numpy_iterator())
