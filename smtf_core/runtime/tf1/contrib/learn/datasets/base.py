"""``tf.contrib.learn.datasets.base``: CSV files as arrays.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.datasets.base.load_csv_with_header`` and
    ``load_csv_without_header``.
"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np


class Dataset(NamedTuple):
    """Features and targets of a data set."""

    data: Any
    target: Any


class Datasets(NamedTuple):
    """The parts of a data set."""

    train: Any
    validation: Any
    test: Any


def load_csv_with_header(filename: str, target_dtype: Any, features_dtype: Any, target_column: int = -1) -> Dataset:
    """Load a CSV file whose first line is ``n_samples,n_features,class names…``.

    Args:
        filename: the file; any path that ``tf.gfile`` opens.
        target_dtype: numpy type of the targets.
        features_dtype: numpy type of the features.
        target_column: the column with the target; the last one by default.

    Returns:
        ``data``: array ``[n_samples, n_features]`` of ``features_dtype``; ``target``: array ``[n_samples]`` of
        ``target_dtype``.

    Raises:
        ValueError: the file has fewer rows, or a row has another number of columns, than the header says.
    """
    rows = _rows(filename)
    header = next(rows, None)
    if header is None:
        raise ValueError(f"{filename} is empty; its first line must be n_samples,n_features,class names…")
    samples, features = int(header[0]), int(header[1])
    data = np.zeros((samples, features), dtype=features_dtype)
    target = np.zeros((samples,), dtype=target_dtype)
    count = 0
    for count, row in enumerate(rows, 1):
        if count > samples:
            break
        target[count - 1] = np.asarray(row.pop(target_column), dtype=target_dtype)
        data[count - 1] = np.asarray(row, dtype=features_dtype)
    if count < samples:
        raise ValueError(f"{filename} has {count} rows, but its header promises {samples}")
    return Dataset(data=data, target=target)


def load_csv_without_header(filename: str, target_dtype: Any, features_dtype: Any, target_column: int = -1) -> Dataset:
    """Load a CSV file without a header; arguments and result as :func:`load_csv_with_header`."""
    data, target = [], []
    for row in _rows(filename):
        target.append(row.pop(target_column))
        data.append(np.asarray(row, dtype=features_dtype))
    return Dataset(data=np.array(data), target=np.array(target, dtype=target_dtype))


def _rows(filename: str) -> Iterator[list[str]]:
    gfile: Any = importlib.import_module("tensorflow").io.gfile
    with gfile.GFile(filename, "r") as file:
        lines: Iterable[str] = file
        yield from (row for row in csv.reader(lines) if row)
