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
    """An LSTM in one operation: variables ``kernel`` ``[inputs + units, 4 * units]`` and ``bias``.

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
        if self._use_peephole:
            peepholes = [tf.get_variable(f"w_{gate}_diag", [units]) for gate in "ifo"]
        else:
            peepholes = [tf.zeros([units])] * 3
        _, cs, _, _, _, _, h = tf.raw_ops.LSTMBlockCell(
            x=inputs,
            cs_prev=state[0],
            h_prev=state[1],
            w=kernel,
            wci=peepholes[0],
            wcf=peepholes[1],
            wco=peepholes[2],
            b=bias,
            forget_bias=self._forget_bias,
            cell_clip=self._cell_clip,
            use_peephole=self._use_peephole,
        )
        return h, LSTMStateTuple(cs, h)


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
