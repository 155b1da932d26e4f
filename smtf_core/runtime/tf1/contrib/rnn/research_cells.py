"""Cells that came out of research on gates: found by search, opened by a clock, or made of convolutions.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.rnn``: ``NASCell``, ``PhasedLSTMCell``, ``ConvLSTMCell``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from smtf_core.runtime.tf1.base import rnn_cell, tf
from smtf_core.runtime.tf1.contrib.rnn.cell import LSTMStateTuple, MemoryCell, linear


class NASCell(MemoryCell):
    """The cell that Zoph and Le's search found (arXiv:1611.01578).

    Variables: ``kernel`` ``[inputs, 8 * units]``, ``recurrent_kernel`` ``[outputs, 8 * units]``, ``bias``,
    ``projection_weights`` ``[units, outputs]``.

    Args:
        num_units: size of the memory.
        num_proj: project the output to this size.
        use_biases: add a bias.
        reuse: reuse the variables.
    """

    def __init__(
        self, num_units: int, num_proj: int | None = None, use_biases: bool = False, reuse: bool | None = None
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._num_outputs, self._use_biases = num_units, num_proj, use_biases

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        c, h = state
        width = 8 * self._num_units
        recurrent = tf.matmul(h, tf.get_variable("recurrent_kernel", [self.output_size, width]))
        fresh = tf.matmul(inputs, tf.get_variable("kernel", [inputs.shape.as_list()[1], width]))
        if self._use_biases:
            recurrent = recurrent + tf.get_variable("bias", [width], initializer=tf.zeros_initializer())
        x, y = tf.split(fresh, 8, 1), tf.split(recurrent, 8, 1)
        # The tree of the paper's figure: eight leaves, joined in pairs, and the memory added to the first pair.
        first = tf.tanh(tf.tanh(tf.sigmoid(x[0] + y[0]) * tf.nn.relu(x[1] + y[1])) + c)
        second = tf.tanh(tf.sigmoid(x[2] + y[2]) + tf.nn.relu(x[3] * y[3]))
        third = tf.tanh(tf.tanh(x[4] + y[4]) * tf.sigmoid(x[5] + y[5]))
        fourth = tf.sigmoid(tf.tanh(x[6] + y[6]) + tf.sigmoid(x[7] + y[7]))
        c = first * second
        h = tf.tanh(c * tf.tanh(third + fourth))
        if self._num_outputs is not None:
            h = tf.matmul(h, tf.get_variable("projection_weights", [self._num_units, self._num_outputs]))
        return h, LSTMStateTuple(c, h)


class PhasedLSTMCell(MemoryCell):
    """An LSTM whose units are open for a part of a period of their own (arXiv:1610.09513).

    Variables: ``kernel`` and ``bias`` of ``mask_gates``, ``new_input`` and ``output_gate``; ``period``, ``phase`` and
    ``ratio_on`` ``[units]``.

    Args:
        num_units: size of state and output.
        use_peepholes: let the gates see the memory.
        leak: how much a closed unit lets through.
        ratio_on: the first value of the part of a period in which a unit is open.
        trainable_ratio_on: train it.
        period_init_min: the smallest first value of a period.
        period_init_max: the largest; the logarithm is spread evenly.
        reuse: reuse the variables.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        leak: Any = 0.001,
        ratio_on: Any = 0.1,
        trainable_ratio_on: bool = True,
        period_init_min: Any = 1.0,
        period_init_max: Any = 1000.0,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._use_peepholes, self._leak = num_units, use_peepholes, leak
        self._ratio_on, self._trainable_ratio_on = ratio_on, trainable_ratio_on
        self._period_init_min, self._period_init_max = period_init_min, period_init_max

    def _first_period(self, shape: Any, dtype: Any = tf.float32, partition_info: Any = None) -> Any:
        lowest, highest = (
            math.log(bound) if isinstance(bound, (int, float)) else tf.log(bound)
            for bound in (self._period_init_min, self._period_init_max)
        )
        return tf.exp(tf.random_uniform(shape, lowest, highest, dtype))

    def _openness(self, time: Any) -> Any:
        size = [self._num_units]
        period = tf.get_variable("period", size, initializer=self._first_period)
        phase = tf.get_variable(
            "phase",
            size,
            initializer=lambda shape, dtype=tf.float32, partition_info=None: tf.random_uniform(
                shape, 0.0, period.initial_value, dtype
            ),
        )
        ratio_on = tf.get_variable(
            "ratio_on", size, initializer=tf.constant_initializer(self._ratio_on), trainable=self._trainable_ratio_on
        )
        shifted = tf.cast(time, phase.dtype) - phase
        # The gradient goes through the time, not through the remainder's period, as in TensorFlow 1.
        position = (shifted + tf.stop_gradient(tf.mod(shifted, period) - shifted)) / period
        rising = 2 * position / ratio_on
        closing = tf.where(position < ratio_on, 2 - rising, self._leak * position)
        return tf.where(position < 0.5 * ratio_on, rising, closing)

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: ``inputs`` is the time ``[batch, 1]`` and the inputs ``[batch, size]``."""
        c_before, h_before = state
        time, inputs = inputs
        seen = [inputs, h_before]
        with tf.variable_scope("mask_gates"):
            gates = tf.sigmoid(linear([*seen, c_before] if self._use_peepholes else seen, 2 * self._num_units))
            take, keep = tf.split(gates, 2, 1)
        with tf.variable_scope("new_input"):
            fresh = tf.tanh(linear(seen, self._num_units))
        c = c_before * keep + take * fresh
        with tf.variable_scope("output_gate"):
            h = tf.tanh(c) * tf.sigmoid(linear([*seen, c] if self._use_peepholes else seen, self._num_units))
        openness = self._openness(time)
        c = openness * c + (1 - openness) * c_before
        h = openness * h + (1 - openness) * h_before
        return h, LSTMStateTuple(c, h)


class ConvLSTMCell(rnn_cell.RNNCell):  # type: ignore[misc]
    """The convolutional LSTM of Shi et al. (arXiv:1506.04214).

    Variables: ``kernel`` ``[*kernel_shape, input channels + output channels, 4 * output channels]``, ``biases``.

    Args:
        conv_ndims: number of dimensions, 1 to 3.
        input_shape: of the inputs without the batch: ``[…, channels]``.
        output_channels: number of channels of state and output.
        kernel_shape: of the kernel, a size for each dimension.
        use_bias: add a bias.
        skip_connection: append the inputs to the outputs.
        forget_bias: added to the forget gates.
        initializers: accepted; it had no meaning in TensorFlow 1 either.
        name: of the layer.

    Raises:
        ValueError: ``input_shape`` does not have ``conv_ndims`` dimensions and channels.
    """

    def __init__(
        self,
        conv_ndims: int,
        input_shape: Sequence[int],
        output_channels: int,
        kernel_shape: Sequence[int],
        use_bias: bool = True,
        skip_connection: bool = False,
        forget_bias: float = 1.0,
        initializers: Any = None,
        name: str = "conv_lstm_cell",
    ) -> None:
        super().__init__(name=name)
        sizes = [int(size) for size in input_shape]
        if conv_ndims != len(sizes) - 1:
            raise ValueError(f"Invalid input_shape {input_shape} for conv_ndims={conv_ndims}.")
        self._spatial, self._input_channels = sizes[:-1], sizes[-1]
        self._kernel_shape, self._channels, self._use_bias = list(kernel_shape), output_channels, use_bias
        self._skip_connection, self._forget_bias = skip_connection, forget_bias

    @property
    def state_size(self) -> Any:
        """Shapes of ``c`` and ``h`` without the batch."""
        shape = tf.TensorShape([*self._spatial, self._channels])
        return LSTMStateTuple(shape, shape)

    @property
    def output_size(self) -> Any:
        """Shape of the output without the batch."""
        return tf.TensorShape([*self._spatial, self._channels + self._input_channels * self._skip_connection])

    def call(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step."""
        c, h = state
        joined, width = tf.concat([inputs, h], -1), 4 * self._channels
        kernel = tf.get_variable("kernel", [*self._kernel_shape, joined.shape.as_list()[-1], width])
        gates = tf.nn.convolution(joined, kernel, padding="SAME")
        if self._use_bias:
            gates = gates + tf.get_variable("biases", [width], initializer=tf.zeros_initializer())
        i, j, f, o = tf.split(gates, 4, -1)
        c = tf.sigmoid(f + self._forget_bias) * c + tf.sigmoid(i) * tf.tanh(j)
        h = tf.tanh(c) * tf.sigmoid(o)
        if self._skip_connection:
            h = tf.concat([h, inputs], -1)
        return h, LSTMStateTuple(c, h)


class Conv1DLSTMCell(ConvLSTMCell):
    """:class:`ConvLSTMCell` over 1 dimension; arguments as there, without ``conv_ndims``."""

    def __init__(self, name: str = "conv_1d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(1, name=name, **kwargs)


class Conv2DLSTMCell(ConvLSTMCell):
    """:class:`ConvLSTMCell` over 2 dimensions; arguments as there, without ``conv_ndims``."""

    def __init__(self, name: str = "conv_2d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(2, name=name, **kwargs)


class Conv3DLSTMCell(ConvLSTMCell):
    """:class:`ConvLSTMCell` over 3 dimensions; arguments as there, without ``conv_ndims``."""

    def __init__(self, name: str = "conv_3d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(3, name=name, **kwargs)
