"""What gives items. Source: TensorFlow 1.11, ``tf.contrib.slim.data_provider``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class DataProvider:
    """Gives the tensors of items.

    Args:
        items_to_tensors: item → its tensor.
        num_samples: number of samples.
    """

    def __init__(self, items_to_tensors: Mapping[str, Any], num_samples: int) -> None:
        self._items_to_tensors = dict(items_to_tensors)
        self._num_samples = num_samples

    def get(self, items: Sequence[str]) -> list[Any]:
        """The tensors of items.

        Raises:
            ValueError: there is no such item; the message has those that there are.
        """
        missing = [item for item in items if item not in self._items_to_tensors]
        if missing:
            raise ValueError(f"no items {', '.join(missing)}; there are {', '.join(self._items_to_tensors)}")
        return [self._items_to_tensors[item] for item in items]

    def list_items(self) -> list[str]:
        """The names of all items."""
        return list(self._items_to_tensors)

    def num_samples(self) -> int:
        """The number of samples."""
        return self._num_samples
