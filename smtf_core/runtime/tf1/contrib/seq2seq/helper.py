"""Where a decoder's next input comes from. Source: TensorFlow 1.11 API documentation, ``tf.contrib.seq2seq.Helper``.

``time`` is a scalar ``int32``, ``outputs`` what the cell (and output layer) gave, ``[batch, …]``.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.base import tf


class Helper(abc.ABC):
    """What a decoder asks: the first inputs, a sample of its outputs, and the next inputs."""

    @property
    @abc.abstractmethod
    def batch_size(self) -> Any:
        """Scalar ``int32``."""

    @property
    @abc.abstractmethod
    def sample_ids_shape(self) -> Any:
        """Shape of one sample, without the batch."""

    @property
    @abc.abstractmethod
    def sample_ids_dtype(self) -> Any:
        """Type of the samples."""

    @abc.abstractmethod
    def initialize(self, name: str | None = None) -> Any:
        """Which sequences are finished before they start, ``[batch]``, and the first inputs."""

    @abc.abstractmethod
    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """The samples of a step's outputs."""

    @abc.abstractmethod
    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None) -> Any:
        """Which sequences are finished, the next inputs and the next state."""


class _IdHelper(Helper):
    """A helper whose samples are scalar integers."""

    @property
    def sample_ids_shape(self) -> Any:
        """Scalars."""
        return tf.TensorShape([])

    @property
    def sample_ids_dtype(self) -> Any:
        """Integers."""
        return tf.int32


class CustomHelper(Helper):
    """A helper of functions.

    Args:
        initialize_fn: without arguments: finished, first inputs.
        sample_fn: of ``time``, ``outputs``, ``state``: the samples.
        next_inputs_fn: of ``time``, ``outputs``, ``state``, ``sample_ids``: finished, inputs, state.
        sample_ids_shape: shape of a sample; scalars by default.
        sample_ids_dtype: its type; ``int32`` by default.
    """

    def __init__(
        self,
        initialize_fn: Callable[..., Any],
        sample_fn: Callable[..., Any],
        next_inputs_fn: Callable[..., Any],
        sample_ids_shape: Any = None,
        sample_ids_dtype: Any = None,
    ) -> None:
        self._initialize_fn, self._sample_fn, self._next_inputs_fn = initialize_fn, sample_fn, next_inputs_fn
        self._sample_ids_shape = tf.TensorShape(sample_ids_shape or [])
        self._sample_ids_dtype = sample_ids_dtype or tf.int32
        self._batch_size: Any = None

    @property
    def batch_size(self) -> Any:
        """Scalar ``int32``; known once ``initialize`` was called."""
        if self._batch_size is None:
            raise ValueError("batch_size accessed before initialize was called")
        return self._batch_size

    @property
    def sample_ids_shape(self) -> Any:
        """As given."""
        return self._sample_ids_shape

    @property
    def sample_ids_dtype(self) -> Any:
        """As given."""
        return self._sample_ids_dtype

    def initialize(self, name: str | None = None) -> Any:
        """See :class:`Helper`."""
        with tf.name_scope(name, "CustomHelperInitialize"):
            finished, inputs = self._initialize_fn()
            if self._batch_size is None:
                self._batch_size = tf.size(finished)
        return finished, inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """See :class:`Helper`."""
        with tf.name_scope(name, "CustomHelperSample", [time]):
            return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None) -> Any:
        """See :class:`Helper`."""
        with tf.name_scope(name, "CustomHelperNextInputs", [time]):
            return self._next_inputs_fn(time=time, outputs=outputs, state=state, sample_ids=sample_ids)


