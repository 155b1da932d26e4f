"""Tools of beam search.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.seq2seq.tile_batch``, ``gather_tree``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf


def tile_batch(t: Any, multiplier: int, name: str | None = None) -> Any:
    """Repeat every entry of a batch, each beside itself.

    Args:
        t: tensors ``[batch, …]``, in any nest.
        multiplier: how often.
        name: of the operations.

    Returns:
        The same nest, ``[batch * multiplier, …]``.
    """
    with tf.name_scope(name, "tile_batch", [*tf.nest.flatten(t), multiplier]):
        return tf.nest.map_structure(lambda tensor: _tiled(tf.convert_to_tensor(tensor), multiplier), t)


def _tiled(tensor: Any, multiplier: int) -> Any:
    if tensor.shape.ndims is None or tensor.shape.ndims < 1:
        raise ValueError("tile_batch: t must have a known rank of at least 1")
    tiled = tf.repeat(tensor, multiplier, axis=0)
    batch = tensor.shape.as_list()[0]
    tiled.set_shape([None if batch is None else batch * multiplier, *tensor.shape.as_list()[1:]])
    return tiled


def gather_tree(
    step_ids: Any, parent_ids: Any, max_sequence_lengths: Any, end_token: Any, name: str | None = None
) -> Any:
    """The whole beams, from each step's ids and the beams that they go on from.

    Args:
        step_ids: ``[time, batch, beams]`` ``int32``.
        parent_ids: of the same shape: beam of the step before.
        max_sequence_lengths: ``[batch]`` ``int32``: where the beams end.
        end_token: scalar ``int32``; fills what comes after it, or after the end.
        name: of the operations.

    Returns:
        ``[time, batch, beams]`` ``int32``.
    """
    with tf.name_scope(name, "GatherTree", [step_ids, parent_ids]):
        step_ids, parent_ids = tf.convert_to_tensor(step_ids), tf.convert_to_tensor(parent_ids)
        steps, batch, beams = tf.unstack(tf.shape(step_ids))
        own = tf.tile(tf.range(beams)[None], [batch, 1])
        end_ids = tf.fill([batch, beams], end_token)
        last = tf.cast(max_sequence_lengths, tf.int32) - 1

        def step_back(later: Any, now: Any) -> Any:
            time, ids, parents = now
            inside = tf.tile((time <= last)[:, None], [1, beams])
            beam = later[1]
            gathered = tf.where(inside, tf.gather(ids, beam, batch_dims=1), end_ids)
            return gathered, tf.where(inside, tf.gather(parents, beam, batch_dims=1), own)

        ids, _ = tf.scan(step_back, (tf.range(steps), step_ids, parent_ids), (end_ids, own), reverse=True)
        ended = tf.cumsum(tf.cast(tf.equal(ids, end_token), tf.int32), exclusive=True) > 0
        ids = tf.where(ended, tf.fill(tf.shape(ids), end_token), ids)
        ids.set_shape(step_ids.shape)
        return ids
