"""``tf.contrib.tensorboard.plugins.projector``: embeddings in TensorBoard.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.tensorboard.plugins.projector``.
"""

from __future__ import annotations

import os
from typing import Any

from google.protobuf import text_format  # type: ignore[import-untyped]
from tensorboard.plugins.projector.projector_config_pb2 import (  # type: ignore[import-untyped]
    EmbeddingInfo as EmbeddingInfo,
)
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig as ProjectorConfig
from tensorboard.plugins.projector.projector_config_pb2 import SpriteMetadata as SpriteMetadata

from smtf_core.runtime.tf1.base import tf


def visualize_embeddings(summary_writer: Any, config: Any) -> None:
    """Write ``projector_config.pbtxt`` beside the event file.

    Args:
        summary_writer: a ``tf.summary.FileWriter``.
        config: a ``ProjectorConfig``.

    Raises:
        ValueError: the writer has no folder.
    """
    logdir = summary_writer.get_logdir()
    if logdir is None:
        raise ValueError("Summary writer must have a logdir")
    with tf.gfile.GFile(os.path.join(logdir, "projector_config.pbtxt"), "w") as file:
        file.write(text_format.MessageToString(config))