class TrainingHelper(_IdHelper):
    """Reads the inputs from the true sequence; samples are the most likely ids.

    Args:
        inputs: ``[batch, length, …]``, or time first; or a nest of them.
        sequence_length: ``[batch]`` ``int32``.
        time_major: time is the first axis.
        name: of the operations.

    Raises:
        ValueError: ``sequence_length`` is not a vector.
    """

    def __init__(self, inputs: Any, sequence_length: Any, time_major: bool = False, name: str | None = None) -> None:
        with tf.name_scope(name, "TrainingHelper", [sequence_length]):
            self._inputs = tf.nest.map_structure(tf.convert_to_tensor, inputs)
            self._sequence_length = tf.convert_to_tensor(sequence_length, name="sequence_length")
            if self._sequence_length.shape.ndims != 1:
                raise ValueError(f"Expected sequence_length to be a vector, but received {self._sequence_length.shape}")
            self._batch_size = tf.size(self._sequence_length)
            by_time = tf.nest.map_structure(lambda x: x if time_major else _swap_two_axes(x), self._inputs)
            self._steps = tf.nest.map_structure(_array, by_time)
            self._zero_inputs = tf.nest.map_structure(self._zeros, by_time)

    def _zeros(self, by_time: Any) -> Any:
        zeros = tf.zeros(tf.concat([[self._batch_size], tf.shape(by_time)[2:]], 0), by_time.dtype)
        zeros.set_shape(by_time.shape[1:])
        return zeros

    def _read(self, finished: Any, time: Any) -> Any:
        """The inputs of a time; zeros when all is finished, as there may be none left."""
        return tf.cond(
            tf.reduce_all(finished),
            lambda: self._zero_inputs,
            lambda: tf.nest.map_structure(lambda steps: steps.read(time), self._steps),
        )

    @property
    def inputs(self) -> Any:
        """As given."""
        return self._inputs

    @property
    def sequence_length(self) -> Any:
        """As given."""
        return self._sequence_length

    @property
    def batch_size(self) -> Any:
        """Scalar ``int32``."""
        return self._batch_size

    def initialize(self, name: str | None = None) -> Any:
        """See :class:`Helper`."""
        with tf.name_scope(name, "TrainingHelperInitialize"):
            finished = tf.equal(0, self._sequence_length)
            return finished, self._with_static_shape(self._read(finished, 0))

    def sample(  # type: ignore[override]
        self, time: Any, outputs: Any, name: str | None = None, **unused_kwargs: Any
    ) -> Any:
        """The most likely ids."""
        with tf.name_scope(name, "TrainingHelperSample", [time, outputs]):
            return tf.argmax(outputs, axis=-1, output_type=tf.int32)

    def next_inputs(  # type: ignore[override]
        self, time: Any, outputs: Any, state: Any, name: str | None = None, **unused_kwargs: Any
    ) -> Any:
        """See :class:`Helper`."""
        with tf.name_scope(name, "TrainingHelperNextInputs", [time]):
            finished = (time + 1) >= self._sequence_length
            return finished, self._with_static_shape(self._read(finished, time + 1)), state

    def _with_static_shape(self, inputs: Any) -> Any:
        def shaped(tensor: Any, zeros: Any) -> Any:
            tensor.set_shape(zeros.shape)
            return tensor

        return tf.nest.map_structure(shaped, inputs, self._zero_inputs)


class ScheduledEmbeddingTrainingHelper(TrainingHelper):
    """Feeds back, with a probability, the embedding of a sampled id instead of the true input.

    Args:
        inputs: see :class:`TrainingHelper`.
        sequence_length: see :class:`TrainingHelper`.
        embedding: a function of ids, or the parameters of ``tf.nn.embedding_lookup``.
        sampling_probability: scalar or ``[batch]``.
        time_major: see :class:`TrainingHelper`.
        seed: of the sampled ids.
        scheduling_seed: of the choice between the two.
        name: of the operations.

    Raises:
        ValueError: ``sampling_probability`` is neither a scalar nor a vector.
    """

    def __init__(
        self,
        inputs: Any,
        sequence_length: Any,
        embedding: Any,
        sampling_probability: Any,
        time_major: bool = False,
        seed: int | None = None,
        scheduling_seed: int | None = None,
        name: str | None = None,
    ) -> None:
        with tf.name_scope(name, "ScheduledEmbeddingSamplingWrapper", [sampling_probability]):
            self._embedding_fn = _embedding_function(embedding)
            self._probability = _probability(sampling_probability)
            self._seed, self._scheduling_seed = seed, scheduling_seed
            super().__init__(inputs, sequence_length, time_major, name)

    def sample(  # type: ignore[override]
        self, time: Any, outputs: Any, name: str | None = None, **unused_kwargs: Any
    ) -> Any:
        """Sampled ids, -1 where the true input is read."""
        with tf.name_scope(name, "ScheduledEmbeddingTrainingHelperSample", [time, outputs]):
            ids = _categorical(outputs, self._seed)
            chosen = _bernoulli(self._probability, self.batch_size, self._scheduling_seed)
            return tf.where(chosen, ids, tf.fill([self.batch_size], -1))

    def next_inputs(  # type: ignore[override]
        self, time: Any, outputs: Any, state: Any, name: str | None = None, **unused_kwargs: Any
    ) -> Any:
        """See :class:`Helper`."""
        sample_ids = unused_kwargs["sample_ids"]
        with tf.name_scope(name, "ScheduledEmbeddingTrainingHelperNextInputs", [time]):
            finished, inputs, state = super().next_inputs(time, outputs, state)
            # Where nothing was sampled the id is -1, which cannot be looked up.
            sampled = self._embedding_fn(tf.maximum(sample_ids, 0))
            return finished, tf.where(sample_ids > -1, sampled, inputs), state


