"""The plain decoder. Source: TensorFlow 1.11 API documentation, ``tf.contrib.seq2seq.BasicDecoder``."""

from __future__ import annotations

from typing import Any, NamedTuple

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.seq2seq.decoder import Decoder
from smtf_core.runtime.tf1.contrib.seq2seq.helper import Helper


class BasicDecoderOutput(NamedTuple):
    """Outputs of cell and output layer, and the helper's samples."""

    rnn_output: Any
    sample_id: Any


class BasicDecoder(Decoder):
    """A cell, an output layer, and a helper that samples and feeds back.

    Args:
        cell: the cell.
        helper: the helper.
        initial_state: of the cell, ``[batch, …]``.
        output_layer: applied to the cell's outputs.

    Raises:
        TypeError: ``helper`` is not a helper.
    """

    def __init__(self, cell: Any, helper: Any, initial_state: Any, output_layer: Any = None) -> None:
        if not isinstance(helper, Helper):
            raise TypeError(f"helper must be a Helper, received: {type(helper)}")
        if output_layer is not None and not callable(output_layer):
            raise TypeError(f"output_layer must be a Layer, received: {type(output_layer)}")
        self._cell, self._helper = cell, helper
        self._initial_state, self._output_layer = initial_state, output_layer

    @property
    def batch_size(self) -> Any:
        """The helper's."""
        return self._helper.batch_size

    @property
    def output_size(self) -> BasicDecoderOutput:
        """Shapes of outputs and samples."""
        return BasicDecoderOutput(layer_output_size(self._cell, self._output_layer), self._helper.sample_ids_shape)

    @property
    def output_dtype(self) -> BasicDecoderOutput:
        """Types of outputs and samples; the outputs have the state's."""
        dtype = tf.nest.flatten(self._initial_state)[0].dtype
        return BasicDecoderOutput(
            tf.nest.map_structure(lambda _: dtype, self.output_size.rnn_output), self._helper.sample_ids_dtype
        )

    def initialize(self, name: str | None = None) -> Any:
        """See :class:`Decoder`."""
        return (*self._helper.initialize(), self._initial_state)

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> Any:
        """See :class:`Decoder`."""
        with tf.name_scope(name, "BasicDecoderStep", [time]):
            outputs, state = self._cell(inputs, state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            sample_ids = self._helper.sample(time=time, outputs=outputs, state=state)
            finished, inputs, state = self._helper.next_inputs(
                time=time, outputs=outputs, state=state, sample_ids=sample_ids
            )
        return BasicDecoderOutput(outputs, sample_ids), state, inputs, finished


def layer_output_size(cell: Any, output_layer: Any) -> Any:
    """Shape of the outputs, without the batch.

    Args:
        cell: a cell.
        output_layer: applied to its outputs, or None.
    """
    size = tf.TensorShape(cell.output_size)
    if output_layer is None:
        return size
    return output_layer.compute_output_shape(tf.TensorShape([None]).concatenate(size))[1:]
