"""Sequences of symbols: each is embedded before the cell sees it.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.legacy_seq2seq``; names of variables: its checkpoints.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import rnn
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.decoding import (
    Decoded,
    LoopFunction,
    Projection,
    rnn_decoder,
    tied_rnn_seq2seq,
)


def feeding_previous(embedding: Any, projection: Projection | None, update: bool) -> LoopFunction:
    """The embedding of the likeliest symbol of the step before."""

    def next_input(previous: Any, _: int) -> Any:
        if projection is not None:
            previous = tf.nn.xw_plus_b(previous, *projection)
        embedded = tf.nn.embedding_lookup(embedding, tf.argmax(previous, 1))
        return embedded if update else tf.stop_gradient(embedded)

    return next_input


def embedding_rnn_decoder(
    decoder_inputs: Sequence[Any],
    initial_state: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    output_projection: Projection | None = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    scope: Any = None,
) -> Decoded:
    """Decode symbols.

    Args:
        decoder_inputs: of each step, numbers of symbols ``[batch]``.
        initial_state: of the cell.
        cell: an RNN cell.
        num_symbols: how many symbols.
        embedding_size: dimensions of a symbol's embedding.
        output_projection: weights ``[output size, num_symbols]`` and biases that make logits of outputs.
        feed_previous: take the likeliest symbol of the step before for input, after the first step.
        update_embedding_for_previous: train the embeddings of these, too.
        scope: variable scope, ``embedding_rnn_decoder`` by default.

    Returns:
        Outputs of the steps; the last state.
    """
    with tf.variable_scope(scope or "embedding_rnn_decoder"):
        embedding = tf.get_variable("embedding", [num_symbols, embedding_size])
        loop = feeding_previous(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        embedded = [tf.nn.embedding_lookup(embedding, given) for given in decoder_inputs]
        return rnn_decoder(embedded, initial_state, cell, loop)


def embedding_rnn_seq2seq(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    cell: Any,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    output_projection: Projection | None = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> Decoded:
    """Encode symbols and decode symbols.

    Args:
        encoder_inputs: of each step, numbers of symbols ``[batch]``.
        decoder_inputs: likewise.
        cell: an RNN cell.
        num_encoder_symbols: how many symbols the encoder has.
        num_decoder_symbols: how many symbols the decoder has.
        embedding_size: dimensions of a symbol's embedding.
        output_projection: see :func:`embedding_rnn_decoder`; without it the cell's outputs are made into logits.
        feed_previous: see :func:`embedding_rnn_decoder`; may be a tensor.
        dtype: of the initial state; ``tf.float32`` by default.
        scope: variable scope, ``embedding_rnn_seq2seq`` by default.

    Returns:
        Outputs of the steps; the last state.
    """
    with tf.variable_scope(scope or "embedding_rnn_seq2seq"):
        encoder = rnn.EmbeddingWrapper(copy.deepcopy(cell), num_encoder_symbols, embedding_size)
        _, encoded = tf.nn.static_rnn(encoder, encoder_inputs, dtype=dtype or tf.float32)
        if output_projection is None:
            cell = rnn.OutputProjectionWrapper(cell, num_decoder_symbols)

        def decode(feed: bool) -> Decoded:
            return embedding_rnn_decoder(
                decoder_inputs, encoded, cell, num_decoder_symbols, embedding_size, output_projection, feed
            )

        return decode_either_way(decode, feed_previous, len(decoder_inputs))


def decode_either_way(decode: Callable[[bool], Decoded], feed_previous: Any, steps: int) -> Decoded:
    """Decode in the one way or the other, as a Python value or a tensor says; variables are the same."""
    if isinstance(feed_previous, bool):
        return decode(feed_previous)
    structure: list[Any] = []

    def branch(feed: bool) -> list[Any]:
        with tf.variable_scope(tf.get_variable_scope(), reuse=None if feed else True):
            outputs, state = decode(feed)
        structure.append(state)
        return [*outputs, *tf.nest.flatten(state)]

    found = tf.cond(feed_previous, lambda: branch(True), lambda: branch(False))
    return list(found[:steps]), tf.nest.pack_sequence_as(structure[0], found[steps:])


def embedding_tied_rnn_seq2seq(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    num_decoder_symbols: int | None = None,
    output_projection: Projection | None = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> Decoded:
    """:func:`embedding_rnn_seq2seq` with one embedding and one cell for both parts.

    Raises:
        ValueError: an ``output_projection`` has not as many biases as there are symbols.
    """
    if output_projection is not None:
        output_projection[1].shape.assert_is_compatible_with([num_symbols])
    with tf.variable_scope(scope or "embedding_tied_rnn_seq2seq"):
        embedding = tf.get_variable("embedding", [num_symbols, embedding_size])
        encoded, given = (
            [tf.nn.embedding_lookup(embedding, one) for one in inputs] for inputs in (encoder_inputs, decoder_inputs)
        )
        if output_projection is None:
            cell = rnn.OutputProjectionWrapper(cell, num_decoder_symbols or num_symbols)

        def decode(feed: bool) -> Decoded:
            loop = feeding_previous(embedding, output_projection, True) if feed else None
            return tied_rnn_seq2seq(encoded, given, cell, loop, dtype or tf.float32)

        return decode_either_way(decode, feed_previous, len(decoder_inputs))
