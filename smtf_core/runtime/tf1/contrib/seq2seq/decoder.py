"""The decoding loop. Source: TensorFlow 1.11 API documentation, ``tf.contrib.seq2seq.dynamic_decode``."""

from __future__ import annotations

import abc
import contextlib
from typing import Any

from tensorflow.python.framework.tensor_util import constant_value

from smtf_core.runtime.tf1.base import tf


class Decoder(abc.ABC):
    """What :func:`dynamic_decode` asks of a decoder."""

    @property
    @abc.abstractmethod
    def batch_size(self) -> Any:
        """Scalar ``int32``."""

    @property
    @abc.abstractmethod
    def output_size(self) -> Any:
        """Shapes of a step's outputs, without the batch."""

    @property
    @abc.abstractmethod
    def output_dtype(self) -> Any:
        """Types of a step's outputs."""

    @abc.abstractmethod
    def initialize(self, name: str | None = None) -> Any:
        """Finished ``[batch]``, first inputs, first state."""

    @abc.abstractmethod
    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> Any:
        """One step: outputs, next state, next inputs, finished."""

    def finalize(self, outputs: Any, final_state: Any, sequence_lengths: Any) -> Any:
        """Outputs (time first) and state after the last step; nothing happens where this is not implemented."""
        raise NotImplementedError

    @property
    def tracks_own_finished(self) -> bool:
        """Whether "finished" is final as ``step`` says it; otherwise a finished sequence stays so."""
        return False


def dynamic_decode(
    decoder: Decoder,
    output_time_major: bool = False,
    impute_finished: bool = False,
    maximum_iterations: Any = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    scope: Any = None,
) -> tuple[Any, Any, Any]:
    """Run a decoder until all sequences are finished.

    Args:
        decoder: the decoder.
        output_time_major: leave time as the first axis of the outputs.
        impute_finished: finished sequences give zeros and keep their state.
        maximum_iterations: scalar ``int32``; stop after so many steps.
        parallel_iterations: see ``tf.while_loop``.
        swap_memory: see ``tf.while_loop``.
        scope: variable scope, ``decoder`` by default.

    Returns:
        Outputs, final state, and the sequences' lengths ``[batch]`` ``int32``.

    Raises:
        TypeError: ``decoder`` is not a decoder.
        ValueError: ``maximum_iterations`` is not a scalar.
    """
    if not isinstance(decoder, Decoder):
        raise TypeError(f"Expected decoder to be type Decoder, but saw: {type(decoder)}")
    with tf.variable_scope(scope, "decoder") as variable_scope:
        if variable_scope.caching_device is None:
            variable_scope.set_caching_device(lambda operation: operation.device)
        if maximum_iterations is not None:
            maximum_iterations = tf.convert_to_tensor(maximum_iterations, tf.int32, name="maximum_iterations")
            if maximum_iterations.shape.ndims != 0:
                raise ValueError("maximum_iterations must be a scalar")
        finished, inputs, state = decoder.initialize()
        zero_outputs = tf.nest.map_structure(
            lambda shape, dtype: _zeros(decoder.batch_size, shape, dtype), decoder.output_size, decoder.output_dtype
        )
        arrays = tf.nest.map_structure(_growing_array, zero_outputs)

        def body(time: Any, arrays: Any, state: Any, inputs: Any, finished: Any, lengths: Any) -> Any:
            outputs, next_state, next_inputs, now_finished = decoder.step(time, inputs, state)
            if not decoder.tracks_own_finished:
                now_finished = tf.logical_or(now_finished, finished)
            lengths = tf.where(finished, lengths, tf.fill(tf.shape(lengths), time + 1))
            tf.nest.assert_same_structure(state, next_state)
            tf.nest.assert_same_structure(inputs, next_inputs)
            if impute_finished:
                outputs = tf.nest.map_structure(
                    lambda zeros, output: tf.where(finished, zeros, output), zero_outputs, outputs
                )
                next_state = tf.nest.map_structure(lambda old, new: _kept(finished, old, new), state, next_state)
            arrays = tf.nest.map_structure(lambda array, output: array.write(time, output), arrays, outputs)
            return time + 1, arrays, next_state, next_inputs, now_finished, lengths

        lengths = tf.zeros_like(finished, tf.int32)
        _, arrays, state, _, _, lengths = tf.while_loop(
            lambda time, arrays, state, inputs, finished, lengths: tf.logical_not(tf.reduce_all(finished)),
            body,
            (tf.constant(0), arrays, state, inputs, finished, lengths),
            parallel_iterations=parallel_iterations,
            maximum_iterations=maximum_iterations,
            swap_memory=swap_memory,
        )
        outputs = tf.nest.map_structure(lambda array: array.stack(), arrays)
        with contextlib.suppress(NotImplementedError):
            outputs, state = decoder.finalize(outputs, state, lengths)
        if not output_time_major:
            outputs = tf.nest.map_structure(_swap_two_axes, outputs)
    return outputs, state, lengths


def _zeros(batch_size: Any, shape: Any, dtype: Any) -> Any:
    return tf.zeros(tf.stack([batch_size, *tf.TensorShape(shape).as_list()]), dtype)


def _growing_array(zeros: Any) -> Any:
    static_batch = constant_value(tf.shape(zeros)[0]) if zeros.shape.ndims is None else zeros.shape[0]
    return tf.TensorArray(
        zeros.dtype,
        size=0,
        dynamic_size=True,
        element_shape=tf.TensorShape([static_batch]).concatenate(zeros.shape[1:]),
    )


def _kept(finished: Any, old: Any, new: Any) -> Any:
    """The old state where finished; what has no batch, like an array or a counter, goes on."""
    if isinstance(old, tf.TensorArray) or new.shape.ndims in (None, 0):
        return new
    new.set_shape(old.shape)
    return tf.where(finished, old, new)


def _swap_two_axes(tensor: Any) -> Any:
    return tf.transpose(tensor, [1, 0, *range(2, tensor.shape.ndims)])
