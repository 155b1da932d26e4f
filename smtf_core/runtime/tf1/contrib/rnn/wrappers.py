"""Cells around a cell.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.rnn``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tensorflow.python.framework import op_def_registry

from smtf_core.runtime.tf1.base import rnn_cell, tf
from smtf_core.runtime.tf1.contrib.compiler.jit import experimental_jit_scope
from smtf_core.runtime.tf1.contrib.rnn.cell import linear


class InputProjectionWrapper(rnn_cell.RNNCell):  # type: ignore[misc]
    """A cell whose inputs go through a linear layer first: variables ``kernel``, ``bias``.

    Args:
        cell: the cell.
        num_proj: number of its inputs.
        activation: applied to them.
        input_size: accepted; it had no meaning in TensorFlow 1 either.
        reuse: reuse the variables.
    """

    def __init__(
        self,
        cell: Any,
        num_proj: int,
        activation: Callable[[Any], Any] | None = None,
        input_size: Any = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._cell, self._num_proj, self._activation = cell, num_proj, activation

    @property
    def state_size(self) -> Any:
        """The cell's."""
        return self._cell.state_size

    @property
    def output_size(self) -> Any:
        """The cell's."""
        return self._cell.output_size

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        projected = linear(inputs, self._num_proj)
        return self._cell(projected if self._activation is None else self._activation(projected), state)


class OutputProjectionWrapper(rnn_cell.RNNCell):  # type: ignore[misc]
    """A cell whose outputs go through a linear layer: variables ``kernel``, ``bias``.

    Args:
        cell: the cell.
        output_size: number of outputs.
        activation: applied to them.
        reuse: reuse the variables.
    """

    def __init__(
        self, cell: Any, output_size: int, activation: Callable[[Any], Any] | None = None, reuse: bool | None = None
    ) -> None:
        super().__init__(_reuse=reuse)
        self._cell, self._output_size, self._activation = cell, output_size, activation

    @property
    def state_size(self) -> Any:
        """The cell's."""
        return self._cell.state_size

    @property
    def output_size(self) -> int:
        """Number of outputs."""
        return self._output_size

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        outputs, state = self._cell(inputs, state)
        projected = linear(outputs, self._output_size)
        return (projected if self._activation is None else self._activation(projected)), state


