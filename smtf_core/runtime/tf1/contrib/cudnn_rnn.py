"""``tf.contrib.cudnn_rnn``: the cells that read what cuDNN's layers saved.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.cudnn_rnn``.
"""

from __future__ import annotations

from smtf_core.runtime.tf1.contrib.rnn import LSTMBlockCell


class CudnnCompatibleLSTMCell(LSTMBlockCell):
    """An LSTM that computes what ``CudnnLSTM`` does: no forget bias, no clipping, no peepholes.

    Args:
        num_units: size of state and output.
        reuse: reuse the variables.
    """

    def __init__(self, num_units: int, reuse: bool | None = None) -> None:
        super().__init__(num_units, forget_bias=0.0, reuse=reuse, name="cudnn_compatible_lstm_cell")