class ScheduledOutputTrainingHelper(TrainingHelper):
    """Feeds back, with a probability, the output itself instead of the true input.

    Args:
        inputs: one tensor; see :class:`TrainingHelper`.
        sequence_length: see :class:`TrainingHelper`.
        sampling_probability: scalar or ``[batch]``.
        time_major: see :class:`TrainingHelper`.
        seed: of the choice.
        next_inputs_fn: makes inputs of outputs; as they are by default.
        auxiliary_inputs: ``[batch, length, …]``, joined to every input on the last axis.
        name: of the operations.

    Raises:
        ValueError: ``sampling_probability`` is neither a scalar nor a vector.
    """

    def __init__(
        self,
        inputs: Any,
        sequence_length: Any,
        sampling_probability: Any,
        time_major: bool = False,
        seed: int | None = None,
        next_inputs_fn: Callable[[Any], Any] | None = None,
        auxiliary_inputs: Any = None,
        name: str | None = None,
    ) -> None:
        with tf.name_scope(name, "ScheduledOutputTrainingHelper", [inputs, auxiliary_inputs, sampling_probability]):
            self._probability = _probability(sampling_probability)
            self._seed = seed
            self._next_inputs_fn = next_inputs_fn or (lambda outputs: outputs)
            self._auxiliary: Any = None
            joined = inputs
            if auxiliary_inputs is not None:
                auxiliary = tf.convert_to_tensor(auxiliary_inputs)
                self._auxiliary = _array(auxiliary if time_major else _swap_two_axes(auxiliary))
                joined = tf.concat([inputs, auxiliary], -1)
            super().__init__(joined, sequence_length, time_major, name)

    def sample(  # type: ignore[override]
        self, time: Any, outputs: Any, name: str | None = None, **unused_kwargs: Any
    ) -> Any:
        """1 where the output is fed back, otherwise 0: ``[batch]`` ``int32``."""
        with tf.name_scope(name, "ScheduledOutputTrainingHelperSample", [time, outputs]):
            return tf.cast(_bernoulli(self._probability, self.batch_size, self._seed), tf.int32)

    def next_inputs(  # type: ignore[override]
        self, time: Any, outputs: Any, state: Any, name: str | None = None, **unused_kwargs: Any
    ) -> Any:
        """See :class:`Helper`."""
        sample_ids = unused_kwargs["sample_ids"]
        with tf.name_scope(name, "ScheduledOutputTrainingHelperNextInputs", [time]):
            finished, inputs, state = super().next_inputs(time, outputs, state)

            def mixed() -> Any:
                own = self._next_inputs_fn(outputs)
                if self._auxiliary is not None:
                    own = tf.concat([own, self._auxiliary.read(time + 1)], -1)
                return tf.where(tf.cast(sample_ids, tf.bool), own, inputs)

            next_inputs = tf.cond(tf.reduce_all(finished), lambda: inputs, mixed)
            next_inputs.set_shape(inputs.shape)
            return finished, next_inputs, state


