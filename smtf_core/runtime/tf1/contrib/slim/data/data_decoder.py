"""What turns a record into items. Source: TensorFlow 1.11, ``tf.contrib.slim.data_decoder``."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Any


class DataDecoder(abc.ABC):
    """Makes items, such as ``'image'`` and ``'label'``, of a record."""

    @abc.abstractmethod
    def decode(self, data: Any, items: Sequence[str]) -> list[Any]:
        """The tensors of items.

        Args:
            data: a record, a scalar string.
            items: names of items.
        """

    @abc.abstractmethod
    def list_items(self) -> list[str]:
        """The names of all items."""
