"""Attention. Source: TensorFlow 1.11 API documentation, ``tf.contrib.seq2seq.AttentionWrapper``.

An attention mechanism scores each step of a memory, ``[batch, memory steps, size]``, against a query,
``[batch, size]``.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from typing import Any, NamedTuple

from smtf_core.runtime.tf1.base import layers, rnn_cell, tf


class AttentionMechanism(abc.ABC):
    """What the wrapper asks: sizes of the alignments and of the mechanism's own state."""

    @property
    @abc.abstractmethod
    def alignments_size(self) -> Any:
        """Number of the memory's steps."""

    @property
    @abc.abstractmethod
    def state_size(self) -> Any:
        """Size of the mechanism's state."""


class _Attention(AttentionMechanism):
    """A mechanism whose keys are the memory through a dense layer, and whose state is the last alignments."""

    _scope: str

    def __init__(
        self,
        query_layer: Any,
        memory_layer: Any,
        memory: Any,
        memory_sequence_length: Any,
        probability_fn: Callable[[Any], Any] | None,
        score_mask_value: float | None,
        name: str,
    ) -> None:
        with tf.name_scope(name, "BaseAttentionMechanismInit", tf.nest.flatten(memory)):
            memory = tf.convert_to_tensor(memory, name="memory")
            if not memory.shape[2:].is_fully_defined():
                raise ValueError(f"Expected memory to have fully defined inner dims, but saw shape: {memory.shape}")
            self._mask = None
            if memory_sequence_length is not None:
                self._mask = tf.sequence_mask(memory_sequence_length, tf.shape(memory)[1])
                factor = tf.cast(self._mask, memory.dtype)
                for _ in range(memory.shape.ndims - 2):
                    factor = tf.expand_dims(factor, -1)
                memory = memory * factor
            self._query_layer, self._memory_layer, self._values = query_layer, memory_layer, memory
            self._keys = memory_layer(memory)
            self._score_mask_value = memory.dtype.as_numpy_dtype(
                -float("inf") if score_mask_value is None else score_mask_value
            )
            self._probability_fn = probability_fn or tf.nn.softmax
            self._batch_size, self._steps = tf.shape(memory)[0], tf.shape(memory)[1]

    @property
    def memory_layer(self) -> Any:
        """Makes the keys."""
        return self._memory_layer

    @property
    def query_layer(self) -> Any:
        """Applied to the query, or None."""
        return self._query_layer

    @property
    def values(self) -> Any:
        """The memory, zero after the end of each sequence."""
        return self._values

    @property
    def keys(self) -> Any:
        """The memory through the memory layer."""
        return self._keys

    @property
    def batch_size(self) -> Any:
        """Scalar ``int32``."""
        return self._batch_size

    @property
    def alignments_size(self) -> Any:
        """Number of the memory's steps; a tensor unless it is known."""
        static = self._values.shape.as_list()[1]
        return self._steps if static is None else static

    @property
    def state_size(self) -> Any:
        """That of the alignments."""
        return self.alignments_size

    def initial_alignments(self, batch_size: Any, dtype: Any) -> Any:
        """Zeros ``[batch, memory steps]``.

        Args:
            batch_size: scalar.
            dtype: of the result.
        """
        return tf.zeros(tf.stack([batch_size, self.alignments_size]), dtype)

    def initial_state(self, batch_size: Any, dtype: Any) -> Any:
        """The first alignments.

        Args:
            batch_size: scalar.
            dtype: of the result.
        """
        return self.initial_alignments(batch_size, dtype)

    def __call__(self, query: Any, state: Any) -> tuple[Any, Any]:
        """Attention of a query.

        Args:
            query: ``[batch, size]``.
            state: the last alignments.

        Returns:
            Alignments ``[batch, memory steps]``, and the same as the next state.
        """
        with tf.variable_scope(None, self._scope, [query]):
            score = self._score(query)
            if self._mask is not None:
                score = tf.where(self._mask, score, tf.fill(tf.shape(score), self._score_mask_value))
            alignments = self._probabilities(score, state)
        return alignments, alignments

    @abc.abstractmethod
    def _score(self, query: Any) -> Any:
        """``[batch, memory steps]``."""

    def _probabilities(self, score: Any, state: Any) -> Any:
        """Alignments of scores; the last alignments, ``state``, do not matter here."""
        return self._probability_fn(score)


