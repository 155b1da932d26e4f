"""Examples drawn by chance.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.training.rejection_sample``, ``stratified_sample``,
``resample_at_rate`` and ``weighted_resample``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from tensorflow.python.training.moving_averages import assign_moving_average

from smtf_core.runtime.tf1.base import tf


def rejection_sample(
    tensors: Sequence[Any],
    accept_prob_fn: Callable[[list[Any]], Any],
    batch_size: int,
    queue_threads: int = 1,
    enqueue_many: bool = False,
    prebatch_capacity: int = 16,
    prebatch_threads: int = 1,
    runtime_checks: bool = False,
    name: str | None = None,
) -> list[Any]:
    """Batches of those examples that are accepted. The queues need ``tf.train.start_queue_runners()``.

    Args:
        tensors: one example each, or with ``enqueue_many`` a batch ``[n, ...]``.
        accept_prob_fn: the tensors of one example → its probability of being accepted, a scalar.
        batch_size: size of the batches.
        queue_threads: threads that fill the batches.
        enqueue_many: the tensors are batches.
        prebatch_capacity: capacity of the queue that takes batches apart.
        prebatch_threads: threads of that queue.
        runtime_checks: fail where a probability is not between 0 and 1.
        name: prefix of the operations.

    Returns:
        The tensors as batches ``[batch_size, ...]``.
    """
    with tf.name_scope(name, "rejection_sample", tensors):
        example = [tf.convert_to_tensor(tensor) for tensor in tensors]
        if enqueue_many:
            example = _singles(example, prebatch_capacity, prebatch_threads)
        probability = tf.convert_to_tensor(accept_prob_fn(example))
        probability.shape.assert_has_rank(0)
        if runtime_checks:
            bounds = [tf.assert_less_equal(0.0, probability), tf.assert_less_equal(probability, 1.0)]
            with tf.control_dependencies(bounds):
                probability = tf.identity(probability)
        return _accepted(example, probability, batch_size, queue_threads)


def stratified_sample(
    tensors: Sequence[Any],
    labels: Any,
    target_probs: Any,
    batch_size: int,
    init_probs: Any = None,
    enqueue_many: bool = False,
    queue_capacity: int = 16,
    threads_per_queue: int = 1,
    name: str | None = None,
) -> tuple[list[Any], Any]:
    """Batches with given shares of the classes; examples that do not fit are dropped.

    Args:
        tensors: one example each, or with ``enqueue_many`` a batch ``[n, ...]``.
        labels: class of the example, an integer scalar, or ``[n]``.
        target_probs: ``[classes]``, the shares wanted.
        batch_size: size of the batches.
        init_probs: ``[classes]``, the shares in the data; by default estimated by counting.
        enqueue_many: the tensors are batches.
        queue_capacity: capacity of the queue that takes batches apart.
        threads_per_queue: threads of each queue.
        name: prefix of the operations.

    Returns:
        The tensors as batches ``[batch_size, ...]``, and their labels ``[batch_size]``.

    Raises:
        ValueError: there are no tensors, or ``labels`` has another rank.
        InvalidArgumentError: at run time, where a label is no class, shares do not add up to 1, or a class is wanted
            that the data do not have.
    """
    with tf.name_scope(name, "stratified_sample", [*tensors, labels]):
        label = tf.convert_to_tensor(labels)
        label.shape.assert_has_rank(1 if enqueue_many else 0)
        target = tf.convert_to_tensor(target_probs, tf.float32)
        example = [tf.convert_to_tensor(tensor) for tensor in tensors]
        if not example:
            raise ValueError("stratified_sample needs at least one tensor")
        if enqueue_many:
            *example, label = _singles([*example, label], queue_capacity, threads_per_queue)
        classes = target.shape.as_list()[0]
        checks = [
            tf.assert_greater_equal(label, tf.zeros([], label.dtype), message="a label is below 0"),
            tf.assert_less(label, tf.cast(classes, label.dtype), message="a label is no class of target_probs"),
            _assert_shares(target, "target_probs"),
        ]
        if init_probs is None:
            share = _estimated_shares(label, classes)
        else:
            share = tf.convert_to_tensor(init_probs, tf.float32)
            wanted = tf.logical_or(tf.equal(target, 0.0), tf.greater(share, 0.0))
            checks.append(_assert_shares(share, "init_probs"))
            checks.append(tf.Assert(tf.reduce_all(wanted), ["target_probs wants a class that init_probs lacks", share]))
        with tf.control_dependencies(checks):
            # A class is kept as often as the others allow the scarcest one to reach its share.
            ratio = tf.math.divide_no_nan(target, share)
            probability = tf.gather(ratio / tf.reduce_max(ratio), label)
        *batches, label_batch = _accepted([*example, label], probability, batch_size, threads_per_queue)
        return batches, label_batch


def resample_at_rate(
    inputs: Sequence[Any], rates: Any, scope: str | None = None, seed: int | None = None, back_prop: bool = False
) -> list[Any]:
    """Repeat or drop rows, each so often as a Poisson distribution says.

    Args:
        inputs: ``[batch, ...]`` each.
        rates: ``[batch]``, how often each row is to come on average.
        scope: name of the operations.
        seed: of the chance.
        back_prop: let gradients through.

    Returns:
        The inputs with another number of rows.
    """
    with tf.name_scope(scope, "resample_at_rate", [*inputs, rates]):
        rates = tf.convert_to_tensor(rates, name="rates")
        counts = tf.cast(tf.random_poisson(rates, [], dtype=tf.float32, seed=seed), tf.int32)
        rows = tf.repeat(tf.range(tf.size(counts)), counts)
        picked = [tf.gather(tensor, rows) for tensor in inputs]
        return picked if back_prop else [tf.stop_gradient(tensor) for tensor in picked]


def weighted_resample(
    inputs: Sequence[Any],
    weights: Any,
    overall_rate: float,
    scope: str | None = None,
    mean_decay: float = 0.999,
    seed: int | None = None,
) -> tuple[list[Any], Any]:
    """Repeat or drop rows in proportion to their weights.

    Args:
        inputs: ``[batch, ...]`` each.
        weights: ``[batch]``.
        overall_rate: how often a row of mean weight is to come.
        scope: name of the operations.
        mean_decay: decay of the running mean of the weights.
        seed: of the chance.

    Returns:
        The inputs with another number of rows, and for each such row the rate that it was drawn at.
    """
    with tf.name_scope(scope, "weighted_resample", [*inputs, weights]):
        weights = tf.convert_to_tensor(weights, tf.float32)
        with tf.variable_scope("estimate_mean"):
            running = tf.get_local_variable("estimated_mean", [], weights.dtype, initializer=tf.zeros_initializer())
            mean = assign_moving_average(running, tf.reduce_mean(weights), mean_decay, zero_debias=True)
        rates = weights * overall_rate / mean
        *resampled, drawn = resample_at_rate([*inputs, rates], rates, seed=seed)
        return resampled, drawn


def _singles(batches: Sequence[Any], capacity: int, threads: int) -> list[Any]:
    one = tf.train.batch(batches, 1, num_threads=threads, capacity=capacity, enqueue_many=True)
    return [tf.squeeze(tensor, [0]) for tensor in (one if len(batches) > 1 else [one])]


def _accepted(example: Sequence[Any], probability: Any, batch_size: int, threads: int) -> list[Any]:
    keep = tf.less(tf.random_uniform([], dtype=probability.dtype), probability)
    batch = tf.train.maybe_batch(example, keep, batch_size, num_threads=threads)
    return list(batch) if len(example) > 1 else [batch]


def _assert_shares(shares: Any, name: str) -> Any:
    close = tf.less(tf.abs(tf.reduce_sum(shares) - 1.0), 1e-3)
    return tf.Assert(tf.logical_and(close, tf.reduce_all(shares >= 0.0)), [f"{name} is not a distribution:", shares])


def _estimated_shares(label: Any, classes: int) -> Any:
    # Starts with some of each class: the first few examples must not decide everything.
    start = np.full([classes], 10, np.int64)
    seen = tf.Variable(start, trainable=False, name="class_count")
    counts = tf.assign_add(seen, tf.one_hot(label, classes, dtype=tf.int64))
    return tf.cast(counts / tf.reduce_sum(counts), tf.float32)
