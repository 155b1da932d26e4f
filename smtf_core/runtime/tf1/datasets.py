"""The arguments and methods that ``tf.contrib.data.Dataset`` of TensorFlow 1.4 and 1.5 had.

Source: TensorFlow 1.4 API documentation, ``tf.contrib.data.Dataset``. Scripts have one class of data sets, today's
``tf.compat.v1.data.Dataset``, so its methods understand the old forms, in threads that run a TensorFlow 1 script. All
other threads have the genuine methods with their genuine errors.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.scripts_only import ScriptsOnly, replace_for_scripts


def accept_old_arguments(in_script: Callable[[], bool]) -> None:
    """Teach the class of TensorFlow 1 data sets the old forms. Doing it again changes nothing.

    Args:
        in_script: whether the thread that asks runs a TensorFlow 1 script.
    """
    dataset: Any = importlib.import_module("tensorflow.python.data.ops.dataset_ops").DatasetV1
    replace_for_scripts(dataset, "map", _map, in_script)
    for name in ("enumerate", "group_by_window", "ignore_errors"):
        replace_for_scripts(dataset, name, _tensorflow_1, in_script)
    # TensorFlow has no attribute of this name today.
    dataset.dense_to_sparse_batch = ScriptsOnly(
        "dense_to_sparse_batch", lambda data: functools.partial(_dense_to_sparse_batch, data), in_script
    )


def _map(genuine: Callable[..., Any]) -> Callable[..., Any]:
    """``Dataset.map`` that knows ``num_threads`` and ``output_buffer_size``."""

    def map_(self: Any, map_func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # By position: map_func, num_threads (today num_parallel_calls), output_buffer_size (today a truth value).
        if len(args) > 1 and not isinstance(args[1], bool):
            kwargs.update(zip(("num_threads", "output_buffer_size", "num_parallel_calls"), args, strict=False))
            args = ()
        threads, buffer_size = kwargs.pop("num_threads", None), kwargs.pop("output_buffer_size", None)
        if threads is not None and not args and kwargs.get("num_parallel_calls") is None:
            kwargs["num_parallel_calls"] = threads
        mapped = genuine(self, map_func, *args, **kwargs)
        return mapped if buffer_size is None else mapped.prefetch(buffer_size)

    return map_


def _tensorflow_1(genuine: Callable[..., Any]) -> Callable[..., Any]:
    """A method of TensorFlow 2 that gives a script data sets with ``make_one_shot_iterator()``."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        dataset = genuine(self, *args, **kwargs)
        return importlib.import_module("tensorflow.python.data.ops.dataset_ops").DatasetV1Adapter(dataset)

    return method


def _dense_to_sparse_batch(self: Any, batch_size: Any, row_shape: Any) -> Any:
    """Batches of elements of different shapes, as ``SparseTensor``.

    Args:
        self: the data set.
        batch_size: scalar, ``tf.int64``.
        row_shape: shape that all elements fit into.

    Returns:
        A data set.
    """
    experimental: Any = importlib.import_module("tensorflow.compat.v1").data.experimental
    return self.apply(experimental.dense_to_sparse_batch(batch_size, row_shape))