class BahdanauAttention(_Attention):
    """Additive attention: the score is ``v · tanh(keys + query layer(query))``.

    Variables: ``memory_layer/kernel``, ``query_layer/kernel``, ``attention_v``; when normalised ``attention_g`` and
    ``attention_b`` too.

    Args:
        num_units: size of keys and query.
        memory: ``[batch, memory steps, …]``, such as an encoder's outputs.
        memory_sequence_length: ``[batch]``; what comes after gets no attention.
        normalize: weight normalisation of ``v``, and a bias.
        probability_fn: scores to probabilities; softmax by default.
        score_mask_value: score after the end of the memory; minus infinity by default.
        dtype: of the layers; ``float32`` by default.
        name: of the operations.

    Raises:
        ValueError: the memory's inner dimensions are unknown.
    """

    _scope = "bahdanau_attention"

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        normalize: bool = False,
        probability_fn: Callable[[Any], Any] | None = None,
        score_mask_value: float | None = None,
        dtype: Any = None,
        name: str = "BahdanauAttention",
    ) -> None:
        dtype = dtype or tf.float32
        super().__init__(
            layers.Dense(num_units, name="query_layer", use_bias=False, dtype=dtype),
            layers.Dense(num_units, name="memory_layer", use_bias=False, dtype=dtype),
            memory,
            memory_sequence_length,
            probability_fn,
            score_mask_value,
            name,
        )
        self._num_units, self._normalize = num_units, normalize

    def _score(self, query: Any) -> Any:
        summed = self._keys + tf.expand_dims(self._query_layer(query), 1)
        v = tf.get_variable("attention_v", [self._num_units], dtype=summed.dtype)
        if self._normalize:
            g = tf.get_variable(
                "attention_g",
                dtype=summed.dtype,
                initializer=tf.constant_initializer(self._num_units**-0.5),
                shape=(),
            )
            b = tf.get_variable(
                "attention_b", [self._num_units], dtype=summed.dtype, initializer=tf.zeros_initializer()
            )
            v = g * v * tf.rsqrt(tf.reduce_sum(tf.square(v)))
            summed = summed + b
        return tf.reduce_sum(v * tf.tanh(summed), 2)


class LuongAttention(_Attention):
    """Multiplicative attention: the score is ``keys · query``. The query must have ``num_units`` entries.

    Variables: ``memory_layer/kernel``; when scaled ``attention_g`` too.

    Args:
        num_units: size of keys and query.
        memory: ``[batch, memory steps, …]``, such as an encoder's outputs.
        memory_sequence_length: ``[batch]``; what comes after gets no attention.
        scale: multiply the scores by a variable.
        probability_fn: scores to probabilities; softmax by default.
        score_mask_value: score after the end of the memory; minus infinity by default.
        dtype: of the layer; ``float32`` by default.
        name: of the operations.

    Raises:
        ValueError: the memory's inner dimensions are unknown.
    """

    _scope = "luong_attention"

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        scale: bool = False,
        probability_fn: Callable[[Any], Any] | None = None,
        score_mask_value: float | None = None,
        dtype: Any = None,
        name: str = "LuongAttention",
    ) -> None:
        super().__init__(
            None,
            layers.Dense(num_units, name="memory_layer", use_bias=False, dtype=dtype or tf.float32),
            memory,
            memory_sequence_length,
            probability_fn,
            score_mask_value,
            name,
        )
        self._num_units, self._scale = num_units, scale

    def _score(self, query: Any) -> Any:
        if query.shape.as_list()[-1] != self._num_units:
            raise ValueError(
                f"{type(self).__name__}: the query has {query.shape.as_list()[-1]} units and the keys "
                f"{self._num_units}; set num_units to the size of the cell's outputs."
            )
        score = tf.squeeze(tf.matmul(tf.expand_dims(query, 1), self._keys, transpose_b=True), [1])
        if not self._scale:
            return score
        return score * tf.get_variable("attention_g", dtype=query.dtype, initializer=tf.ones_initializer(), shape=())


