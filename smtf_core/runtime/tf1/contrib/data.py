"""``tf.contrib.data``: transformations of data sets for ``Dataset.apply``, and readers.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.data``; of TensorFlow 1.4 and 1.5 also the classes that
``tf.data`` has. All of them give TensorFlow 1 data sets, with ``make_one_shot_iterator()`` and its relatives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf

Transformation = Callable[[Any], Any]

AUTOTUNE = tf.data.experimental.AUTOTUNE
Counter = tf.data.experimental.Counter
CsvDataset = tf.data.experimental.CsvDataset
Dataset = tf.data.Dataset
FixedLengthRecordDataset = tf.data.FixedLengthRecordDataset
Iterator = tf.data.Iterator
RandomDataset = tf.data.experimental.RandomDataset
Reducer = tf.data.experimental.Reducer
SqlDataset = tf.data.experimental.SqlDataset
TextLineDataset = tf.data.TextLineDataset
TFRecordDataset = tf.data.TFRecordDataset
TFRecordWriter = tf.data.experimental.TFRecordWriter

bucket_by_sequence_length = tf.data.experimental.bucket_by_sequence_length
choose_from_datasets = tf.data.experimental.choose_from_datasets
copy_to_device = tf.data.experimental.copy_to_device
dense_to_sparse_batch = tf.data.experimental.dense_to_sparse_batch
enumerate_dataset = tf.data.experimental.enumerate_dataset
get_single_element = tf.data.experimental.get_single_element
group_by_reducer = tf.data.experimental.group_by_reducer
group_by_window = tf.data.experimental.group_by_window
ignore_errors = tf.data.experimental.ignore_errors
make_batched_features_dataset = tf.data.experimental.make_batched_features_dataset
make_csv_dataset = tf.data.experimental.make_csv_dataset
make_saveable_from_iterator = tf.data.experimental.make_saveable_from_iterator
map_and_batch = tf.data.experimental.map_and_batch
parallel_interleave = tf.data.experimental.parallel_interleave
parse_example_dataset = tf.data.experimental.parse_example_dataset
prefetch_to_device = tf.data.experimental.prefetch_to_device
rejection_resample = tf.data.experimental.rejection_resample
sample_from_datasets = tf.data.experimental.sample_from_datasets
scan = tf.data.experimental.scan
shuffle_and_repeat = tf.data.experimental.shuffle_and_repeat
unbatch = tf.data.experimental.unbatch
unique = tf.data.experimental.unique


def batch_and_drop_remainder(batch_size: Any) -> Transformation:
    """Batches of exactly ``batch_size`` elements; the static shape of the result says so.

    Args:
        batch_size: scalar, ``tf.int64``.

    Returns:
        A transformation for ``Dataset.apply``.
    """
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(batch_size: Any, padded_shapes: Any, padding_values: Any = None) -> Transformation:
    """Padded batches of exactly ``batch_size`` elements.

    Args:
        batch_size: scalar, ``tf.int64``.
        padded_shapes: as in ``Dataset.padded_batch``.
        padding_values: as in ``Dataset.padded_batch``.

    Returns:
        A transformation for ``Dataset.apply``.
    """
    return lambda dataset: dataset.padded_batch(batch_size, padded_shapes, padding_values, drop_remainder=True)


def sliding_window_batch(
    window_size: Any, stride: Any = None, window_shift: Any = None, window_stride: Any = 1
) -> Transformation:
    """Batches that overlap: one for every position of a window over the data set. Unfilled windows are dropped.

    Args:
        window_size: elements in a window.
        stride: older name of ``window_shift``.
        window_shift: how far the window moves; 1 by default.
        window_stride: distance between the elements in a window.

    Returns:
        A transformation for ``Dataset.apply``.

    Raises:
        ValueError: both ``stride`` and ``window_shift`` are given.
    """
    if stride is not None and window_shift is not None:
        raise ValueError("stride is the older name of window_shift; give one of them, not both")
    shift = 1 if stride is None and window_shift is None else window_shift if stride is None else stride

    def one_batch(*window: Any) -> Any:
        batches = tf.nest.map_structure(lambda part: part.batch(window_size, drop_remainder=True), window)
        return tf.data.Dataset.zip(batches if len(batches) > 1 else batches[0])

    return lambda dataset: dataset.window(window_size, shift, window_stride, drop_remainder=True).flat_map(one_batch)


def sloppy_interleave(map_func: Callable[..., Any], cycle_length: Any, block_length: Any = 1) -> Transformation:
    """``parallel_interleave`` that does not wait for a slow data set; the order is not deterministic.

    Args:
        map_func: makes a data set of an element.
        cycle_length: how many data sets are read in parallel.
        block_length: consecutive elements taken of each.

    Returns:
        A transformation for ``Dataset.apply``.
    """
    return parallel_interleave(map_func, cycle_length, block_length, sloppy=True)  # type: ignore[no-any-return]


def assert_element_shape(expected_shapes: Any) -> Transformation:
    """Check the shapes of the elements, and let the static shapes know what was checked.

    What is known while the graph is built is compared then, everything else when an element is read. Entries of
    unknown size in ``expected_shapes`` match anything.

    Args:
        expected_shapes: ``tf.TensorShape`` objects in the structure of an element.

    Returns:
        A transformation for ``Dataset.apply``.
    """

    def checked(*element: Any) -> Any:
        structure = element if len(element) > 1 else element[0]
        expected = tf.nest.flatten(expected_shapes)
        tensors = tf.nest.flatten(structure)
        if len(expected) != len(tensors):
            raise ValueError(f"{len(expected)} shapes are expected, but an element has {len(tensors)} parts")
        return tf.nest.pack_sequence_as(
            structure, [tf.ensure_shape(*pair) for pair in zip(tensors, expected, strict=True)]
        )

    return lambda dataset: dataset.map(checked)


def reduce_dataset(dataset: Any, reducer: Any) -> Any:
    """What a :class:`Reducer` makes of all elements of a data set.

    Args:
        dataset: the data set.
        reducer: its ``init_func`` is given 0, for the only group that there is.

    Returns:
        A structure of tensors.

    Raises:
        TypeError: ``dataset`` is no data set.
    """
    if not isinstance(dataset, tf.data.Dataset):
        raise TypeError(f"dataset must be a tf.data.Dataset, not {dataset!r}")
    start = reducer.init_func(tf.constant(0, tf.int64))
    return reducer.finalize_func(dataset.reduce(start, reducer.reduce_func))


def read_batch_features(
    file_pattern: str | Sequence[str],
    batch_size: int,
    features: dict[str, Any],
    reader: Any = TFRecordDataset,
    reader_args: Sequence[Any] | None = None,
    randomize_input: bool = True,
    num_epochs: int | None = None,
    capacity: int = 10000,
) -> dict[str, Any]:
    """Batches of parsed ``Example`` records.

    Args:
        file_pattern: files, or patterns of their names.
        batch_size: records in a batch.
        features: name → ``FixedLenFeature`` or ``VarLenFeature``.
        reader: makes a data set of serialized examples, of a file name and ``reader_args``.
        reader_args: further arguments of the reader.
        randomize_input: shuffle.
        num_epochs: how often all is read; endlessly by default.
        capacity: size of the shuffle buffer.

    Returns:
        Name → ``Tensor`` or ``SparseTensor``, with a batch as its first dimension.
    """
    dataset = make_batched_features_dataset(
        file_pattern,
        batch_size,
        features,
        reader=reader,
        reader_args=reader_args,
        num_epochs=num_epochs,
        shuffle=randomize_input,
        shuffle_buffer_size=capacity,
    )
    batch: dict[str, Any] = tf.data.make_one_shot_iterator(dataset).get_next()
    return batch
