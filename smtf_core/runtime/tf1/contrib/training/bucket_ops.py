"""Batches of elements of a kind, through queues.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.training.bucket`` and ``bucket_by_sequence_length``.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf


def bucket(
    tensors: Any,
    which_bucket: Any,
    batch_size: int | Sequence[int],
    num_buckets: int,
    num_threads: int = 1,
    capacity: int = 32,
    bucket_capacities: Sequence[int] | None = None,
    shapes: Sequence[Any] | None = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    keep_input: Any = True,
    shared_name: str | None = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Collect elements in buckets; a bucket that is full makes a batch.

    Queue runners for it are added to the graph.

    Args:
        tensors: the parts of one element: a list or dict.
        which_bucket: the element's bucket: scalar, ``tf.int32``.
        batch_size: elements in a batch, or one number for each bucket.
        num_buckets: at least 2.
        num_threads: threads that put elements into buckets.
        capacity: of the queue of batches, and of buckets.
        bucket_capacities: of each bucket.
        shapes: of the parts, when they are not known.
        dynamic_pad: fill the parts of a batch up to the largest.
        allow_smaller_final_batch: what is left in the end makes batches as well.
        keep_input: whether the element counts: scalar, ``tf.bool``.
        shared_name: of the queue of batches, to share it between sessions.
        name: of the operations.

    Returns:
        The bucket, scalar ``tf.int32``, and the batch, in the structure of ``tensors``.

    Raises:
        ValueError: there are fewer than two buckets, or the lengths of lists differ.
    """
    keys = sorted(tensors) if isinstance(tensors, Mapping) else None
    parts = [tensors[key] for key in keys] if keys is not None else list(tensors)
    sizes = list(batch_size) if isinstance(batch_size, (list, tuple)) else [batch_size] * num_buckets
    capacities = [capacity] * num_buckets if bucket_capacities is None else list(bucket_capacities)
    if num_buckets < 2:
        raise ValueError(f"num_buckets must be >= 2, not {num_buckets}")
    if len(sizes) != num_buckets or len(capacities) != num_buckets:
        raise ValueError(f"there are {num_buckets} buckets, {len(sizes)} batch sizes and {len(capacities)} capacities")

    with tf.name_scope(name, "bucket", [*parts, which_bucket]) as scope:
        parts = [tf.convert_to_tensor(part) for part in parts]
        types = [part.dtype.base_dtype for part in parts]
        known = [part.shape for part in parts] if shapes is None else [tf.TensorShape(shape) for shape in shapes]
        kind = tf.PaddingFIFOQueue if dynamic_pad else tf.FIFOQueue
        queues = [kind(room, types, known, name=f"bucket_queue_{number}") for number, room in enumerate(capacities)]
        batches = tf.FIFOQueue(capacity, [tf.int32, *types], shared_name=shared_name, name="top_queue")
        which = tf.cast(which_bucket, tf.int32)
        keep = tf.convert_to_tensor(keep_input)
        puts = [_put_if(keep & tf.equal(which, number), queue, parts) for number, queue in enumerate(queues)]
        takes = []
        for number, (queue, size) in enumerate(zip(queues, sizes, strict=True)):
            taken = queue.dequeue_up_to(size) if allow_smaller_final_batch else queue.dequeue_many(size)
            taken = taken if isinstance(taken, (list, tuple)) else [taken]
            takes.append(batches.enqueue([tf.constant(number), *taken]))
        ended = (tf.errors.OutOfRangeError, tf.errors.CancelledError)
        tf.train.add_queue_runner(
            tf.train.QueueRunner(
                queues[0],
                [tf.group(*puts)] * num_threads,
                close_op=tf.group(*(queue.close() for queue in queues)),
                cancel_op=tf.group(*(queue.close(cancel_pending_enqueues=True) for queue in queues)),
                queue_closed_exception_types=ended,
            )
        )
        tf.train.add_queue_runner(tf.train.QueueRunner(batches, takes, queue_closed_exception_types=ended))
        tf.summary.scalar("fraction_of_top_full", tf.cast(batches.size(), tf.float32) / capacity)

        chosen, *batch = batches.dequeue(name=scope)
        fixed = sizes[0] if not allow_smaller_final_batch and len(set(sizes)) == 1 else None
        for part, shape in zip(batch, known, strict=True):
            part.set_shape(tf.TensorShape([fixed]).concatenate(shape))
        return chosen, batch if keys is None else dict(zip(keys, batch, strict=True))


def _put_if(chosen: Any, queue: Any, parts: Sequence[Any]) -> Any:
    """Put an element into a bucket if it belongs there."""

    def put() -> Any:
        with tf.control_dependencies([queue.enqueue(parts)]):
            return tf.constant(True)

    return tf.cond(chosen, put, lambda: tf.constant(False))


def bucket_by_sequence_length(
    input_length: Any,
    tensors: Any,
    batch_size: int | Sequence[int],
    bucket_boundaries: Sequence[int],
    num_threads: int = 1,
    capacity: int = 32,
    bucket_capacities: Sequence[int] | None = None,
    shapes: Sequence[Any] | None = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    keep_input: Any = True,
    shared_name: str | None = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Batches of sequences of about the same length.

    Args:
        input_length: length of the sequence: scalar, ``tf.int32``.
        tensors: see :func:`bucket`, also for the next ones.
        batch_size: see there; one number for each bucket, or one for all.
        bucket_boundaries: ascending; a bucket has the lengths from one boundary to below the next, the first has the
            shorter ones, the last the longer ones.
        num_threads: see there.
        capacity: see there.
        bucket_capacities: see there.
        shapes: see there.
        dynamic_pad: see there.
        allow_smaller_final_batch: see there.
        keep_input: see there.
        shared_name: see there.
        name: see there.

    Returns:
        The lengths of the sequences, ``[batch]`` ``tf.int32``, and the batch, in the structure of ``tensors``.

    Raises:
        TypeError: the boundaries are no list of integers.
        ValueError: there are none, or they do not ascend.
    """
    if not isinstance(bucket_boundaries, (list, tuple)):
        raise TypeError(f"bucket_boundaries must be a list or tuple, but received: {bucket_boundaries}")
    if not bucket_boundaries:
        raise ValueError("bucket_boundaries must not be empty")
    if any(not isinstance(boundary, int) for boundary in bucket_boundaries):
        raise TypeError(f"bucket boundaries must be integers, but received: {bucket_boundaries}")
    if any(first >= second for first, second in itertools.pairwise(bucket_boundaries)):
        raise ValueError(f"Buckets must have sequential increasing lengths, but received: {bucket_boundaries}")
    with tf.name_scope(name, "bucket_by_sequence_length"):
        length = tf.cast(input_length, tf.int32)
        which = tf.reduce_sum(tf.cast(length >= tf.constant(list(bucket_boundaries), tf.int32), tf.int32))
        keys = sorted(tensors) if isinstance(tensors, Mapping) else None
        parts = [tensors[key] for key in keys] if keys is not None else list(tensors)
        _, (lengths, *batch) = bucket(
            [length, *parts],
            which,
            batch_size,
            len(bucket_boundaries) + 1,
            num_threads=num_threads,
            capacity=capacity,
            bucket_capacities=bucket_capacities,
            shapes=None if shapes is None else [[], *shapes],
            dynamic_pad=dynamic_pad,
            allow_smaller_final_batch=allow_smaller_final_batch,
            keep_input=keep_input,
            shared_name=shared_name,
        )
        return lengths, batch if keys is None else dict(zip(keys, batch, strict=True))