class GreedyEmbeddingHelper(_IdHelper):
    """Feeds back the embedding of the most likely id, until the end token.

    Args:
        embedding: a function of ids, or the parameters of ``tf.nn.embedding_lookup``.
        start_tokens: ``[batch]`` ``int32``.
        end_token: scalar ``int32``.

    Raises:
        ValueError: ``start_tokens`` is not a vector, or ``end_token`` not a scalar.
    """

    def __init__(self, embedding: Any, start_tokens: Any, end_token: Any) -> None:
        self._embedding_fn = _embedding_function(embedding)
        self._start_tokens = tf.convert_to_tensor(start_tokens, tf.int32, name="start_tokens")
        self._end_token = tf.convert_to_tensor(end_token, tf.int32, name="end_token")
        if self._start_tokens.shape.ndims != 1:
            raise ValueError("start_tokens must be a vector")
        if self._end_token.shape.ndims != 0:
            raise ValueError("end_token must be a scalar")
        self._batch_size = tf.size(self._start_tokens)
        self._start_inputs = self._embedding_fn(self._start_tokens)

    @property
    def batch_size(self) -> Any:
        """Scalar ``int32``."""
        return self._batch_size

    def initialize(self, name: str | None = None) -> Any:
        """See :class:`Helper`."""
        return tf.fill([self._batch_size], False), self._start_inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """The most likely ids.

        Raises:
            TypeError: the outputs are not one tensor.
        """
        _one_tensor(outputs)
        return tf.argmax(outputs, axis=-1, output_type=tf.int32)

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None) -> Any:
        """See :class:`Helper`."""
        finished = tf.equal(sample_ids, self._end_token)
        inputs = tf.cond(tf.reduce_all(finished), lambda: self._start_inputs, lambda: self._embedding_fn(sample_ids))
        return finished, inputs, state


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """Feeds back the embedding of an id drawn from the outputs.

    Args:
        embedding: see :class:`GreedyEmbeddingHelper`.
        start_tokens: see :class:`GreedyEmbeddingHelper`.
        end_token: see :class:`GreedyEmbeddingHelper`.
        softmax_temperature: the logits are divided by it; above 1 is more random.
        seed: of the draws.
    """

    def __init__(
        self,
        embedding: Any,
        start_tokens: Any,
        end_token: Any,
        softmax_temperature: Any = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(embedding, start_tokens, end_token)
        self._softmax_temperature, self._seed = softmax_temperature, seed

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """Drawn ids.

        Raises:
            TypeError: the outputs are not one tensor.
        """
        _one_tensor(outputs)
        temperature = self._softmax_temperature
        return _categorical(outputs if temperature is None else outputs / temperature, self._seed)


class InferenceHelper(Helper):
    """Feeds back what a function makes of the outputs.

    Args:
        sample_fn: outputs to samples.
        sample_shape: of a sample, without the batch.
        sample_dtype: of a sample.
        start_inputs: ``[batch, …]``.
        end_fn: samples to finished, ``[batch]``.
        next_inputs_fn: samples to inputs; as they are by default.
    """

    def __init__(
        self,
        sample_fn: Callable[[Any], Any],
        sample_shape: Any,
        sample_dtype: Any,
        start_inputs: Any,
        end_fn: Callable[[Any], Any],
        next_inputs_fn: Callable[[Any], Any] | None = None,
    ) -> None:
        self._sample_fn, self._end_fn = sample_fn, end_fn
        self._sample_shape, self._sample_dtype = tf.TensorShape(sample_shape), sample_dtype
        self._start_inputs = tf.convert_to_tensor(start_inputs, name="start_inputs")
        self._batch_size = tf.shape(self._start_inputs)[0]
        self._next_inputs_fn = next_inputs_fn or (lambda sample_ids: sample_ids)

    @property
    def batch_size(self) -> Any:
        """Scalar ``int32``."""
        return self._batch_size

    @property
    def sample_ids_shape(self) -> Any:
        """As given."""
        return self._sample_shape

    @property
    def sample_ids_dtype(self) -> Any:
        """As given."""
        return self._sample_dtype

    def initialize(self, name: str | None = None) -> Any:
        """See :class:`Helper`."""
        return tf.fill([self._batch_size], False), self._start_inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """See :class:`Helper`."""
        return self._sample_fn(outputs)

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None) -> Any:
        """See :class:`Helper`."""
        return self._end_fn(sample_ids), self._next_inputs_fn(sample_ids), state


def _swap_two_axes(tensor: Any) -> Any:
    rank = tensor.shape.ndims
    if rank is None or rank < 2:
        raise ValueError(f"inputs must have at least the dimensions batch and time, not the shape {tensor.shape}")
    return tf.transpose(tensor, [1, 0, *range(2, rank)])


def _array(by_time: Any) -> Any:
    array = tf.TensorArray(by_time.dtype, size=tf.shape(by_time)[0], element_shape=by_time.shape[1:])
    return array.unstack(by_time)


def _embedding_function(embedding: Any) -> Callable[[Any], Any]:
    return embedding if callable(embedding) else lambda ids: tf.nn.embedding_lookup(embedding, ids)


def _one_tensor(outputs: Any) -> None:
    if not tf.is_tensor(outputs):
        raise TypeError(f"Expected outputs to be a single Tensor, got: {type(outputs)}")


def _categorical(logits: Any, seed: int | None) -> Any:
    return tf.reshape(tf.random.categorical(logits, 1, seed=seed, dtype=tf.int32), [-1])


def _probability(sampling_probability: Any) -> Any:
    probability = tf.convert_to_tensor(sampling_probability, tf.float32, name="sampling_probability")
    if probability.shape.ndims not in (0, 1):
        raise ValueError(f"sampling_probability must be either a scalar or a vector. saw shape: {probability.shape}")
    return probability


def _bernoulli(probability: Any, batch_size: Any, seed: int | None) -> Any:
    return tf.random_uniform([batch_size], seed=seed) < probability