class EmbeddingWrapper(rnn_cell.RNNCell):  # type: ignore[misc]
    """A cell whose inputs are numbers of symbols: variable ``embedding`` ``[classes, size]``.

    Args:
        cell: the cell.
        embedding_classes: number of symbols.
        embedding_size: size of the vectors that stand for them.
        initializer: of the embedding; by default that of the variable scope, or even between -√3 and √3.
        reuse: reuse the variables.

    Raises:
        ValueError: a size is not positive.
    """

    def __init__(
        self,
        cell: Any,
        embedding_classes: int,
        embedding_size: int,
        initializer: Any = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise ValueError(
                f"Both embedding_classes and embedding_size must be > 0: {embedding_classes}, {embedding_size}."
            )
        self._cell, self._shape, self._initializer = cell, [embedding_classes, embedding_size], initializer

    @property
    def state_size(self) -> Any:
        """The cell's."""
        return self._cell.state_size

    @property
    def output_size(self) -> Any:
        """The cell's."""
        return self._cell.output_size

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        scale = math.sqrt(3)
        initializer = self._initializer or tf.get_variable_scope().initializer
        first = state[0] if isinstance(state, tuple) else state
        with tf.device("/cpu:0"):
            embedding = tf.get_variable(
                "embedding", self._shape, first.dtype, initializer or tf.random_uniform_initializer(-scale, scale)
            )
            embedded = tf.nn.embedding_lookup(embedding, tf.reshape(inputs, [-1]))
        return self._cell(embedded, state)


class HighwayWrapper(rnn_cell.RNNCell):  # type: ignore[misc]
    """A cell around which the inputs pass through a gate.

    Variables, in the variable scope around it: ``carry_w`` ``[inputs, inputs]``, ``carry_b``; ``transform_w`` and
    ``transform_b`` where the gates are not coupled.

    Args:
        cell: the cell; its output has the size of its inputs.
        couple_carry_transform_gates: let through of the output what is not let through of the inputs.
        carry_bias_init: first value of the gate's bias.
    """

    def __init__(self, cell: Any, couple_carry_transform_gates: bool = True, carry_bias_init: float = 1.0) -> None:
        super().__init__()
        self._cell, self._coupled, self._carry_bias_init = cell, couple_carry_transform_gates, carry_bias_init

    @property
    def state_size(self) -> Any:
        """The cell's."""
        return self._cell.state_size

    @property
    def output_size(self) -> Any:
        """The cell's."""
        return self._cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The cell's."""
        return self._cell.zero_state(batch_size, dtype)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step."""
        outputs, state = self._cell(inputs, state, scope=scope)
        tf.nest.assert_same_structure(inputs, outputs)
        return tf.nest.map_structure(self._passed, inputs, outputs), state

    def _gate(self, name: str, inputs: Any, bias: float) -> Any:
        size = inputs.shape.as_list()[1]
        weights = tf.get_variable(f"{name}_w", [size, size])
        return tf.sigmoid(
            tf.nn.xw_plus_b(
                inputs, weights, tf.get_variable(f"{name}_b", [size], initializer=tf.constant_initializer(bias))
            )
        )

    def _passed(self, inputs: Any, outputs: Any) -> Any:
        carry = self._gate("carry", inputs, self._carry_bias_init)
        transform = 1 - carry if self._coupled else self._gate("transform", inputs, -self._carry_bias_init)
        return inputs * carry + outputs * transform


class CompiledWrapper(rnn_cell.RNNCell):  # type: ignore[misc]
    """A cell whose steps XLA compiles.

    Args:
        cell: the cell.
        compile_stateful: compile operations that have a state too.
    """

    def __init__(self, cell: Any, compile_stateful: bool = False) -> None:
        super().__init__()
        self._cell, self._compile_stateful = cell, compile_stateful

    @property
    def state_size(self) -> Any:
        """The cell's."""
        return self._cell.state_size

    @property
    def output_size(self) -> Any:
        """The cell's."""
        return self._cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The cell's."""
        return self._cell.zero_state(batch_size, dtype)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step."""
        stateless = True if self._compile_stateful else _is_stateless
        with experimental_jit_scope(compile_ops=stateless):
            return self._cell(inputs, state, scope=scope)


def _is_stateless(node: Any) -> bool:
    definition = op_def_registry.get(node.op)
    return definition is not None and not definition.is_stateful


class AttentionCellWrapper(rnn_cell.RNNCell):  # type: ignore[misc]
    """A cell that attends to its own last outputs (Bahdanau et al., arXiv:1409.0473).

    Variables: ``kernel`` and ``bias`` of the inputs joined with the attention; ``attention/attn_w``
    ``[1, 1, attn_size, attn_vec_size]``, ``attention/attn_v``, ``attention/kernel``, ``attention/bias``;
    ``attn_output_projection/kernel`` and ``…/bias``.

    Args:
        cell: the cell.
        attn_length: how many outputs it attends to.
        attn_size: size of the attention; by default that of the cell's output.
        attn_vec_size: size of the features that outputs are compared by; by default ``attn_size``.
        input_size: size of the cell's inputs; by default that of the inputs.
        state_is_tuple: the state is ``(the cell's, attention, outputs)``, not one tensor.
        reuse: reuse the variables.

    Raises:
        ValueError: ``attn_length`` is not positive, or the cell's state is a tuple and ``state_is_tuple`` is false.
    """

    def __init__(
        self,
        cell: Any,
        attn_length: int,
        attn_size: int | None = None,
        attn_vec_size: int | None = None,
        input_size: int | None = None,
        state_is_tuple: bool = True,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        if isinstance(cell.state_size, tuple) and not state_is_tuple:
            raise ValueError(f"Cell returns tuple of states, but the flag state_is_tuple is not set. {cell.state_size}")
        if attn_length <= 0:
            raise ValueError(f"attn_length should be greater than zero, got {attn_length}")
        self._cell, self._attn_length, self._input_size = cell, attn_length, input_size
        self._attn_size = cell.output_size if attn_size is None else attn_size
        self._attn_vec_size = self._attn_size if attn_vec_size is None else attn_vec_size
        self._state_is_tuple = state_is_tuple

    @property
    def state_size(self) -> Any:
        """Sizes of the cell's state, of the attention, and of the outputs attended to; or their sum."""
        sizes = (self._cell.state_size, self._attn_size, self._attn_size * self._attn_length)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> int:
        """Size of the attention."""
        return self._attn_size

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        if not self._state_is_tuple:
            state = tf.split(state, [self._cell.state_size, self._attn_size, self._attn_size * self._attn_length], 1)
        cell_state, attention, outputs = state
        outputs = tf.reshape(outputs, [-1, self._attn_length, self._attn_size])
        inputs = linear([inputs, attention], self._input_size or inputs.shape.as_list()[1])
        cell_output, cell_state = self._cell(inputs, cell_state)
        attention = self._attention(tf.concat(tf.nest.flatten(cell_state), 1), outputs)
        with tf.variable_scope("attn_output_projection"):
            output = linear([cell_output, attention], self._attn_size)
        outputs = tf.concat([outputs[:, 1:], tf.expand_dims(output, 1)], 1)
        outputs = tf.reshape(outputs, [-1, self._attn_length * self._attn_size])
        new_state = (cell_state, attention, outputs)
        return output, new_state if self._state_is_tuple else tf.concat(new_state, 1)

    def _attention(self, query: Any, outputs: Any) -> Any:
        with tf.variable_scope("attention"):
            w = tf.get_variable("attn_w", [1, 1, self._attn_size, self._attn_vec_size])
            v = tf.get_variable("attn_v", [self._attn_vec_size])
            features = tf.tensordot(outputs, w[0, 0], 1)
            asked = tf.expand_dims(linear(query, self._attn_vec_size), 1)
            weights = tf.nn.softmax(tf.reduce_sum(v * tf.tanh(features + asked), 2))
            return tf.reduce_sum(tf.expand_dims(weights, 2) * outputs, 1)