class AttentionWrapperState(NamedTuple):
    """State of the cell, last attention, time, last alignments, their history, states of the mechanisms."""

    cell_state: Any
    attention: Any
    time: Any
    alignments: Any
    alignment_history: Any
    attention_state: Any

    def clone(self, **kwargs: Any) -> AttentionWrapperState:
        """This state with other fields.

        Args:
            kwargs: the fields to replace; a tensor keeps the known shape of the one that it replaces.

        Raises:
            ValueError: a tensor's shape does not fit.
        """

        def fitting(old: Any, new: Any) -> Any:
            if tf.is_tensor(old) and tf.is_tensor(new):
                if not new.shape.is_compatible_with(old.shape):
                    raise ValueError(f"The shape of the AttentionWrapperState is {old.shape}, the new one {new.shape}")
                new.set_shape(old.shape)
            return new

        replaced = {name: tf.nest.map_structure(fitting, getattr(self, name), new) for name, new in kwargs.items()}
        return self._replace(**replaced)


class AttentionWrapper(rnn_cell.RNNCell):  # type: ignore[misc]
    """A cell that attends to memories: its input is joined by the last attention, its output gives the next.

    Args:
        cell: the cell.
        attention_mechanism: a mechanism, or a list.
        attention_layer_size: size of the attention, made of output and context by ``attention_layer/kernel``; by
            default the attention is the context. A list for a list of mechanisms.
        alignment_history: keep all alignments, in a ``TensorArray`` with time first.
        cell_input_fn: makes the cell's input of input and attention; joins them by default.
        output_attention: the output is the attention (Luong); otherwise the cell's output (Bahdanau).
        initial_cell_state: for ``zero_state``.
        name: of the layer.
        attention_layer: a layer, or a list, instead of ``attention_layer_size``.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: numbers of mechanisms and layers differ, or both size and layer are given.
    """

    def __init__(
        self,
        cell: Any,
        attention_mechanism: Any,
        attention_layer_size: Any = None,
        alignment_history: bool = False,
        cell_input_fn: Callable[[Any, Any], Any] | None = None,
        output_attention: bool = True,
        initial_cell_state: Any = None,
        name: str | None = None,
        attention_layer: Any = None,
    ) -> None:
        super().__init__(name=name)
        self._is_multi = isinstance(attention_mechanism, list | tuple)
        self._attention_mechanisms = tuple(attention_mechanism) if self._is_multi else (attention_mechanism,)
        for mechanism in self._attention_mechanisms:
            if not isinstance(mechanism, AttentionMechanism):
                raise TypeError(f"attention_mechanism must be AttentionMechanisms, saw type: {type(mechanism)}")
        if cell_input_fn is not None and not callable(cell_input_fn):
            raise TypeError(f"cell_input_fn must be callable, saw type: {type(cell_input_fn)}")
        if attention_layer_size is not None and attention_layer is not None:
            raise ValueError("Only one of attention_layer_size and attention_layer should be set")
        self._attention_layers: Any = None
        if attention_layer_size is not None:
            self._attention_layers = tuple(
                layers.Dense(size, name="attention_layer", use_bias=False, dtype=mechanism.keys.dtype)
                for size, mechanism in self._per_mechanism("attention_layer_size", attention_layer_size)
            )
        elif attention_layer is not None:
            self._attention_layers = tuple(
                layer for layer, _ in self._per_mechanism("attention_layer", attention_layer)
            )
        self._cell = cell
        self._cell_input_fn = cell_input_fn or (lambda inputs, attention: tf.concat([inputs, attention], -1))
        self._alignment_history, self._output_attention = alignment_history, output_attention
        # Held in a function: Keras would turn lists and tuples among a layer's attributes into its own.
        self._initial_cell_state = None if initial_cell_state is None else lambda: initial_cell_state
        self._attention_size = sum(self._layer_size(i) for i in range(len(self._attention_mechanisms)))

    def _per_mechanism(self, argument: str, value: Any) -> list[tuple[Any, Any]]:
        values = tuple(value) if isinstance(value, list | tuple) else (value,)
        if len(values) != len(self._attention_mechanisms):
            raise ValueError(f"{argument} must have one entry for each of the attention mechanisms")
        return list(zip(values, self._attention_mechanisms, strict=True))

    def _layer_size(self, index: int) -> int:
        context = self._attention_mechanisms[index].values.shape.as_list()[-1]
        if self._attention_layers is None:
            return int(context)
        shape = tf.TensorShape([None, self._cell.output_size + context])
        return int(self._attention_layers[index].compute_output_shape(shape).as_list()[-1])

    def _item_or_tuple(self, values: Any) -> Any:
        values = tuple(values)
        return values if self._is_multi else values[0]

    @property
    def output_size(self) -> Any:
        """Size of the attention, or of the cell's output."""
        return self._attention_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self) -> AttentionWrapperState:
        """Sizes of the fields of the state."""
        sizes = self._item_or_tuple(mechanism.alignments_size for mechanism in self._attention_mechanisms)
        return AttentionWrapperState(
            cell_state=self._cell.state_size,
            time=tf.TensorShape([]),
            attention=self._attention_size,
            alignments=sizes,
            attention_state=self._item_or_tuple(mechanism.state_size for mechanism in self._attention_mechanisms),
            alignment_history=self._item_or_tuple(
                mechanism.alignments_size if self._alignment_history else () for mechanism in self._attention_mechanisms
            ),
        )

    def zero_state(self, batch_size: Any, dtype: Any) -> AttentionWrapperState:
        """The first state.

        Args:
            batch_size: scalar; the memory's, so tiled for beam search.
            dtype: of the state.
        """
        with tf.name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            if self._initial_cell_state is None:
                cell_state = self._cell.zero_state(batch_size, dtype)
            else:
                cell_state = self._initial_cell_state()
            checks = [
                tf.assert_equal(batch_size, mechanism.batch_size, message="zero_state: not the memory's batch size")
                for mechanism in self._attention_mechanisms
            ]
            with tf.control_dependencies(checks):
                cell_state = tf.nest.map_structure(tf.identity, cell_state)
            return AttentionWrapperState(
                cell_state=cell_state,
                time=tf.zeros([], tf.int32),
                attention=tf.zeros(tf.stack([batch_size, self._attention_size]), dtype),
                alignments=self._item_or_tuple(
                    mechanism.initial_alignments(batch_size, dtype) for mechanism in self._attention_mechanisms
                ),
                attention_state=self._item_or_tuple(
                    mechanism.initial_state(batch_size, dtype) for mechanism in self._attention_mechanisms
                ),
                alignment_history=self._item_or_tuple(
                    tf.TensorArray(dtype, size=0, dynamic_size=True) if self._alignment_history else ()
                    for _ in self._attention_mechanisms
                ),
            )

    def call(self, inputs: Any, state: Any) -> Any:
        """One step.

        Args:
            inputs: ``[batch, size]``.
            state: the state.

        Returns:
            Attention or the cell's output, and the next state.

        Raises:
            TypeError: the state is not an ``AttentionWrapperState``.
        """
        if not isinstance(state, AttentionWrapperState):
            raise TypeError(f"Expected state to be instance of AttentionWrapperState. Received type {type(state)}")
        output, cell_state = self._cell(self._cell_input_fn(inputs, state.attention), state.cell_state)
        previous, history = state.attention_state, state.alignment_history
        if not self._is_multi:
            previous, history = (previous,), (history,)
        attentions, alignments, attention_states, histories = [], [], [], []
        for i, mechanism in enumerate(self._attention_mechanisms):
            aligned, attention_state = mechanism(output, state=previous[i])
            context = tf.squeeze(tf.matmul(tf.expand_dims(aligned, 1), mechanism.values), [1])
            if self._attention_layers is not None:
                context = self._attention_layers[i](tf.concat([output, context], 1))
            attentions.append(context)
            alignments.append(aligned)
            attention_states.append(attention_state)
            histories.append(history[i].write(state.time, aligned) if self._alignment_history else ())
        attention = tf.concat(attentions, 1)
        next_state = AttentionWrapperState(
            cell_state=cell_state,
            attention=attention,
            time=state.time + 1,
            alignments=self._item_or_tuple(alignments),
            alignment_history=self._item_or_tuple(histories),
            attention_state=self._item_or_tuple(attention_states),
        )
        return (attention if self._output_attention else output), next_state


def hardmax(logits: Any, name: str | None = None) -> Any:
    """1 at the largest logit and 0 elsewhere.

    Args:
        logits: ``[batch, classes]``.
        name: of the operations.
    """
    with tf.name_scope(name, "Hardmax", [logits]):
        logits = tf.convert_to_tensor(logits)
        depth = logits.shape.as_list()[-1]
        return tf.one_hot(tf.argmax(logits, -1), tf.shape(logits)[-1] if depth is None else depth, dtype=logits.dtype)
