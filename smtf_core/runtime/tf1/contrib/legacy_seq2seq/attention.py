"""Decoders that draw from all states of the encoder.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.legacy_seq2seq``; names of variables: its checkpoints.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import rnn
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.decoding import Decoded, LoopFunction, Projection, input_of_step
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.embedding import decode_either_way, feeding_previous


def attention_decoder(
    decoder_inputs: Sequence[Any],
    initial_state: Any,
    attention_states: Any,
    cell: Any,
    output_size: int | None = None,
    num_heads: int = 1,
    loop_function: LoopFunction | None = None,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> Decoded:
    """:func:`rnn_decoder` with additive attention.

    Args:
        decoder_inputs: of each step, ``[batch, input size]``.
        initial_state: of the cell.
        attention_states: what is attended to, ``[batch, length, size]``.
        cell: an RNN cell.
        output_size: of the outputs; the cell's by default.
        num_heads: how often to attend.
        loop_function: see :func:`rnn_decoder`.
        dtype: of the first attention; that of ``attention_states`` by default.
        scope: variable scope, ``attention_decoder`` by default.
        initial_state_attention: attend to the initial state at first, not to nothing.

    Returns:
        Outputs of the steps; the last state.

    Raises:
        ValueError: there are no inputs or heads, or ``attention_states`` have no known length or size.
    """
    if not decoder_inputs:
        raise ValueError("Must provide at least 1 input to attention decoder.")
    if num_heads < 1:
        raise ValueError("With less than 1 heads, use a non-attention decoder.")
    length, size = attention_states.shape.as_list()[1:3]
    if size is None:
        raise ValueError(f"Shape[2] of attention_states must be known: {attention_states.shape}")
    with tf.variable_scope(scope or "attention_decoder"):
        attend = _Attention(attention_states, length or tf.shape(attention_states)[1], size, num_heads)
        state = initial_state
        outputs: list[Any] = []
        if initial_state_attention:
            attended = attend(initial_state)
        else:
            rows = tf.shape(decoder_inputs[0])[0]
            attended = [tf.zeros([rows, size], dtype or attention_states.dtype) for _ in range(num_heads)]
            for one in attended:
                one.set_shape([None, size])
        for number, given in enumerate(decoder_inputs):
            if number > 0:
                tf.get_variable_scope().reuse_variables()
            step = input_of_step(given, outputs, loop_function, number)
            joined = _linear([step, *attended], step.shape.as_list()[1])
            cell_output, state = cell(joined, state)
            with tf.variable_scope(tf.get_variable_scope(), reuse=True if initial_state_attention else None):
                attended = attend(state)
            with tf.variable_scope("AttnOutputProjection"):
                outputs.append(_linear([cell_output, *attended], output_size or cell.output_size))
        return outputs, state


class _Attention:
    """What of ``states`` a query draws, by each head."""

    def __init__(self, states: Any, length: Any, size: int, heads: int) -> None:
        self._length, self._size = length, size
        self._states = tf.reshape(states, [-1, length, 1, size])
        self._keys, self._scales = [], []
        for head in range(heads):
            kernel = tf.get_variable(f"AttnW_{head}", [1, 1, size, size], states.dtype)
            self._keys.append(tf.nn.conv2d(self._states, kernel, [1, 1, 1, 1], "SAME"))
            self._scales.append(tf.get_variable(f"AttnV_{head}", [size], states.dtype))

    def __call__(self, query: Any) -> list[Any]:
        query = tf.concat(tf.nest.flatten(query), 1)
        drawn = []
        for head, (keys, scale) in enumerate(zip(self._keys, self._scales, strict=True)):
            with tf.variable_scope(f"Attention_{head}"):
                asked = tf.reshape(_linear([query], self._size), [-1, 1, 1, self._size])
                weights = tf.nn.softmax(tf.reduce_sum(scale * tf.tanh(keys + asked), [2, 3]))
                weighted = tf.reshape(weights, [-1, self._length, 1, 1]) * self._states
                drawn.append(tf.reshape(tf.reduce_sum(weighted, [1, 2]), [-1, self._size]))
        return drawn


def _linear(inputs: Sequence[Any], size: int) -> Any:
    together = tf.concat(inputs, 1) if len(inputs) > 1 else inputs[0]
    kernel = tf.get_variable("kernel", [together.shape.as_list()[1], size], together.dtype)
    bias = tf.get_variable("bias", [size], together.dtype, initializer=tf.zeros_initializer())
    return tf.nn.bias_add(tf.matmul(together, kernel), bias)


def embedding_attention_decoder(
    decoder_inputs: Sequence[Any],
    initial_state: Any,
    attention_states: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_size: int | None = None,
    output_projection: Projection | None = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> Decoded:
    """:func:`embedding_rnn_decoder` with attention; see :func:`attention_decoder`."""
    with tf.variable_scope(scope or "embedding_attention_decoder"):
        embedding = tf.get_variable("embedding", [num_symbols, embedding_size])
        loop = feeding_previous(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        embedded = [tf.nn.embedding_lookup(embedding, given) for given in decoder_inputs]
        return attention_decoder(
            embedded,
            initial_state,
            attention_states,
            cell,
            output_size,
            num_heads,
            loop,
            dtype,
            initial_state_attention=initial_state_attention,
        )


def embedding_attention_seq2seq(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    cell: Any,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_projection: Projection | None = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> Decoded:
    """:func:`embedding_rnn_seq2seq` with attention to the encoder's outputs; see :func:`attention_decoder`."""
    with tf.variable_scope(scope or "embedding_attention_seq2seq"):
        encoder = rnn.EmbeddingWrapper(copy.deepcopy(cell), num_encoder_symbols, embedding_size)
        outputs, encoded = tf.nn.static_rnn(encoder, encoder_inputs, dtype=dtype or tf.float32)
        states = tf.concat([tf.reshape(one, [-1, 1, cell.output_size]) for one in outputs], 1)
        output_size = None
        if output_projection is None:
            cell = rnn.OutputProjectionWrapper(cell, num_decoder_symbols)
            output_size = num_decoder_symbols

        def decode(feed: bool) -> Decoded:
            return embedding_attention_decoder(
                decoder_inputs,
                encoded,
                states,
                cell,
                num_decoder_symbols,
                embedding_size,
                num_heads,
                output_size,
                output_projection,
                feed,
                initial_state_attention=initial_state_attention,
            )

        return decode_either_way(decode, feed_previous, len(decoder_inputs))
