"""Layers that TensorFlow 1 had cuDNN compute, on any device.

Their variables are those that TensorFlow 1 saved of such a layer besides its opaque buffer: the cells' own. So
checkpoints of a real ``CudnnLSTM`` load, and what is saved here loads into the cells.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.cudnn_rnn``: ``CudnnLSTM``, ``CudnnGRU``, ``CudnnRNNTanh``,
``CudnnRNNRelu``.
"""

from __future__ import annotations

import abc
from typing import Any, ClassVar

from smtf_core.runtime.tf1.base import layers, rnn_cell, tf
from smtf_core.runtime.tf1.contrib.cudnn_rnn.cells import CudnnCompatibleGRUCell
from smtf_core.runtime.tf1.contrib.rnn.fused import LSTMBlockFusedCell

_MODES = ("linear_input", "skip_input", "auto_select")
_DIRECTIONS = ("unidirectional", "bidirectional")


class _CudnnRNN(layers.Layer, abc.ABC):  # type: ignore[misc]
    """Layers of recurrent cells over sequences ``[time, batch, size]``.

    Called with the inputs, ``initial_state`` (a tuple of ``[layers * directions, batch, units]``: two for an LSTM, else
    one; zeros by default) and ``training``; gives the outputs ``[time, batch, directions * units]`` and the states.

    Args:
        num_layers: number of layers.
        num_units: number of units of each.
        input_mode: ``'linear_input'``. The other modes of cuDNN, which leave out the first layer's matrix, are refused.
        direction: ``'unidirectional'`` or ``'bidirectional'``.
        dropout: share of the entries to drop between layers while training.
        seed: of the dropout.
        dtype: floating point type.
        kernel_initializer: of each gate's ``[units, inputs]`` and ``[units, units]``; Glorot's, uniform, by default.
        bias_initializer: of each gate's two biases; zeros by default.
        name: of the layer.

    Raises:
        ValueError: an unknown or refused mode, or an unknown direction.
    """

    rnn_mode: ClassVar[str]
    _num_states = 1

    def __init__(
        self,
        num_layers: int,
        num_units: int,
        input_mode: str = "linear_input",
        direction: str = "unidirectional",
        dropout: float = 0.0,
        seed: int | None = None,
        dtype: Any = tf.float32,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=dtype, name=name)
        if input_mode not in _MODES:
            raise ValueError(f"Invalid input_mode: {input_mode}, expect one of ({', '.join(_MODES)})")
        if direction not in _DIRECTIONS:
            raise ValueError(f"Invalid direction: {direction}, expecting {' or '.join(_DIRECTIONS)}")
        if input_mode != "linear_input":
            raise ValueError(f"input_mode={input_mode!r} is cuDNN's alone; write input_mode='linear_input'")
        self.input_mode, self.direction = input_mode, direction
        self.num_layers, self.num_units, self.num_dirs = num_layers, num_units, _DIRECTIONS.index(direction) + 1
        self._dropout, self._seed = dropout, seed
        self._kernel_initializer = kernel_initializer or tf.glorot_uniform_initializer(seed)
        self._bias_initializer = bias_initializer or tf.zeros_initializer()
        self._cells: list[Any] = []

    @abc.abstractmethod
    def _cell(self) -> Any:
        """What a layer is in one direction."""

    def _run(self, cell: Any, inputs: Any, state: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        # The scope around it is the one of the variables: none is added.
        scope = tf.get_variable_scope()
        outputs, last = tf.nn.dynamic_rnn(cell, inputs, initial_state=state[0], time_major=True, scope=scope)
        return outputs, (last,)

    @property
    def trainable_weights(self) -> list[Any]:
        """The cells' variables; layers of TensorFlow 1 do not gather those of lists."""
        return [variable for cell in self._cells for variable in cell.trainable_weights]

    def state_shape(self, batch_size: int) -> tuple[list[int], ...]:
        """Shapes of the states for a size of batch."""
        return ([self.num_layers * self.num_dirs, batch_size, self.num_units],) * self._num_states

    def build(self, input_shape: Any) -> None:
        """Make the layers; their variables are made with the first call.

        Raises:
            ValueError: the inputs are not ``[time, batch, size]`` with a known size.
        """
        shape = tf.TensorShape(input_shape)
        if shape.ndims != 3 or shape.as_list()[2] is None:
            raise ValueError(f"Expecting inputs [time, batch, size] with a known size, got {shape}")
        self.input_size = shape.as_list()[2]
        self._cells = [self._cell() for _ in range(self.num_layers * self.num_dirs)]
        self.built = True

    def call(self, inputs: Any, initial_state: Any = None, training: Any = True) -> Any:
        """See the class.

        Raises:
            ValueError: ``initial_state`` is not a tuple.
        """
        if initial_state is None:
            zeros = tf.zeros([self.num_layers * self.num_dirs, tf.shape(inputs)[1], self.num_units], inputs.dtype)
            initial_state = (zeros,) * self._num_states
        if not isinstance(initial_state, tuple):
            # The error that TensorFlow 1 documents.
            raise ValueError(  # noqa: TRY004
                f"Invalid initial_state type: {type(initial_state)}, expecting tuple."
            )
        states: list[tuple[Any, ...]] = []
        with tf.variable_scope(tf.get_variable_scope(), custom_getter=self._with_first_values):
            for number in range(self.num_layers):
                if number and self._dropout:
                    rate = self._dropout * (tf.cast(training, inputs.dtype) if tf.is_tensor(training) else training)
                    inputs = tf.nn.dropout(inputs, rate=rate, seed=self._seed)
                outputs = []
                for scope, backwards in zip(self._scopes(number), (False, True), strict=False):
                    cell, before = self._cells[len(states)], tuple(state[len(states)] for state in initial_state)
                    with tf.variable_scope(scope):
                        read = tf.reverse(inputs, [0]) if backwards else inputs
                        output, after = self._run(cell, read, before)
                        outputs.append(tf.reverse(output, [0]) if backwards else output)
                    states.append(after)
                inputs = tf.concat(outputs, 2)
        return inputs, tuple(tf.stack(values) for values in zip(*states, strict=True))

    def _scopes(self, layer: int) -> list[str]:
        """Where the saved variables of a layer's directions are."""
        if self.num_dirs == 1:
            return [f"rnn/multi_rnn_cell/cell_{layer}"]
        return [f"stack_bidirectional_rnn/cell_{layer}/bidirectional_rnn/{way}" for way in ("fw", "bw")]

    def _with_first_values(self, getter: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        # Each gate has a matrix for the inputs and one for the state, and a bias for both. The cells' variables join
        # the matrices and add the biases, but for those of the GRU's two projections.
        initializer, units, apart = self._kernel_initializer, self.num_units, "_projection/" in name

        def kernel(shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
            rows, columns = (int(size) for size in shape)
            heights = [rows] if apart else [rows - units, units]
            gates = range(columns // units)
            blocks = [[tf.transpose(initializer([units, height], dtype)) for _ in gates] for height in heights]
            return tf.concat([tf.concat(row, 1) for row in blocks], 0)

        def bias(shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
            gates = range(int(shape[0]) // units)
            return tf.add_n(
                [
                    tf.concat([self._bias_initializer([units], dtype) for _ in gates], 0)
                    for _ in range(1 if apart else 2)
                ]
            )

        return getter(name, *args, **{**kwargs, "initializer": kernel if name.endswith("kernel") else bias})


class CudnnLSTM(_CudnnRNN):
    """Layers of LSTMs; the states are the last outputs and the last memories. Arguments as all of cuDNN's layers."""

    rnn_mode = "lstm"
    _num_states = 2

    def _cell(self) -> Any:
        return LSTMBlockFusedCell(self.num_units, forget_bias=0.0, name="cudnn_compatible_lstm_cell")

    def _run(self, cell: Any, inputs: Any, state: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        # cuDNN has the output before the memory.
        h, c = state
        outputs, last = cell(inputs, initial_state=(c, h))
        return outputs, (last.h, last.c)


class CudnnGRU(_CudnnRNN):
    """Layers of GRUs. Arguments as all of cuDNN's layers."""

    rnn_mode = "gru"

    def _cell(self) -> Any:
        return CudnnCompatibleGRUCell(self.num_units)


class CudnnRNNTanh(_CudnnRNN):
    """Layers of ``BasicRNNCell`` with tanh. Arguments as all of cuDNN's layers."""

    rnn_mode = "rnn_tanh"

    def _cell(self) -> Any:
        return rnn_cell.BasicRNNCell(self.num_units, tf.tanh)


class CudnnRNNRelu(_CudnnRNN):
    """Layers of ``BasicRNNCell`` with ReLU. Arguments as all of cuDNN's layers."""

    rnn_mode = "rnn_relu"

    def _cell(self) -> Any:
        return rnn_cell.BasicRNNCell(self.num_units, tf.nn.relu)
