"""Relatives of the LSTM.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.rnn``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.rnn.cell import LSTMStateTuple, MemoryCell, independent, layer_norm, linear


class LayerNormBasicLSTMCell(MemoryCell):
    """An LSTM with layer normalisation and recurrent dropout.

    Variables: ``kernel`` ``[inputs + units, 4 * units]``, and ``gamma`` and ``beta`` of ``input``, ``transform``,
    ``forget``, ``output`` and ``state``; without normalisation ``kernel`` and ``bias``.

    Args:
        num_units: size of state and output.
        forget_bias: added to the forget gates.
        input_size: accepted; it had no meaning in TensorFlow 1 either.
        activation: of candidate and state.
        layer_norm: normalise.
        norm_gain: first value of the gammas.
        norm_shift: first value of the betas.
        dropout_keep_prob: of the candidate; a tensor, or below 1 for dropout.
        dropout_prob_seed: of the dropout.
        reuse: reuse the variables.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        input_size: Any = None,
        activation: Callable[[Any], Any] = tf.tanh,
        layer_norm: bool = True,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
        dropout_keep_prob: Any = 1.0,
        dropout_prob_seed: int | None = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._forget_bias, self._activation = num_units, forget_bias, activation
        self._layer_norm, self._gain, self._shift = layer_norm, norm_gain, norm_shift
        self._keep_prob, self._dropout_seed = dropout_keep_prob, dropout_prob_seed

    def _normalised(self, values: Any, scope: str) -> Any:
        return layer_norm(values, scope, self._gain, self._shift) if self._layer_norm else values

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        c, h = state
        joined, width = tf.concat([inputs, h], 1), 4 * self._num_units
        gates = tf.matmul(joined, tf.get_variable("kernel", [joined.shape.as_list()[1], width]))
        if not self._layer_norm:
            # No initial value of its own, as in TensorFlow 1: the variable scope's initializer.
            gates = tf.nn.bias_add(gates, tf.get_variable("bias", [width]))
        parts = zip(tf.split(gates, 4, 1), ("input", "transform", "forget", "output"), strict=True)
        i, j, f, o = [self._normalised(part, scope) for part, scope in parts]
        candidate = self._activation(j)
        if not isinstance(self._keep_prob, float) or self._keep_prob < 1:
            candidate = tf.nn.dropout(candidate, self._keep_prob, seed=self._dropout_seed)
        c = c * tf.sigmoid(f + self._forget_bias) + tf.sigmoid(i) * candidate
        c = self._normalised(c, "state")
        h = self._activation(c) * tf.sigmoid(o)
        return h, LSTMStateTuple(c, h)


class IndyLSTMCell(MemoryCell):
    """An LSTM whose units see their own output only.

    Variables: ``kernel_w`` ``[inputs, 4 * units]``, ``kernel_u`` ``[1, 4 * units]``, ``bias``.

    Args:
        num_units: size of state and output.
        forget_bias: added to the forget gates.
        activation: of candidate and state; ``tanh`` by default.
        reuse: reuse the variables.
        kernel_initializer: of the kernels of the inputs; ``kernel_u`` is evenly between -1 and 1.
        bias_initializer: of the bias; zeros by default.
        name: of the layer.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        activation: Callable[[Any], Any] | None = None,
        reuse: bool | None = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(_reuse=reuse, name=name)
        self._num_units, self._forget_bias = num_units, forget_bias
        self._activation = tf.tanh if activation is None else activation
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        c, h = state
        gates = independent(inputs, h, 4 * self._num_units, self._kernel_initializer, self._bias_initializer)
        i, j, f, o = tf.split(gates, 4, 1)
        c = c * tf.sigmoid(f + self._forget_bias) + tf.sigmoid(i) * self._activation(j)
        h = self._activation(c) * tf.sigmoid(o)
        return h, LSTMStateTuple(c, h)


class CoupledInputForgetGateLSTMCell(MemoryCell):
    """An LSTM that forgets as much as it takes in.

    Variables: ``W_0`` (``W_1``, … by ``num_unit_shards``) ``[inputs + outputs, 3 * units]`` together, ``B``;
    ``W_F_diag`` and ``W_O_diag`` for peepholes; ``W_P_0``, … ``[units, outputs]`` together for a projection; ``gamma``
    and ``beta`` of ``transform``, ``forget``, ``output`` and ``state`` for layer normalisation, in which ``B`` is not
    used.

    Args:
        num_units: size of the memory.
        use_peepholes: let the gates see the memory.
        initializer: of the matrices.
        num_proj: project the output to this size.
        proj_clip: bound of the projected entries.
        num_unit_shards: number of variables that the kernel is kept in.
        num_proj_shards: number of variables that the projection is kept in.
        forget_bias: added to the forget gates.
        state_is_tuple: the state is ``(c, h)``, not one tensor.
        activation: of candidate and memory.
        reuse: reuse the variables.
        layer_norm: normalise.
        norm_gain: first value of the gammas.
        norm_shift: first value of the betas.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        initializer: Any = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: int = 1,
        num_proj_shards: int = 1,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Callable[[Any], Any] = tf.tanh,
        reuse: bool | None = None,
        layer_norm: bool = False,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._num_outputs, self._proj_clip = num_units, num_proj, proj_clip
        self._use_peepholes, self._initializer = use_peepholes, initializer
        self._unit_shards, self._proj_shards = num_unit_shards, num_proj_shards
        self._forget_bias, self._state_is_tuple, self._activation = forget_bias, state_is_tuple, activation
        self._layer_norm, self._gain, self._shift = layer_norm, norm_gain, norm_shift

    @property
    def state_size(self) -> Any:
        """Size of ``c`` and ``h``, or their sum."""
        size = super().state_size
        return size if self._state_is_tuple else sum(size)

    def _normalised(self, values: Any, scope: str) -> Any:
        return layer_norm(values, scope, self._gain, self._shift) if self._layer_norm else values

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        units = self._num_units
        c_before, h_before = state if self._state_is_tuple else tf.split(state, [units, self.output_size], 1)
        with tf.variable_scope(tf.get_variable_scope(), initializer=self._initializer):
            joined = tf.concat([inputs, h_before], 1)
            gates = tf.matmul(joined, _sharded("W", [joined.shape.as_list()[1], 3 * units], self._unit_shards))
            bias = tf.get_variable("B", [3 * units], initializer=tf.zeros_initializer())
            if not self._layer_norm:
                gates = tf.nn.bias_add(gates, bias)
            parts = zip(tf.split(gates, 3, 1), ("transform", "forget", "output"), strict=True)
            j, f, o = [self._normalised(part, scope) for part, scope in parts]
            f = f + self._forget_bias
            if self._use_peepholes:
                w_f, w_o = (tf.get_variable(f"W_{gate}_diag", [units]) for gate in "FO")
                f = f + w_f * c_before
            forget = tf.sigmoid(f)
            c = self._normalised(forget * c_before + (1 - forget) * self._activation(j), "state")
            if self._use_peepholes:
                o = o + w_o * c
            h = tf.sigmoid(o) * self._activation(c)
            if self._num_outputs is not None:
                h = tf.matmul(h, _sharded("W_P", [units, self._num_outputs], self._proj_shards))
                if self._proj_clip is not None:
                    h = tf.clip_by_value(h, -self._proj_clip, self._proj_clip)
        return h, LSTMStateTuple(c, h) if self._state_is_tuple else tf.concat([c, h], 1)


