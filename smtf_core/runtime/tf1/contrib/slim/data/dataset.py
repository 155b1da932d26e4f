"""A dataset as slim describes it. Source: TensorFlow 1.11, ``tf.contrib.slim.dataset``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtf_core.runtime.tf1.contrib.slim.data.data_decoder import DataDecoder


class Dataset:
    """Where the records of a dataset are, and what is in them.

    Args:
        data_sources: files, or a pattern of their names.
        reader: a reader's class, such as ``tf.TFRecordReader``.
        decoder: makes items of records.
        num_samples: how many records there are.
        items_to_descriptions: item → what it is.
        **kwargs: further attributes, such as ``num_classes``.
    """

    def __init__(
        self,
        data_sources: Any,
        reader: Any,
        decoder: DataDecoder,
        num_samples: int,
        items_to_descriptions: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        self.data_sources = data_sources
        self.reader = reader
        self.decoder = decoder
        self.num_samples = num_samples
        self.items_to_descriptions = items_to_descriptions
        self.__dict__.update(kwargs)
