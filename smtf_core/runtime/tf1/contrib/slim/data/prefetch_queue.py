"""A queue of batches. Source: TensorFlow 1.11, ``tf.contrib.slim.prefetch_queue``."""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf


def prefetch_queue(
    tensors: Any,
    capacity: int = 8,
    num_threads: int = 1,
    dynamic_pad: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """A queue that is filled with tensors in the background.

    Args:
        tensors: a list, or a dict by name.
        capacity: of the queue.
        num_threads: that fill it.
        dynamic_pad: whether shapes may be known in part only.
        shared_name: name under which sessions share the queue.
        name: of the operations.

    Returns:
        The queue; what it gives is a list, or a dict as ``tensors`` is.
    """
    names = list(tensors) if isinstance(tensors, dict) else None
    values = [tf.convert_to_tensor(tensor) for tensor in (tensors.values() if names is not None else tensors)]
    with tf.name_scope(name, "prefetch_queue", values) as scope:
        kind = tf.PaddingFIFOQueue if dynamic_pad else tf.FIFOQueue
        queue = kind(
            capacity,
            [value.dtype for value in values],
            [value.shape for value in values],
            names=names,
            shared_name=shared_name,
        )
        filling = queue.enqueue(dict(zip(names, values, strict=True)) if names is not None else values)
        tf.train.add_queue_runner(tf.train.QueueRunner(queue, [filling] * num_threads))
        tf.summary.scalar(f"{scope}fraction_of_{capacity}_full", tf.to_float(queue.size()) / capacity)
        return queue
