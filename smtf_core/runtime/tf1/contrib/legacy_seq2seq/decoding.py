"""A cell run over a list of inputs, its own outputs among them if asked for.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.legacy_seq2seq``; names of variables: its checkpoints.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf

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
            step = input_of_step(given, outputs, loop_function, number)
            if number > 0:
                tf.get_variable_scope().reuse_variables()
            output, state = cell(step, state)
            outputs.append(output)
        return outputs, state


def input_of_step(given: Any, outputs: list[Any], loop_function: LoopFunction | None, number: int) -> Any:
    """What a step gets: what it was given or, from the second step on, what ``loop_function`` makes of the output."""
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
