"""What ``benchmark=True`` prints: how many records and bytes a pass has read, and in what time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import tensorflow as tf


class Meter:
    """Counts the records of one pass at a time.

    Args:
        channel: named in what is printed.
        interval: print after so many records as well; 0: only at the end.
    """

    def __init__(self, channel: str, interval: int) -> None:
        self._channel = channel
        self._interval = interval
        self._records = self._bytes = self._passes = 0
        self._printed = 0
        self._start = 0.0

    def begin(self) -> np.bool_:
        """A pass begins."""
        self._records = self._bytes = self._printed = 0
        self._start = time.perf_counter()
        return np.bool_(False)

    def add(self, records: Any, size: Any) -> np.bool_:
        """So many records, of so many bytes together."""
        self._records += int(records)
        self._bytes += int(size)
        if self._interval and self._records - self._printed >= self._interval:
            self._printed = self._records
            self._print("so far")
        return np.bool_(True)

    def end(self) -> np.bool_:
        """The pass has ended."""
        self._print("in all")
        self._passes += 1
        return np.bool_(False)

    def _print(self, what: str) -> None:
        seconds = max(time.perf_counter() - self._start, 1e-9)
        print(
            f"PipeModeDataset channel {self._channel!r}, pass {self._passes} of this data set: "
            f"{self._records} records, {self._bytes / 1e6:.1f} MB {what} in {seconds:.3f} s: "
            f"{self._records / seconds:.0f} records/s, {self._bytes / 1e6 / seconds:.1f} MB/s",
            flush=True,
        )


def measured(vectors: Any, channel: str, interval: int) -> Any:
    """The same data set, measured.

    Args:
        vectors: vectors of strings; one iterator at a time.
        channel: named in what is printed.
        interval: see :class:`Meter`.
    """
    meter = Meter(channel, interval)

    def count(vector: Any) -> Any:
        size = tf.reduce_sum(tf.strings.length(vector, unit="BYTE"))
        return tf.numpy_function(meter.add, [tf.size(vector), size], tf.bool)

    def call(function: Any) -> Any:
        """A data set without elements that calls a function when its turn comes."""
        nothing = tf.data.Dataset.from_tensors(tf.constant([], tf.string))
        return nothing.filter(lambda _: tf.reshape(tf.numpy_function(function, [], tf.bool), []))

    return (
        call(meter.begin).concatenate(vectors.filter(lambda v: tf.reshape(count(v), []))).concatenate(call(meter.end))
    )