def _sharded(name: str, shape: list[int], count: int) -> Any:
    """A matrix whose rows are spread evenly over variables, the first ones a row longer where they do not divide."""
    rows, longer = divmod(shape[0], count)
    sizes = [rows + (i < longer) for i in range(count)]
    shards = [tf.get_variable(f"{name}_{i}", [size, shape[1]]) for i, size in enumerate(sizes)]
    return shards[0] if count == 1 else tf.concat(shards, 0)


class GLSTMCell(MemoryCell):
    """The group LSTM of Kuchaiev and Ginsburg (arXiv:1703.10722): as many small LSTMs as there are groups.

    Variables: ``group0/kernel`` ``[(inputs + outputs) / groups, 4 * units / groups]``, ``group1/kernel``, …;
    ``bias_i``, ``bias_j``, ``bias_f``, ``bias_o`` ``[units]``; ``projection/kernel`` ``[units, outputs]``.

    Args:
        num_units: size of the memory.
        initializer: of the matrices.
        num_proj: project the output to this size.
        number_of_groups: divides ``num_units`` and ``num_proj``.
        forget_bias: added to the forget gates.
        activation: of candidate and memory.
        reuse: reuse the variables.

    Raises:
        ValueError: ``number_of_groups`` does not divide the sizes.
    """

    def __init__(
        self,
        num_units: int,
        initializer: Any = None,
        num_proj: int | None = None,
        number_of_groups: int = 1,
        forget_bias: float = 1.0,
        activation: Callable[[Any], Any] = tf.tanh,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._num_outputs, self._groups = num_units, num_proj, number_of_groups
        self._initializer, self._forget_bias, self._activation = initializer, forget_bias, activation
        if num_units % number_of_groups or self.output_size % number_of_groups:
            raise ValueError("num_units and num_proj must be divisible by number_of_groups")

    def call(self, inputs: Any, state: Any) -> Any:
        """One step.

        Raises:
            ValueError: the number of groups does not divide the size of the inputs.
        """
        c, h = state
        groups, units = self._groups, self._num_units
        if inputs.shape.as_list()[1] % groups:
            raise ValueError(f"The inputs' size {inputs.shape.as_list()[1]} is not divisible by {groups} groups")
        with tf.variable_scope(tf.get_variable_scope(), initializer=self._initializer):
            shares = []
            for group, pair in enumerate(zip(tf.split(inputs, groups, 1), tf.split(h, groups, 1), strict=True)):
                with tf.variable_scope(f"group{group}"):
                    shares.append(tf.split(linear(list(pair), 4 * units // groups, bias=False), 4, 1))
            i, j, f, o = (
                tf.nn.bias_add(
                    tf.concat(parts, 1), tf.get_variable(f"bias_{gate}", [units], initializer=tf.zeros_initializer())
                )
                for gate, parts in zip("ijfo", zip(*shares, strict=True), strict=True)
            )
            c = tf.sigmoid(f + self._forget_bias) * c + tf.sigmoid(i) * tf.tanh(j)
            h = tf.sigmoid(o) * self._activation(c)
            if self._num_outputs is not None:
                with tf.variable_scope("projection"):
                    h = linear(h, self._num_outputs, bias=False)
        return h, LSTMStateTuple(c, h)
