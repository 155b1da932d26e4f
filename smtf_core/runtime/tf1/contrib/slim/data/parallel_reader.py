"""Readers side by side. Source: TensorFlow 1.11, ``tf.contrib.slim.parallel_reader``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf


class ParallelReader:
    """Several readers that fill a queue.

    Args:
        reader_class: makes a reader.
        common_queue: gets keys and records.
        num_readers: how many.
        reader_kwargs: arguments of ``reader_class``.

    Raises:
        TypeError: the queue does not take two strings.
    """

    def __init__(
        self,
        reader_class: Callable[..., Any],
        common_queue: Any,
        num_readers: int = 4,
        reader_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        if [dtype.base_dtype for dtype in common_queue.dtypes] != [tf.string, tf.string]:
            raise TypeError(f"the common queue takes a key and a record, two strings, not {common_queue.dtypes}")
        self._readers = [reader_class(**(reader_kwargs or {})) for _ in range(num_readers)]
        self._common_queue = common_queue

    @property
    def num_readers(self) -> int:
        """How many readers."""
        return len(self._readers)

    @property
    def common_queue(self) -> Any:
        """The queue that they fill."""
        return self._common_queue

    def read(self, queue: Any, name: str | None = None) -> Any:
        """The next key and record.

        Args:
            queue: the names of the files.
            name: of the operation.
        """
        filling = [self._common_queue.enqueue(reader.read(queue)) for reader in self._readers]
        tf.train.add_queue_runner(tf.train.QueueRunner(self._common_queue, filling))
        return self._common_queue.dequeue(name=name)

    def read_up_to(self, queue: Any, num_records: int, name: str | None = None) -> Any:
        """Keys and records, ``num_records`` at most.

        Args:
            queue: the names of the files.
            num_records: how many.
            name: of the operation.
        """
        filling = [self._common_queue.enqueue_many(reader.read_up_to(queue, num_records)) for reader in self._readers]
        tf.train.add_queue_runner(tf.train.QueueRunner(self._common_queue, filling))
        return self._common_queue.dequeue_up_to(num_records, name)

    def num_records_produced(self, name: str | None = None) -> Any:
        """How many records the readers have read."""
        return tf.add_n([reader.num_records_produced() for reader in self._readers], name=name)

    def num_work_units_completed(self, name: str | None = None) -> Any:
        """How many files the readers have read to their ends."""
        return tf.add_n([reader.num_work_units_completed() for reader in self._readers], name=name)


def parallel_read(
    data_sources: Any,
    reader_class: Callable[..., Any],
    num_epochs: int | None = None,
    num_readers: int = 4,
    reader_kwargs: Mapping[str, Any] | None = None,
    shuffle: bool = True,
    dtypes: Sequence[Any] | None = None,
    capacity: int = 256,
    min_after_dequeue: int = 128,
    seed: int | None = None,
    scope: str | None = None,
) -> Any:
    """The next key and record of files that several readers read.

    Args:
        data_sources: files, or a pattern of their names.
        reader_class: makes a reader.
        num_epochs: how often each file is read; ``None``: for ever.
        num_readers: how many readers; no more than files are used.
        reader_kwargs: arguments of ``reader_class``.
        shuffle: files and records in random order.
        dtypes: of keys and records.
        capacity: of the queue of records.
        min_after_dequeue: records that stay in the queue, to be shuffled with those that come.
        seed: of the order.
        scope: name scope.

    Raises:
        ValueError: there are no such files.
    """
    files = get_data_files(data_sources)
    dtypes = dtypes or [tf.string, tf.string]
    with tf.name_scope(scope, "parallel_read"):
        names = tf.train.string_input_producer(
            files, num_epochs=num_epochs, shuffle=shuffle, seed=seed, name="filenames"
        )
        queue = (
            tf.RandomShuffleQueue(capacity, min_after_dequeue, dtypes, seed=seed, name="common_queue")
            if shuffle
            else tf.FIFOQueue(capacity, dtypes, name="common_queue")
        )
        tf.summary.scalar(f"fraction_of_{capacity}_full", tf.to_float(queue.size()) / capacity)
        readers = min(num_readers, len(files))
        return ParallelReader(reader_class, queue, readers, reader_kwargs).read(names, name="read")


def single_pass_read(
    data_sources: Any,
    reader_class: Callable[..., Any],
    reader_kwargs: Mapping[str, Any] | None = None,
    scope: str | None = None,
) -> Any:
    """The next key and record of files that are read once, in their order.

    Args:
        data_sources: files, or a pattern of their names.
        reader_class: makes a reader.
        reader_kwargs: arguments of ``reader_class``.
        scope: name scope.

    Raises:
        ValueError: there are no such files.
    """
    files = get_data_files(data_sources)
    with tf.name_scope(scope, "single_pass_read"):
        names = tf.train.string_input_producer(files, num_epochs=1, shuffle=False, capacity=1, name="filenames")
        return reader_class(**(reader_kwargs or {})).read(names, name="read")


def get_data_files(data_sources: Any) -> list[str]:
    """The files that names and patterns stand for.

    Args:
        data_sources: a name, a pattern with ``*``, ``?`` or ``[``, or several of them.

    Raises:
        ValueError: a pattern stands for none.
    """
    if isinstance(data_sources, (list, tuple)):
        return [file for source in data_sources for file in get_data_files(source)]
    files: list[str] = tf.gfile.Glob(data_sources) if any(sign in data_sources for sign in "*?[") else [data_sources]
    if not files:
        raise ValueError(f"there are no files {data_sources}")
    return sorted(files)
