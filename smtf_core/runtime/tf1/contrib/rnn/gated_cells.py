"""Gated cells whose state is their output.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.rnn``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.rnn.cell import VectorCell, independent, linear


class UGRNNCell(VectorCell):
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
            gate, candidate = tf.split(linear([inputs, state], 2 * self._num_units), 2, 1)
        gate = tf.sigmoid(gate + self._forget_bias)
        h = gate * state + (1 - gate) * self._activation(candidate)
        return h, h


class IntersectionRNNCell(VectorCell):
    """The intersection cell of Collins et al. (arXiv:1611.09913): its output goes on in depth, its state in time.

    Variables: ``kernel`` ``[inputs + units, 4 * units]``, ``bias``; ``in_projection/kernel`` and ``…/bias``.

    Args:
        num_units: size of state and output.
        num_in_proj: project the inputs to this size first.
        initializer: of the variables.
        forget_bias: added to both gates.
        y_activation: of the candidate for the output.
        reuse: reuse the variables.
    """

    def __init__(
        self,
        num_units: int,
        num_in_proj: int | None = None,
        initializer: Any = None,
        forget_bias: float = 1.0,
        y_activation: Callable[[Any], Any] = tf.nn.relu,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._num_in_proj, self._initializer = num_units, num_in_proj, initializer
        self._forget_bias, self._y_activation = forget_bias, y_activation

    def call(self, inputs: Any, state: Any) -> Any:
        """One step.

        Raises:
            ValueError: the inputs have another size than the state and are not projected to it.
        """
        if self._num_in_proj is not None:
            with tf.variable_scope("in_projection", initializer=self._initializer):
                inputs = linear(inputs, self._num_in_proj)
        if inputs.shape.as_list()[1] != self._num_units:
            raise ValueError(
                "Must have input size == output size for Intersection RNN. To fix, num_in_proj should be set."
            )
        with tf.variable_scope(tf.get_variable_scope(), initializer=self._initializer):
            parts = tf.split(linear([inputs, state], 4 * self._num_units), 4, 1)
        state_gate, state_candidate, output_gate, output_candidate = parts
        state_gate = tf.sigmoid(state_gate + self._forget_bias)
        output_gate = tf.sigmoid(output_gate + self._forget_bias)
        new_state = state_gate * state + (1 - state_gate) * tf.tanh(state_candidate)
        output = output_gate * inputs + (1 - output_gate) * self._y_activation(output_candidate)
        return output, new_state


class _NamedCell(VectorCell):
    """A cell whose layer has a name of the user's choice."""

    def __init__(
        self,
        num_units: int,
        activation: Callable[[Any], Any] | None = None,
        reuse: bool | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(_reuse=reuse, name=name)
        self._num_units = num_units
        self._activation = tf.tanh if activation is None else activation


class SRUCell(_NamedCell):
    """The simple recurrent unit of Lei et al. (arXiv:1709.02755): ``kernel`` ``[inputs, 4 * units]``, ``bias``.

    Args:
        num_units: size of state and output.
        activation: of the state on its way out; ``tanh`` by default.
        reuse: reuse the variables.
        name: of the layer.
    """

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        kernel = tf.get_variable("kernel", [inputs.shape.as_list()[1], 4 * self._num_units])
        bias = tf.get_variable("bias", [2 * self._num_units], initializer=tf.zeros_initializer())
        candidate, forget, reset, skipped = tf.split(tf.matmul(inputs, kernel), 4, 1)
        forget, reset = tf.split(tf.sigmoid(tf.nn.bias_add(tf.concat([forget, reset], 1), bias)), 2, 1)
        state = forget * state + (1 - forget) * candidate
        return reset * self._activation(state) + (1 - reset) * skipped, state


class IndRNNCell(_NamedCell):
    """The independently recurrent cell of Li et al. (arXiv:1803.04831), whose units see their own state only.

    Variables: ``kernel_w`` ``[inputs, units]``, ``kernel_u`` ``[1, units]``, ``bias``.

    Args:
        num_units: size of state and output.
        activation: ``tanh`` by default.
        reuse: reuse the variables.
        name: of the layer.
    """

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        output = self._activation(independent(inputs, state, self._num_units))
        return output, output


class IndyGRUCell(_NamedCell):
    """A GRU whose units see their own state only.

    Variables: ``gates/kernel_w`` ``[inputs, 2 * units]``, ``gates/kernel_u`` ``[1, 2 * units]``, ``gates/bias``,
    ``candidate/kernel`` ``[inputs, units]``, ``candidate/kernel_u``, ``candidate/bias``.

    Args:
        num_units: size of state and output.
        activation: of the candidate; ``tanh`` by default.
        reuse: reuse the variables.
        kernel_initializer: of the kernels of the inputs; ``kernel_u`` is evenly between -1 and 1.
        bias_initializer: of the biases; ones for the gates and zeros for the candidate by default.
        name: of the layer.
    """

    def __init__(
        self,
        num_units: int,
        activation: Callable[[Any], Any] | None = None,
        reuse: bool | None = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(num_units, activation, reuse, name)
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        units, kernels, biases = self._num_units, self._kernel_initializer, self._bias_initializer
        with tf.variable_scope("gates"):
            gates = independent(inputs, state, 2 * units, kernels, biases or tf.ones_initializer())
        reset, update = tf.split(tf.sigmoid(gates), 2, 1)
        with tf.variable_scope("candidate"):
            candidate = independent(inputs, reset * state, units, kernels, biases, kernel="kernel")
        state = update * state + (1 - update) * self._activation(candidate)
        return state, state
