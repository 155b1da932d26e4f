"""Cells that TensorFlow 1 had as one operation each.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.rnn``: ``LSTMBlockCell``, ``GRUBlockCell``, ``GRUBlockCellV2``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.rnn.cell import LSTMStateTuple, MemoryCell, VectorCell


class LSTMBlockCell(MemoryCell):
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


class GRUBlockCell(VectorCell):
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
