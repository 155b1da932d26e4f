"""PipeModeDataset: a channel in Pipe mode as a ``tf.data.Dataset``.

Source: the package ``sagemaker_tensorflow``, whose wheels end at TensorFlow 2.12 and Python 3.10.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import tensorflow as tf

from smtf_core.models import Layout
from smtf_core.runtime.channels.pipe.meter import measured
from smtf_core.runtime.channels.pipe.plugin import chunk_function, pipe_operator
from smtf_core.runtime.channels.pipe.python_reader import PythonReader
from smtf_core.runtime.channels.pipe.source import LARGEST_RECORD, PipeSource, check_integer

# Chunks that are read while earlier ones are consumed.
_CHUNKS_AHEAD = 1


class _PipeMode:
    """What the two data set classes share."""

    #: The tree of the job that the default folders belong to.
    layout: ClassVar[Layout] = Layout("/opt/ml")

    def __init__(
        self,
        channel: str,
        record_format: str = "RecordIO",
        state_dir: str | None = None,
        pipe_dir: str | None = None,
        config_dir: str | None = None,
        benchmark: bool = False,
        benchmark_records_interval: int = 0,
        max_corrupted_records_to_skip: int = 0,
        *,
        batch_size: int | None = None,
        max_record_bytes: int = LARGEST_RECORD,
        wait_seconds: int = 120,
    ) -> None:
        source = PipeSource(
            channel=channel,
            record_format=record_format,
            pipe_dir=pipe_dir or self.layout.data,
            state_dir=state_dir or self.layout.pipe_state,
            max_record_bytes=max_record_bytes,
            max_corrupted=max_corrupted_records_to_skip,
            wait_seconds=wait_seconds,
        )
        check_integer(channel, "benchmark_records_interval", benchmark_records_interval, 0)
        if batch_size is not None:
            check_integer(channel, "batch_size", batch_size, 1)
        source.check(Path(config_dir) if config_dir else self.layout.config)
        source.state_dir.mkdir(parents=True, exist_ok=True)
        vectors = _by_python(source) if pipe_operator() is None else _by_plugin(source)
        if benchmark:
            vectors = measured(vectors, channel, benchmark_records_interval)
        self._records = _single(vectors) if batch_size is None else vectors.rebatch(batch_size)
        tf.data.Dataset.__init__(self, tf.data.experimental.to_variant(self._records))

    def _inputs(self) -> list[Any]:
        return [self._records]

    @property
    def element_spec(self) -> Any:
        """A scalar string, or a vector of strings with ``batch_size``."""
        return self._records.element_spec


class PipeModeDataset(_PipeMode, tf.data.Dataset):  # type: ignore[misc]
    """The records of a channel in Pipe mode: scalar strings, or vectors of them with ``batch_size``.

    Every new iterator over it makes one pass: it reads the FIFO ``<pipe_dir>/<channel>_<epoch>`` and adds one to the
    number of the next epoch, which all readers of the channel share. So ``repeat(n)`` reads ``n`` FIFOs.

    Memory: one iterator holds at most 6 MiB and five times the largest record, besides the pipe's 1 MiB in the kernel:
    what has been read ahead, and three chunks of records. The reader in Python, which is used where smtf was installed
    without a C compiler, holds about as much.

    Args:
        channel: the channel's name.
        record_format: ``'RecordIO'``, ``'TFRecord'`` or ``'TextLine'``.
        state_dir: where the number of the next epoch is kept; ``None``: ``pipe_state`` of the job's tree, which is
            ``/opt/ml/pipe_state`` in a container. Made when missing.
        pipe_dir: where the FIFOs are; ``None``: ``input/data`` of that tree.
        config_dir: where ``inputdataconfig.json`` is; ``None``: ``input/config`` of that tree.
        benchmark: print how fast each pass was, to standard output.
        benchmark_records_interval: print it every so many records as well; 0: only at the end of a pass.
        max_corrupted_records_to_skip: for TFRecord, how many records in a row may be left out because the checksum of
            their data is wrong.
        batch_size: yield vectors of so many records, for ``tf.io.parse_example``; the last one of a pass may be
            shorter. Costs far less per record than ``batch()`` afterwards.
        max_record_bytes: a longer record is an error.
        wait_seconds: how long a FIFO may take to appear.

    Raises:
        PipeModeDatasetException: the channel does not exist or is not in Pipe mode, or an argument is wrong.

    What goes wrong while reading is raised by the iterator, as ``tf.errors.DataLossError`` (a corrupt, truncated or
    oversized record, a writer that did not finish), ``tf.errors.NotFoundError`` (no FIFO) or another
    ``tf.errors.OpError``. The message has the channel, the epoch, the record's number and the offset of its first byte,
    all from 0. The records before have been yielded.
    """


class PipeModeDatasetV1(_PipeMode, tf.compat.v1.data.Dataset):  # type: ignore[misc]
    """:class:`PipeModeDataset` with the methods of TensorFlow 1's data sets, ``make_one_shot_iterator()`` and so on."""

    def _as_variant_tensor(self) -> Any:
        return tf.data.experimental.to_variant(self._records)


def _by_plugin(source: PipeSource) -> Any:
    """Vectors of records; what the plugin reads are names of chunks, which its operator turns into records.

    Made of TensorFlow's operators rather than with the methods of data sets, which would trace a function each, for
    every data set and every pass. The operator runs in the thread that reads, not in one of a pool.
    """
    spec: dict[str, Any] = {"output_types": [tf.string], "output_shapes": [[None]]}
    # Unbuffered: a chunk has to be handed over before the next one is named.
    chunks = tf.raw_ops.TFRecordDataset(filenames=source.uri, compression_type="", buffer_size=0)
    records = tf.raw_ops.MapDataset(
        input_dataset=chunks, other_arguments=[], f=chunk_function(), use_inter_op_parallelism=False, **spec
    )
    ahead = tf.raw_ops.PrefetchDataset(input_dataset=records, buffer_size=_CHUNKS_AHEAD, **spec)
    return tf.data.experimental.from_variant(ahead, tf.TensorSpec([None], tf.string))


def _single(vectors: Any) -> Any:
    """The elements of the vectors, as ``unbatch()``, which would trace a function."""
    variant = tf.raw_ops.UnbatchDataset(
        input_dataset=tf.data.experimental.to_variant(vectors), output_types=[tf.string], output_shapes=[[]]
    )
    return tf.data.experimental.from_variant(variant, tf.TensorSpec([], tf.string))


def _by_python(source: PipeSource) -> Any:
    return tf.data.Dataset.from_generator(
        lambda: PythonReader(source).chunks(), output_signature=tf.TensorSpec([None], tf.string)
    )
