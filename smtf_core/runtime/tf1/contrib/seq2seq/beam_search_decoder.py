"""Beam search. Source: TensorFlow 1.11 API documentation, ``tf.contrib.seq2seq.BeamSearchDecoder``.

Inside, tensors are ``[batch, beams, …]``; the cell sees ``[batch * beams, …]``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.seq2seq.basic_decoder import layer_output_size
from smtf_core.runtime.tf1.contrib.seq2seq.beam_search import gather_tree
from smtf_core.runtime.tf1.contrib.seq2seq.decoder import Decoder


class BeamSearchDecoderState(NamedTuple):
    """The cell's state, and log probability, "finished" and length of each beam."""

    cell_state: Any
    log_probs: Any
    finished: Any
    lengths: Any


class BeamSearchDecoderOutput(NamedTuple):
    """A step's scores, ids, and beams that they go on from, each ``[batch, beams]``."""

    scores: Any
    predicted_ids: Any
    parent_ids: Any


class FinalBeamSearchDecoderOutput(NamedTuple):
    """Whole beams ``[batch, time, beams]``, best first, and the steps' outputs."""

    predicted_ids: Any
    beam_search_decoder_output: BeamSearchDecoderOutput


class BeamSearchDecoder(Decoder):
    """Keeps the likeliest beams. States and memories must have gone through ``tile_batch``.

    Args:
        cell: the cell.
        embedding: a function of ids, or the parameters of ``tf.nn.embedding_lookup``.
        start_tokens: ``[batch]`` ``int32``.
        end_token: scalar ``int32``.
        initial_state: of the cell, ``[batch * beam_width, …]``.
        beam_width: number of beams.
        output_layer: applied to the cell's outputs.
        length_penalty_weight: 0 compares beams by log probability alone; more favours long ones.
        reorder_tensor_arrays: give ``TensorArray`` fields of the cell's state back stacked, ordered along the beams.

    Raises:
        ValueError: ``start_tokens`` is not a vector, or ``end_token`` not a scalar.
    """

    def __init__(
        self,
        cell: Any,
        embedding: Any,
        start_tokens: Any,
        end_token: Any,
        initial_state: Any,
        beam_width: int,
        output_layer: Any = None,
        length_penalty_weight: float = 0.0,
        reorder_tensor_arrays: bool = True,
    ) -> None:
        if output_layer is not None and not callable(output_layer):
            raise TypeError(f"output_layer must be a Layer, received: {type(output_layer)}")
        self._cell, self._output_layer, self._beam_width = cell, output_layer, beam_width
        self._embedding_fn: Callable[[Any], Any] = (
            embedding if callable(embedding) else lambda ids: tf.nn.embedding_lookup(embedding, ids)
        )
        self._start_tokens = tf.convert_to_tensor(start_tokens, tf.int32, name="start_tokens")
        self._end_token = tf.convert_to_tensor(end_token, tf.int32, name="end_token")
        if self._start_tokens.shape.ndims != 1:
            raise ValueError("start_tokens must be a vector")
        if self._end_token.shape.ndims != 0:
            raise ValueError("end_token must be a scalar")
        self._batch_size = tf.size(self._start_tokens)
        self._length_penalty_weight = length_penalty_weight
        self._reorder_tensor_arrays = reorder_tensor_arrays
        self._initial_cell_state = tf.nest.map_structure(self._split, initial_state)
        self._start_inputs = self._embedding_fn(tf.tile(self._start_tokens[:, None], [1, beam_width]))

    def _split(self, tensor: Any) -> Any:
        """``[batch * beams, …]`` to ``[batch, beams, …]``; what has no batch stays as it is."""
        if isinstance(tensor, tf.TensorArray) or tensor.shape.ndims == 0:
            return tensor
        inner = tensor.shape.as_list()[1:]
        split = tf.reshape(tensor, tf.concat([[self._batch_size, self._beam_width], tf.shape(tensor)[1:]], 0))
        split.set_shape([self._start_tokens.shape.as_list()[0], self._beam_width, *inner])
        return split

    def _merge(self, tensor: Any) -> Any:
        """``[batch, beams, …]`` to ``[batch * beams, …]``."""
        if isinstance(tensor, tf.TensorArray) or tensor.shape.ndims == 0:
            return tensor
        batch, _, *inner = tensor.shape.as_list()
        merged = tf.reshape(tensor, tf.concat([[self._batch_size * self._beam_width], tf.shape(tensor)[2:]], 0))
        merged.set_shape([None if batch is None else batch * self._beam_width, *inner])
        return merged

    @property
    def batch_size(self) -> Any:
        """Scalar ``int32``, without the beams."""
        return self._batch_size

    @property
    def tracks_own_finished(self) -> bool:
        """Beams change places, so a place can be finished and then not."""
        return True

    @property
    def output_size(self) -> BeamSearchDecoderOutput:
        """One entry for each beam."""
        shape = tf.TensorShape([self._beam_width])
        return BeamSearchDecoderOutput(shape, shape, shape)

    @property
    def output_dtype(self) -> BeamSearchDecoderOutput:
        """Scores have the state's type."""
        dtype = tf.nest.flatten(self._initial_cell_state)[0].dtype
        return BeamSearchDecoderOutput(dtype, tf.int32, tf.int32)

    def initialize(self, name: str | None = None) -> Any:
        """See :class:`Decoder`."""
        dtype = self.output_dtype.scores
        finished = tf.fill([self._batch_size, self._beam_width], False)
        # All beams start alike; only the first may go on, or all would stay alike.
        first = tf.one_hot(tf.zeros([self._batch_size], tf.int32), self._beam_width, 0.0, -float("inf"), dtype=dtype)
        state = BeamSearchDecoderState(
            self._initial_cell_state, first, finished, tf.zeros_like(finished, dtype=tf.int64)
        )
        return finished, self._start_inputs, state

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> Any:
        """See :class:`Decoder`."""
        with tf.name_scope(name, "BeamSearchDecoderStep", [time]):
            outputs, cell_state = self._cell(self._merge(inputs), tf.nest.map_structure(self._merge, state.cell_state))
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            classes = layer_output_size(self._cell, self._output_layer).as_list()[-1]
            total = state.log_probs[..., None] + self._step_log_probs(self._split(outputs), state.finished, classes)
            goes_on = tf.logical_and(
                tf.logical_not(state.finished)[..., None], tf.not_equal(tf.range(classes), self._end_token)
            )
            scores = self._scores(total, state.lengths[..., None] + tf.cast(goes_on, tf.int64))
            best, index = tf.nn.top_k(tf.reshape(scores, [self._batch_size, -1]), self._beam_width)
            ids, parents = index % classes, index // classes
            was_finished = tf.gather(state.finished, parents, batch_dims=1)
            finished = tf.logical_or(was_finished, tf.equal(ids, self._end_token))
            lengths = tf.gather(state.lengths, parents, batch_dims=1)
            next_state = BeamSearchDecoderState(
                tf.nest.map_structure(lambda part: self._along(parents, self._split(part)), cell_state),
                tf.gather(tf.reshape(total, [self._batch_size, -1]), index, batch_dims=1),
                finished,
                lengths + tf.cast(tf.logical_not(was_finished), tf.int64),
            )
            next_inputs = tf.cond(tf.reduce_all(finished), lambda: self._start_inputs, lambda: self._embedding_fn(ids))
        return BeamSearchDecoderOutput(best, ids, parents), next_state, next_inputs, finished

    def _step_log_probs(self, logits: Any, finished: Any, classes: int) -> Any:
        """A finished beam goes on with end tokens only, at no cost."""
        only_end = tf.one_hot(
            self._end_token, classes, logits.dtype.as_numpy_dtype(0), logits.dtype.min, dtype=logits.dtype
        )
        log_probs = tf.nn.log_softmax(logits)
        mask = tf.tile(finished[..., None], [1, 1, classes])
        return tf.where(mask, tf.broadcast_to(only_end, tf.shape(log_probs)), log_probs)

    def _scores(self, log_probs: Any, lengths: Any) -> Any:
        penalty = ((5.0 + tf.cast(lengths, log_probs.dtype)) / 6.0) ** self._length_penalty_weight
        return log_probs / penalty

    @staticmethod
    def _along(parents: Any, part: Any) -> Any:
        if isinstance(part, tf.TensorArray) or part.shape.ndims == 0:
            return part
        gathered = tf.gather(part, parents, batch_dims=1)
        gathered.set_shape(part.shape)
        return gathered

    def finalize(self, outputs: Any, final_state: Any, sequence_lengths: Any) -> Any:
        """The whole beams; see :class:`Decoder`."""
        longest = tf.cast(tf.reduce_max(final_state.lengths, axis=1), tf.int32)
        ids = gather_tree(outputs.predicted_ids, outputs.parent_ids, longest, self._end_token)
        if self._reorder_tensor_arrays:
            final_state = final_state._replace(
                cell_state=tf.nest.map_structure(
                    lambda part: self._reordered(part, outputs.parent_ids, final_state.lengths, longest),
                    final_state.cell_state,
                )
            )
        return FinalBeamSearchDecoderOutput(ids, outputs), final_state

    def _reordered(self, part: Any, parents: Any, lengths: Any, longest: Any) -> Any:
        if not isinstance(part, tf.TensorArray):
            return part
        stacked = part.stack()
        steps = tf.shape(parents)[0]
        split = tf.reshape(stacked, tf.concat([[steps, self._batch_size, self._beam_width], tf.shape(stacked)[2:]], 0))
        own = tf.tile(tf.range(self._beam_width)[None, None], [steps, self._batch_size, 1])
        beams = gather_tree(own, parents, longest, self._beam_width + 1)
        inside = tf.transpose(tf.sequence_mask(lengths, steps), [2, 0, 1])
        return tf.reshape(tf.gather(split, tf.where(inside, beams, own), batch_dims=2), tf.shape(stacked))
