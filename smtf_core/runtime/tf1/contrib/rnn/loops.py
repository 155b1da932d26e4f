"""Layers that read a sequence in both directions, stacked.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.rnn``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf


def transpose_batch_time(x: Any) -> Any:
    """Swap the first two axes of a tensor of at least 2 dimensions; others stay as they are."""
    x = tf.convert_to_tensor(x)
    if x.shape.ndims is not None and x.shape.ndims < 2:
        raise ValueError(f"Expected input tensor {x.name} to have rank at least 2, but saw shape: {x.shape}")
    swapped = tf.transpose(x, tf.concat([[1, 0], tf.range(2, tf.rank(x))], 0))
    if x.shape.ndims is not None:
        swapped.set_shape([x.shape[1], x.shape[0], *x.shape[2:]])
    return swapped


def stack_bidirectional_dynamic_rnn(
    cells_fw: Sequence[Any],
    cells_bw: Sequence[Any],
    inputs: Any,
    initial_states_fw: Sequence[Any] | None = None,
    initial_states_bw: Sequence[Any] | None = None,
    dtype: Any = None,
    sequence_length: Any = None,
    parallel_iterations: int | None = None,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    """Bidirectional layers, each of which reads both directions of the one below.

    Args:
        cells_fw: a cell for each layer.
        cells_bw: as many, backwards.
        inputs: ``[batch, length, size]``, or time first.
        initial_states_fw: for each layer.
        initial_states_bw: for each layer.
        dtype: of the states, if none are given.
        sequence_length: ``[batch]``.
        parallel_iterations: see ``tf.nn.dynamic_rnn``.
        time_major: time is the first axis.
        scope: variable scope.

    Returns:
        Outputs ``[batch, length, sizes of both]``, states forwards, states backwards.

    Raises:
        ValueError: the lists are empty or differ in length.
    """

    def layer(forward: Any, backward: Any, below: Any, states: dict[str, Any]) -> Any:
        outputs, (state_fw, state_bw) = tf.nn.bidirectional_dynamic_rnn(
            forward,
            backward,
            below,
            sequence_length=sequence_length,
            parallel_iterations=parallel_iterations,
            dtype=dtype,
            time_major=time_major,
            **states,
        )
        return tf.concat(outputs, 2), state_fw, state_bw

    return _stacked(layer, cells_fw, cells_bw, inputs, initial_states_fw, initial_states_bw, scope)


def stack_bidirectional_rnn(
    cells_fw: Sequence[Any],
    cells_bw: Sequence[Any],
    inputs: Sequence[Any],
    initial_states_fw: Sequence[Any] | None = None,
    initial_states_bw: Sequence[Any] | None = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    """As :func:`stack_bidirectional_dynamic_rnn`, over a list of steps ``[batch, size]``.

    Returns:
        A list of outputs ``[batch, sizes of both]``, states forwards, states backwards.

    Raises:
        ValueError: the lists are empty or differ in length.
    """

    def layer(forward: Any, backward: Any, below: Any, states: dict[str, Any]) -> Any:
        return tf.nn.static_bidirectional_rnn(
            forward,
            backward,
            below,
            sequence_length=sequence_length,
            dtype=dtype,
            # No scope of its own, unlike the dynamic one: cell_0/fw.
            scope=tf.get_variable_scope(),
            **states,
        )

    return _stacked(layer, cells_fw, cells_bw, inputs, initial_states_fw, initial_states_bw, scope)


def _stacked(
    layer: Callable[[Any, Any, Any, dict[str, Any]], Any],
    cells_fw: Sequence[Any],
    cells_bw: Sequence[Any],
    inputs: Any,
    initial_states_fw: Sequence[Any] | None,
    initial_states_bw: Sequence[Any] | None,
    scope: Any,
) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    if not cells_fw or len(cells_fw) != len(cells_bw):
        raise ValueError("Forward and Backward cells must have the same depth, at least 1.")
    for states in (initial_states_fw, initial_states_bw):
        if states is not None and len(states) != len(cells_fw):
            raise ValueError("initial states must be as many as the cells.")
    states_fw, states_bw = [], []
    with tf.variable_scope(scope or "stack_bidirectional_rnn"):
        for i, (forward, backward) in enumerate(zip(cells_fw, cells_bw, strict=True)):
            initial = {
                "initial_state_fw": initial_states_fw[i] if initial_states_fw else None,
                "initial_state_bw": initial_states_bw[i] if initial_states_bw else None,
            }
            with tf.variable_scope(f"cell_{i}"):
                inputs, state_fw, state_bw = layer(forward, backward, inputs, initial)
            states_fw.append(state_fw)
            states_bw.append(state_bw)
    return inputs, tuple(states_fw), tuple(states_bw)
