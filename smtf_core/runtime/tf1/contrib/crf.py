"""``tf.contrib.crf``: linear-chain conditional random fields.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.crf``.

Throughout: ``inputs`` are ``[batch, length, tags]`` scores, ``tag_indices`` ``[batch, length]`` integers,
``sequence_lengths`` ``[batch]``, ``transition_params`` ``[tags, tags]`` scores from one tag to the next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from smtf_core.runtime.tf1.base import tf


def _mask(sequence_lengths: Any, like: Any) -> Any:
    return tf.sequence_mask(sequence_lengths, tf.shape(like)[1], dtype=tf.float32)


def crf_unary_score(tag_indices: Any, sequence_lengths: Any, inputs: Any) -> Any:
    """The sum of the tags' own scores, ``[batch]``."""
    chosen = tf.reduce_sum(inputs * tf.one_hot(tag_indices, tf.shape(inputs)[2], dtype=inputs.dtype), 2)
    return tf.reduce_sum(chosen * _mask(sequence_lengths, inputs), 1)


def crf_binary_score(tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Any:
    """The sum of the transitions' scores, ``[batch]``."""
    tag_indices = tf.convert_to_tensor(tag_indices)
    pairs = tf.stack([tag_indices[:, :-1], tag_indices[:, 1:]], 2)
    return tf.reduce_sum(tf.gather_nd(transition_params, pairs) * _mask(sequence_lengths, tag_indices)[:, 1:], 1)


def crf_sequence_score(inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Any:
    """The score of a sequence of tags, not normalised, ``[batch]``; 0 for an empty one."""
    unary = crf_unary_score(tag_indices, sequence_lengths, inputs)
    return unary + crf_binary_score(tag_indices, sequence_lengths, transition_params)


def crf_log_norm(inputs: Any, sequence_lengths: Any, transition_params: Any) -> Any:
    """The logarithm of the sum over all sequences, ``[batch]``; 0 for an empty one."""
    inputs, lengths = tf.convert_to_tensor(inputs), tf.convert_to_tensor(sequence_lengths)

    def advance(state: Any, step: Any) -> Any:
        score, active = step
        following = tf.reduce_logsumexp(tf.expand_dims(state, 2) + transition_params, 1) + score
        return tf.where(active[:, None] & tf.ones_like(following, tf.bool), following, state)

    later = tf.transpose(inputs[:, 1:], [1, 0, 2])
    active = tf.transpose(tf.sequence_mask(lengths, tf.shape(inputs)[1])[:, 1:])
    last = tf.foldl(advance, (later, active), initializer=inputs[:, 0])
    norm = tf.reduce_logsumexp(last, 1)
    return tf.where(tf.less_equal(lengths, 0), tf.zeros_like(norm), norm)


def crf_log_likelihood(
    inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any = None
) -> tuple[Any, Any]:
    """The log-likelihood of sequences of tags.

    Args:
        inputs: see above.
        tag_indices: see above.
        sequence_lengths: see above.
        transition_params: a variable ``transitions`` by default.

    Returns:
        The log-likelihoods ``[batch]``, and the transition scores.
    """
    inputs = tf.convert_to_tensor(inputs)
    if transition_params is None:
        tags = inputs.shape.as_list()[2]
        transition_params = tf.get_variable("transitions", [tags, tags])
    score = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    return score - crf_log_norm(inputs, sequence_lengths, transition_params), transition_params


def viterbi_decode(score: Any, transition_params: Any) -> tuple[list[int], Any]:
    """The best sequence of tags of one example, with numpy.

    Args:
        score: ``[length, tags]``.
        transition_params: see above.

    Returns:
        The tags and their score.
    """
    best, came_from = np.asarray(score[0]), []
    for own in score[1:]:
        ways = best[:, None] + transition_params
        came_from.append(ways.argmax(0))
        best = own + ways.max(0)
    tags = [int(best.argmax())]
    for sources in reversed(came_from):
        tags.append(int(sources[tags[-1]]))
    return tags[::-1], best.max()


def crf_decode(potentials: Any, transition_params: Any, sequence_length: Any) -> tuple[Any, Any]:
    """The best tags, within TensorFlow.

    Args:
        potentials: the inputs.
        transition_params: the transitions.
        sequence_length: ``[batch]``.

    Returns:
        Tags ``[batch, length]`` ``int32``, 0 after the end, and their scores ``[batch]``.
    """
    potentials, lengths = tf.convert_to_tensor(potentials), tf.cast(sequence_length, tf.int32)
    batch, steps, tags = tf.unstack(tf.shape(potentials))
    own = tf.tile(tf.range(tags)[None], [batch, 1])

    def forward(before: Any, now: Any) -> Any:
        time, inputs = now
        through = before[0][:, :, None] + transition_params
        inside = tf.tile(tf.logical_and(time > 0, time < lengths)[:, None], [1, tags])
        best = tf.where(inside, tf.argmax(through, 1, output_type=tf.int32), own)
        return tf.where(inside, tf.reduce_max(through, 1) + inputs, before[0]), best

    first = potentials[:, 0]
    scores, best = tf.scan(forward, (tf.range(steps), tf.transpose(potentials, [1, 0, 2])), (first, own))
    last = tf.argmax(scores[-1], 1, output_type=tf.int32)
    earlier = tf.scan(lambda tag, table: tf.gather(table, tag, batch_dims=1), best, last, reverse=True)
    path = tf.transpose(tf.concat([earlier[1:], last[None]], 0))
    return path * tf.sequence_mask(lengths, steps, dtype=tf.int32), tf.reduce_max(scores[-1], 1)
