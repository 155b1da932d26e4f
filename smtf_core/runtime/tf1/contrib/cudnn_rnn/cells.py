"""Cells that read what cuDNN's layers saved, one step at a time.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.cudnn_rnn``: ``CudnnCompatibleLSTMCell``,
``CudnnCompatibleGRUCell``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.rnn.block_cells import LSTMBlockCell
from smtf_core.runtime.tf1.contrib.rnn.cell import VectorCell, linear


class CudnnCompatibleLSTMCell(LSTMBlockCell):
    """An LSTM that computes what ``CudnnLSTM`` does: no forget bias, no clipping, no peepholes.

    Args:
        num_units: size of state and output.
        reuse: reuse the variables.
    """

    def __init__(self, num_units: int, reuse: bool | None = None) -> None:
        super().__init__(num_units, forget_bias=0.0, reuse=reuse, name="cudnn_compatible_lstm_cell")


class CudnnCompatibleGRUCell(VectorCell):
    """A GRU that computes what ``CudnnGRU`` does: the reset gate works on the state after its matrix.

    Variables: ``gates/kernel`` ``[inputs + units, 2 * units]``, ``gates/bias``, and ``kernel`` and ``bias`` of
    ``candidate/input_projection`` and ``candidate/hidden_projection``.

    Args:
        num_units: size of state and output.
        reuse: reuse the variables.
        kernel_initializer: of the kernels.
    """

    def __init__(self, num_units: int, reuse: bool | None = None, kernel_initializer: Any = None) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._kernel_initializer = num_units, kernel_initializer

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        units, kernels = self._num_units, self._kernel_initializer
        with tf.variable_scope("gates"):
            gates = linear([inputs, state], 2 * units, True, tf.ones_initializer(), kernels)
        reset, update = tf.split(tf.sigmoid(gates), 2, 1)
        with tf.variable_scope("candidate"):
            with tf.variable_scope("input_projection"):
                fresh = linear(inputs, units, True, None, kernels)
            with tf.variable_scope("hidden_projection"):
                recurrent = linear(state, units, True, None, kernels)
        state = (1 - update) * tf.tanh(fresh + reset * recurrent) + update * state
        return state, state
