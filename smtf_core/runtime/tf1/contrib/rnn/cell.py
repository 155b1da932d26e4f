"""What the cells are made of: the shapes of their states, a linear layer, a layer normalisation.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.rnn``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import rnn_cell, tf

LSTMStateTuple = rnn_cell.LSTMStateTuple


class VectorCell(rnn_cell.RNNCell):  # type: ignore[misc]
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


class MemoryCell(rnn_cell.RNNCell):  # type: ignore[misc]
    """A cell with a memory ``c`` beside its output ``h``; both have ``num_units`` entries unless told otherwise."""

    _num_units: int
    _num_outputs: int | None = None

    @property
    def state_size(self) -> Any:
        """Size of ``c`` and ``h``."""
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self) -> int:
        """Size of the output."""
        return self._num_units if self._num_outputs is None else self._num_outputs


def linear(
    args: Any, output_size: int, bias: bool = True, bias_initializer: Any = None, kernel_initializer: Any = None
) -> Any:
    """A linear layer in the variable scope around it: variables ``kernel`` ``[inputs, output_size]`` and ``bias``.

    Args:
        args: ``[batch, size]``, or a list of such, which are joined.
        output_size: number of outputs.
        bias: add a bias.
        bias_initializer: of the bias; zeros by default.
        kernel_initializer: of the kernel; by default that of the variable scope.

    Returns:
        ``[batch, output_size]``.

    Raises:
        ValueError: there are no inputs, or one that is not ``[batch, size]`` with a known size.
    """
    inputs = [tf.convert_to_tensor(one) for one in (args if isinstance(args, (list, tuple)) else [args])]
    if not inputs:
        raise ValueError("`args` must be specified")
    for one in inputs:
        if one.shape.ndims != 2 or one.shape.as_list()[1] is None:
            raise ValueError(f"linear is expecting 2D arguments with a known size, got shape {one.shape}")
    joined = inputs[0] if len(inputs) == 1 else tf.concat(inputs, 1)
    shape = [joined.shape.as_list()[1], output_size]
    outputs = tf.matmul(joined, tf.get_variable("kernel", shape, joined.dtype, kernel_initializer))
    if not bias:
        return outputs
    initializer = tf.zeros_initializer() if bias_initializer is None else bias_initializer
    return tf.nn.bias_add(outputs, tf.get_variable("bias", [output_size], joined.dtype, initializer))


def layer_norm(values: Any, scope: str, gain: float, shift: float) -> Any:
    """Layer normalisation of ``[batch, size]``: variables ``gamma`` and ``beta`` in ``scope``."""
    with tf.variable_scope(scope):
        size = values.shape[-1:]
        gamma = tf.get_variable("gamma", size, values.dtype, tf.constant_initializer(gain))
        beta = tf.get_variable("beta", size, values.dtype, tf.constant_initializer(shift))
        mean, variance = tf.nn.moments(values, [1], keep_dims=True)
        return tf.nn.batch_normalization(values, mean, variance, beta, gamma, 1e-12)


def independent(
    inputs: Any,
    state: Any,
    size: int,
    kernel_initializer: Any = None,
    bias_initializer: Any = None,
    kernel: str = "kernel_w",
) -> Any:
    """``inputs * kernel + state * kernel_u + bias``, where the state is repeated to the size and multiplied entry-wise.

    Args:
        inputs: ``[batch, inputs]``.
        state: ``[batch, units]``.
        size: size of the result, a multiple of the units.
        kernel_initializer: of the first kernel; ``kernel_u`` is evenly between -1 and 1.
        bias_initializer: of the bias; zeros by default.
        kernel: name of the first kernel.

    Returns:
        ``[batch, size]``.
    """
    kernel_w = tf.get_variable(kernel, [inputs.shape.as_list()[1], size], initializer=kernel_initializer)
    kernel_u = tf.get_variable("kernel_u", [1, size], initializer=tf.random_uniform_initializer(-1, 1))
    bias = tf.get_variable(
        "bias", [size], initializer=tf.zeros_initializer() if bias_initializer is None else bias_initializer
    )
    repeated = tf.tile(state, [1, size // state.shape.as_list()[1]])
    return tf.nn.bias_add(tf.matmul(inputs, kernel_w) + repeated * kernel_u, bias)
