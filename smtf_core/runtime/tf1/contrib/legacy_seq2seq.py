"""``tf.contrib.legacy_seq2seq``: sequences as lists of tensors, one for each step.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.legacy_seq2seq``; names of variables: its checkpoints.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import rnn

LoopFunction = Callable[[Any, int], Any]
Decoded = tuple[list[Any], Any]
Projection = tuple[Any, Any]


def rnn_decoder(
    decoder_inputs: Sequence[Any],
    initial_state: Any,
    cell: Any,
    loop_function: LoopFunction | None = None,
    scope: Any = None,
) -> Decoded:
    """Run a cell over inputs.

    Args:
        decoder_inputs: of each step, ``[batch, input size]``.
        initial_state: of the cell.
        cell: an RNN cell.
        loop_function: gives the next input from an output and the number of the step, instead of ``decoder_inputs``.
        scope: variable scope, ``rnn_decoder`` by default.

    Returns:
        Outputs of the steps; the last state.
    """
    with tf.variable_scope(scope or "rnn_decoder"):
        state = initial_state
        outputs: list[Any] = []
        for number, given in enumerate(decoder_inputs):
            step = _next_input(given, outputs, loop_function, number)
            if number > 0:
                tf.get_variable_scope().reuse_variables()
            output, state = cell(step, state)
            outputs.append(output)
        return outputs, state


def _next_input(given: Any, outputs: list[Any], loop_function: LoopFunction | None, number: int) -> Any:
    if loop_function is None or not outputs:
        return given
    with tf.variable_scope("loop_function", reuse=True):
        return loop_function(outputs[-1], number)


def basic_rnn_seq2seq(
    encoder_inputs: Sequence[Any], decoder_inputs: Sequence[Any], cell: Any, dtype: Any = tf.float32, scope: Any = None
) -> Decoded:
    """Encode with a copy of the cell, decode with the cell; see :func:`rnn_decoder`."""
    with tf.variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = tf.nn.static_rnn(copy.deepcopy(cell), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


def tied_rnn_seq2seq(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    cell: Any,
    loop_function: LoopFunction | None = None,
    dtype: Any = tf.float32,
    scope: Any = None,
) -> Decoded:
    """Encode and decode with the same cell and its same variables; see :func:`rnn_decoder`."""
    with tf.variable_scope("combined_tied_rnn_seq2seq"):
        scope = scope or "tied_rnn_seq2seq"
        _, state = tf.nn.static_rnn(cell, encoder_inputs, dtype=dtype, scope=scope)
        tf.get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function, scope)


def _feed_previous(embedding: Any, projection: Projection | None, update: bool) -> LoopFunction:
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
        loop = _feed_previous(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
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

        return _decoded(decode, feed_previous, len(decoder_inputs))


def _decoded(decode: Callable[[bool], Decoded], feed_previous: Any, steps: int) -> Decoded:
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
            loop = _feed_previous(embedding, output_projection, True) if feed else None
            return tied_rnn_seq2seq(encoded, given, cell, loop, dtype or tf.float32)

        return _decoded(decode, feed_previous, len(decoder_inputs))


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
            step = _next_input(given, outputs, loop_function, number)
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
        loop = _feed_previous(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
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

        return _decoded(decode, feed_previous, len(decoder_inputs))


def sequence_loss_by_example(
    logits: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    average_across_timesteps: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Any:
    """The weighted cross entropy of each sequence.

    Args:
        logits: of each step, ``[batch, symbols]``.
        targets: of each step, numbers of symbols ``[batch]``.
        weights: of each step, ``[batch]``.
        average_across_timesteps: divide by the sum of the weights.
        softmax_loss_function: loss of ``labels, logits`` instead of the cross entropy.
        name: of the operation.

    Returns:
        ``[batch]``.

    Raises:
        ValueError: the lists are of different lengths.
    """
    if not len(logits) == len(targets) == len(weights):
        raise ValueError(
            f"Lengths of logits, weights, and targets must be the same {len(logits)}, {len(weights)}, {len(targets)}."
        )
    with tf.name_scope(name, "sequence_loss_by_example", [*logits, *targets, *weights]):
        losses = []
        for given, target, weight in zip(logits, targets, weights, strict=True):
            if softmax_loss_function is None:
                labels = tf.reshape(target, [-1])
                loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=given)
            else:
                loss = softmax_loss_function(labels=target, logits=given)
            losses.append(loss * weight)
        total = tf.add_n(losses)
        # The small number keeps sequences without weights from dividing by nothing.
        return total / (tf.add_n(list(weights)) + 1e-12) if average_across_timesteps else total


def sequence_loss(
    logits: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Any:
    """The sum of :func:`sequence_loss_by_example`, or its average if ``average_across_batch``."""
    with tf.name_scope(name, "sequence_loss", [*logits, *targets, *weights]):
        cost = tf.reduce_sum(
            sequence_loss_by_example(logits, targets, weights, average_across_timesteps, softmax_loss_function)
        )
        return cost / tf.cast(tf.shape(targets[0])[0], cost.dtype) if average_across_batch else cost


def model_with_buckets(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    buckets: Sequence[tuple[int, int]],
    seq2seq: Callable[[Sequence[Any], Sequence[Any]], Decoded],
    softmax_loss_function: Callable[..., Any] | None = None,
    per_example_loss: bool = False,
    name: str | None = None,
) -> tuple[list[list[Any]], list[Any]]:
    """A model for each pair of lengths, all with the same variables.

    Args:
        encoder_inputs: of as many steps as the longest bucket has.
        decoder_inputs: likewise.
        targets: likewise.
        weights: likewise.
        buckets: lengths of input and output.
        seq2seq: makes outputs and state of encoder's and decoder's inputs.
        softmax_loss_function: see :func:`sequence_loss_by_example`.
        per_example_loss: give the loss of each sequence.
        name: of the operations.

    Returns:
        Outputs and losses, for each bucket.

    Raises:
        ValueError: a list is shorter than the last bucket.
    """
    for what, given, wanted in (
        ("encoder_inputs", encoder_inputs, buckets[-1][0]),
        ("targets", targets, buckets[-1][1]),
        ("weights", weights, buckets[-1][1]),
    ):
        if len(given) < wanted:
            raise ValueError(f"Length of {what} ({len(given)}) must be at least that of last bucket ({wanted}).")
    measure = sequence_loss_by_example if per_example_loss else sequence_loss
    outputs, losses = [], []
    with tf.name_scope(name, "model_with_buckets", [*encoder_inputs, *decoder_inputs, *targets, *weights]):
        for number, (steps_in, steps_out) in enumerate(buckets):
            with tf.variable_scope(tf.get_variable_scope(), reuse=True if number else None):
                made, _ = seq2seq(encoder_inputs[:steps_in], decoder_inputs[:steps_out])
                outputs.append(made)
                losses.append(
                    measure(
                        made,
                        targets[:steps_out],
                        weights[:steps_out],
                        softmax_loss_function=softmax_loss_function,
                    )
                )
    return outputs, losses
