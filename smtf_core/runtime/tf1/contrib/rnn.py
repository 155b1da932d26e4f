"""``tf.contrib.rnn``: recurrent cells and the loops that run them.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.rnn``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import rnn_cell, tf

BasicLSTMCell = rnn_cell.BasicLSTMCell
BasicRNNCell = rnn_cell.BasicRNNCell
DeviceWrapper = rnn_cell.DeviceWrapper
DropoutWrapper = rnn_cell.DropoutWrapper
GRUCell = rnn_cell.GRUCell
LSTMCell = rnn_cell.LSTMCell
LSTMStateTuple = rnn_cell.LSTMStateTuple
MultiRNNCell = rnn_cell.MultiRNNCell
ResidualWrapper = rnn_cell.ResidualWrapper
RNNCell = rnn_cell.RNNCell

static_rnn = tf.nn.static_rnn
static_bidirectional_rnn = tf.nn.static_bidirectional_rnn
static_state_saving_rnn = tf.nn.static_state_saving_rnn


class LSTMBlockCell(rnn_cell.RNNCell):  # type: ignore[misc]
    """An LSTM with variables ``kernel`` ``[inputs + units, 4 * units]`` and ``bias``.

    Args:
        num_units: size of state and output.
        forget_bias: added to the forget gates.
        cell_clip: bound of the state's entries; none by default.
        use_peephole: let the gates see the state: variables ``w_i_diag``, ``w_f_diag``, ``w_o_diag``.
        reuse: reuse the variables.
        name: of the layer.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        reuse: bool | None = None,
        name: str = "lstm_cell",
    ) -> None:
        super().__init__(_reuse=reuse, name=name)
        self._num_units = num_units
        self._forget_bias = forget_bias
        self._cell_clip = -1.0 if cell_clip is None else cell_clip
        self._use_peephole = use_peephole

    @property
    def state_size(self) -> Any:
        """Size of ``c`` and ``h``."""
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> int:
        """Size of the output."""
        return self._num_units

    def call(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step: ``[batch, inputs]`` and the state to the output and the state."""
        units, size = self._num_units, tf.convert_to_tensor(inputs).shape.as_list()[1]
        kernel = tf.get_variable("kernel", [size + units, 4 * units])
        bias = tf.get_variable("bias", [4 * units], initializer=tf.zeros_initializer())
        # Not TensorFlow's fused operation: today's has no gradient.
        c_before, h_before = state
        i, j, f, o = tf.split(tf.nn.bias_add(tf.matmul(tf.concat([inputs, h_before], 1), kernel), bias), 4, 1)
        f = f + self._forget_bias
        if self._use_peephole:
            w_i, w_f, w_o = (tf.get_variable(f"w_{gate}_diag", [units]) for gate in "ifo")
            i, f = i + w_i * c_before, f + w_f * c_before
        c = tf.sigmoid(i) * tf.tanh(j) + tf.sigmoid(f) * c_before
        if self._cell_clip > 0:
            # The gradient passes the bound, as in TensorFlow 1's operation.
            c = c + tf.stop_gradient(tf.clip_by_value(c, -self._cell_clip, self._cell_clip) - c)
        if self._use_peephole:
            o = o + w_o * c
        h = tf.sigmoid(o) * tf.tanh(c)
        return h, LSTMStateTuple(c, h)


class _VectorCell(rnn_cell.RNNCell):  # type: ignore[misc]
    """A cell whose state is its output."""

    _num_units: int

    @property
    def state_size(self) -> int:
        """Number of units."""
        return self._num_units

    @property
    def output_size(self) -> int:
        """Number of units."""
        return self._num_units


class GRUBlockCell(_VectorCell):
    """A GRU with variables ``w_ru`` ``[inputs + units, 2 * units]``, ``b_ru``, ``w_c``, ``b_c``.

    Args:
        num_units: size of state and output.
        cell_size: the argument's older name.
        reuse: reuse the variables.
        name: of the layer.

    Raises:
        ValueError: not exactly one of ``num_units`` and ``cell_size`` is given.
    """

    _names = ("w_ru", "b_ru", "w_c", "b_c")

    def __init__(
        self,
        num_units: int | None = None,
        cell_size: int | None = None,
        reuse: bool | None = None,
        name: str = "gru_cell",
    ) -> None:
        super().__init__(_reuse=reuse, name=name)
        units = cell_size if num_units is None else num_units
        if units is None or (num_units is not None and cell_size is not None):
            raise ValueError("Exactly one of num_units or cell_size must be provided.")
        self._num_units = units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        units, size = self._num_units, tf.convert_to_tensor(inputs).shape.as_list()[1]
        w_ru, b_ru, w_c, b_c = self._names
        gates = tf.nn.bias_add(
            tf.matmul(tf.concat([inputs, state], 1), tf.get_variable(w_ru, [size + units, 2 * units])),
            tf.get_variable(b_ru, [2 * units], initializer=tf.ones_initializer()),
        )
        r, u = tf.split(tf.sigmoid(gates), 2, 1)
        candidate = tf.nn.bias_add(
            tf.matmul(tf.concat([inputs, r * state], 1), tf.get_variable(w_c, [size + units, units])),
            tf.get_variable(b_c, [units], initializer=tf.zeros_initializer()),
        )
        h = u * state + (1 - u) * tf.tanh(candidate)
        return h, h


class GRUBlockCellV2(GRUBlockCell):
    """As :class:`GRUBlockCell`, with ``GRUCell``'s names: ``gates`` and ``candidate``, ``kernel`` and ``bias``."""

    _names = ("gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias")


class UGRNNCell(_VectorCell):
    """An update gate cell: variables ``kernel`` ``[inputs + units, 2 * units]``, ``bias``.

    Args:
        num_units: size of state and output.
        initializer: of the variables.
        forget_bias: added to the gates.
        activation: of the candidate.
        reuse: reuse the variables.
    """

    def __init__(
        self,
        num_units: int,
        initializer: Any = None,
        forget_bias: float = 1.0,
        activation: Callable[[Any], Any] = tf.tanh,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._initializer = num_units, initializer
        self._forget_bias, self._activation = forget_bias, activation

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        with tf.variable_scope(tf.get_variable_scope(), initializer=self._initializer):
            gate, candidate = tf.split(_linear(tf.concat([inputs, state], 1), 2 * self._num_units), 2, 1)
        gate = tf.sigmoid(gate + self._forget_bias)
        h = gate * state + (1 - gate) * self._activation(candidate)
        return h, h


class LayerNormBasicLSTMCell(rnn_cell.RNNCell):  # type: ignore[misc]
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

    @property
    def state_size(self) -> Any:
        """Size of ``c`` and ``h``."""
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> int:
        """Size of the output."""
        return self._num_units

    def _normalised(self, values: Any, scope: str) -> Any:
        if not self._layer_norm:
            return values
        with tf.variable_scope(scope):
            size = [self._num_units]
            gamma = tf.get_variable("gamma", size, values.dtype, tf.constant_initializer(self._gain))
            beta = tf.get_variable("beta", size, values.dtype, tf.constant_initializer(self._shift))
            mean, variance = tf.nn.moments(values, [1], keep_dims=True)
            return tf.nn.batch_normalization(values, mean, variance, beta, gamma, 1e-12)

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
        projected = _linear(inputs, self._num_proj)
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
        projected = _linear(outputs, self._output_size)
        return (projected if self._activation is None else self._activation(projected)), state


def _linear(inputs: Any, size: int) -> Any:
    kernel = tf.get_variable("kernel", [inputs.shape.as_list()[1], size])
    return tf.nn.bias_add(
        tf.matmul(inputs, kernel), tf.get_variable("bias", [size], initializer=tf.zeros_initializer())
    )


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
    if not cells_fw or len(cells_fw) != len(cells_bw):
        raise ValueError("Forward and Backward cells must have the same depth, at least 1.")
    for states in (initial_states_fw, initial_states_bw):
        if states is not None and len(states) != len(cells_fw):
            raise ValueError("initial states must be as many as the cells.")
    states_fw, states_bw = [], []
    with tf.variable_scope(scope or "stack_bidirectional_rnn"):
        for i, (forward, backward) in enumerate(zip(cells_fw, cells_bw, strict=True)):
            with tf.variable_scope(f"cell_{i}"):
                outputs, (state_fw, state_bw) = tf.nn.bidirectional_dynamic_rnn(
                    forward,
                    backward,
                    inputs,
                    initial_state_fw=initial_states_fw[i] if initial_states_fw else None,
                    initial_state_bw=initial_states_bw[i] if initial_states_bw else None,
                    sequence_length=sequence_length,
                    parallel_iterations=parallel_iterations,
                    dtype=dtype,
                    time_major=time_major,
                )
            inputs = tf.concat(outputs, 2)
            states_fw.append(state_fw)
            states_bw.append(state_bw)
    return inputs, tuple(states_fw), tuple(states_bw)
