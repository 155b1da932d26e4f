"""Items of a dataset. Source: TensorFlow 1.11, ``tf.contrib.slim.dataset_data_provider``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtf_core.runtime.tf1.contrib.slim.data.data_provider import DataProvider
from smtf_core.runtime.tf1.contrib.slim.data.dataset import Dataset
from smtf_core.runtime.tf1.contrib.slim.data.parallel_reader import parallel_read


class DatasetDataProvider(DataProvider):
    """Gives the items of a dataset's records, one record after the other.

    Args:
        dataset: the dataset.
        num_readers: how many readers there are.
        reader_kwargs: arguments of the dataset's reader.
        shuffle: files and records in random order.
        num_epochs: how often the dataset is read; ``None``: for ever.
        common_queue_capacity: of the queue of records.
        common_queue_min: records that stay in the queue, to be shuffled with those that come.
        record_key: item that is the record's key.
        seed: of the order.
        scope: name scope.

    Raises:
        ValueError: ``record_key`` is an item of the dataset, or there are no files.
    """

    def __init__(
        self,
        dataset: Dataset,
        num_readers: int = 1,
        reader_kwargs: Mapping[str, Any] | None = None,
        shuffle: bool = True,
        num_epochs: int | None = None,
        common_queue_capacity: int = 256,
        common_queue_min: int = 128,
        record_key: str = "record_key",
        seed: int | None = None,
        scope: str | None = None,
    ) -> None:
        key, record = parallel_read(
            dataset.data_sources,
            dataset.reader,
            num_epochs=num_epochs,
            num_readers=num_readers,
            reader_kwargs=reader_kwargs,
            shuffle=shuffle,
            capacity=common_queue_capacity,
            min_after_dequeue=common_queue_min,
            seed=seed,
            scope=scope,
        )
        items = dataset.decoder.list_items()
        if record_key in items:
            raise ValueError(f"record_key {record_key!r} is an item of the dataset; choose another name")
        tensors = dict(zip(items, dataset.decoder.decode(record, items), strict=True))
        super().__init__({**tensors, record_key: key}, dataset.num_samples)
