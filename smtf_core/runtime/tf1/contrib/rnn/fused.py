"""Cells that run over a whole sequence at once.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.rnn``: ``FusedRNNCell``, ``FusedRNNCellAdaptor``,
``TimeReversedFusedRNN``, ``LSTMBlockFusedCell``.
"""

from __future__ import annotations

import abc
from typing import Any

from smtf_core.runtime.tf1.base import layers, tf
from smtf_core.runtime.tf1.contrib.rnn.cell import LSTMStateTuple


class FusedRNNCell(abc.ABC):
    """A recurrent network over a sequence."""

    @abc.abstractmethod
    def __call__(
        self,
        inputs: Any,
        initial_state: Any = None,
        dtype: Any = None,
        sequence_length: Any = None,
        scope: Any = None,
    ) -> Any:
        """Run over a sequence.

        Args:
            inputs: ``[time, batch, size]``, or a list of ``[batch, size]``.
            initial_state: the state before it; zeros by default.
            dtype: of the state and output, if there is no initial state.
            sequence_length: ``[batch]``; by default all are as long as the inputs.
            scope: variable scope.

        Returns:
            The outputs, in the form of the inputs, and the state after it.
        """


class FusedRNNCellAdaptor(FusedRNNCell):
    """A cell of one step as one that runs over a sequence.

    Args:
        cell: the cell.
        use_dynamic_rnn: run it with ``tf.nn.dynamic_rnn``, not with ``tf.nn.static_rnn``.
    """

    def __init__(self, cell: Any, use_dynamic_rnn: bool = False) -> None:
        self._cell, self._use_dynamic_rnn = cell, use_dynamic_rnn

    def __call__(
        self,
        inputs: Any,
        initial_state: Any = None,
        dtype: Any = None,
        sequence_length: Any = None,
        scope: Any = None,
    ) -> Any:
        """See :class:`FusedRNNCell`."""
        is_list = isinstance(inputs, list)
        arguments = {
            "sequence_length": sequence_length,
            "initial_state": initial_state,
            "dtype": dtype,
            "scope": scope,
        }
        if self._use_dynamic_rnn:
            stacked = tf.stack(inputs) if is_list else inputs
            outputs, state = tf.nn.dynamic_rnn(self._cell, stacked, time_major=True, **arguments)
            return (tf.unstack(outputs) if is_list else outputs), state
        outputs, state = tf.nn.static_rnn(self._cell, inputs if is_list else tf.unstack(inputs), **arguments)
        return (outputs if is_list else tf.stack(outputs)), state


class TimeReversedFusedRNN(FusedRNNCell):
    """A network over a sequence that reads it from its end.

    Args:
        cell: a :class:`FusedRNNCell`.
    """

    def __init__(self, cell: Any) -> None:
        self._cell = cell

    @staticmethod
    def _reversed(sequence: Any, lengths: Any) -> Any:
        if isinstance(sequence, list):
            return tf.unstack(TimeReversedFusedRNN._reversed(tf.stack(sequence), lengths))
        if lengths is None:
            return tf.reverse(sequence, [0])
        return tf.reverse_sequence(sequence, lengths, seq_axis=0, batch_axis=1)

    def __call__(
        self,
        inputs: Any,
        initial_state: Any = None,
        dtype: Any = None,
        sequence_length: Any = None,
        scope: Any = None,
    ) -> Any:
        """See :class:`FusedRNNCell`; the outputs are in the order of the inputs."""
        outputs, state = self._cell(
            self._reversed(inputs, sequence_length),
            initial_state=initial_state,
            dtype=dtype,
            sequence_length=sequence_length,
            scope=scope,
        )
        return self._reversed(outputs, sequence_length), state


class LSTMBlockFusedCell(layers.Layer):  # type: ignore[misc]
    """An LSTM over a sequence in one operation.

    Variables as :class:`LSTMBlockCell`: ``kernel`` ``[inputs + units, 4 * units]``, ``bias``; ``w_i_diag``,
    ``w_f_diag`` and ``w_o_diag`` for peepholes. It is called like a :class:`FusedRNNCell`.

    Args:
        num_units: size of state and output.
        forget_bias: added to the forget gates.
        cell_clip: bound of the state's entries; none by default.
        use_peephole: let the gates see the state.
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
        name: str = "lstm_fused_cell",
    ) -> None:
        super().__init__(_reuse=reuse, name=name)
        self._num_units, self._forget_bias = num_units, forget_bias
        self._cell_clip = -1.0 if cell_clip is None else cell_clip
        self._use_peephole = use_peephole

    @property
    def num_units(self) -> int:
        """Number of units."""
        return self._num_units

    def build(self, input_shape: Any) -> None:
        """Make the variables."""
        units, size = self._num_units, tf.TensorShape(input_shape).as_list()[2]
        self._kernel = self.add_weight("kernel", [size + units, 4 * units])
        self._bias = self.add_weight("bias", [4 * units], initializer=tf.zeros_initializer())
        self._peepholes = [self.add_weight(f"w_{gate}_diag", [units]) for gate in "ifo"] if self._use_peephole else None
        self.built = True

    def call(self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None) -> Any:
        """See :class:`FusedRNNCell`.

        Raises:
            ValueError: neither an initial state nor a ``dtype`` is given.
        """
        if initial_state is None and dtype is None:
            raise ValueError("Either initial_state or dtype needs to be specified")
        inputs = tf.convert_to_tensor(inputs)
        length, batch = tf.unstack(tf.shape(inputs)[:2])
        zeros = tf.zeros([batch, self._num_units], inputs.dtype if dtype is None else dtype)
        c_before, h_before = (zeros, zeros) if initial_state is None else initial_state
        lengths = None if sequence_length is None else tf.cast(sequence_length, tf.int32)
        peepholes = self._peepholes or [tf.zeros([self._num_units], zeros.dtype)] * 3
        steps = tf.raw_ops.BlockLSTM(
            seq_len_max=tf.cast(length if lengths is None else tf.reduce_max(lengths), tf.int64),
            x=inputs,
            cs_prev=c_before,
            h_prev=h_before,
            w=self._kernel,
            wci=peepholes[0],
            wcf=peepholes[1],
            wco=peepholes[2],
            b=self._bias,
            forget_bias=self._forget_bias,
            cell_clip=self._cell_clip,
            use_peephole=self._use_peephole,
        )
        if lengths is None:
            return steps.h, LSTMStateTuple(steps.cs[-1], steps.h[-1])
        within = tf.transpose(tf.sequence_mask(lengths, length, zeros.dtype))
        ends = tf.stack([lengths, tf.range(batch)], 1)
        c, h = (
            tf.gather_nd(tf.concat([[before], values], 0), ends)
            for before, values in ((c_before, steps.cs), (h_before, steps.h))
        )
        return steps.h * tf.expand_dims(within, -1), LSTMStateTuple(c, h)


FusedRNNCell.register(LSTMBlockFusedCell)
