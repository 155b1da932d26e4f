"""What ``import sagemaker_tensorflow`` gives a script: ``PipeModeDataset``, for channels in Pipe mode.

Source: the package ``sagemaker_tensorflow``, whose wheels end at TensorFlow 2.12 and Python 3.10.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["PipeModeDataset", "PipeModeDatasetException"]


class PipeModeDatasetException(Exception):  # noqa: N818 - the upstream name
    """A channel cannot be read as a pipe."""


class PipeModeDataset:
    """Reads the records of a channel in Pipe mode.

    No input mode of this version of smtf provides pipes, so a channel never is in Pipe mode and constructing one says
    so; a script may import the class and choose by the channel's input mode.

    Args:
        channel: the channel's name.
        **options: the upstream options; not looked at before there is a pipe.

    Raises:
        PipeModeDatasetException: always: the channel does not exist, or is not in Pipe mode.
    """

    def __init__(self, channel: str, *, config_dir: str = "/opt/ml/input/config", **options: Any) -> None:
        config = Path(config_dir) / "inputdataconfig.json"
        channels = json.loads(config.read_text(encoding="utf-8")) if config.exists() else {}
        mode = channels.get(channel, {}).get("TrainingInputMode", "File") if channel in channels else None
        state = f"is in input mode {mode}" if mode else "does not exist"
        raise PipeModeDatasetException(
            f"channel {channel!r} {state}, so PipeModeDataset cannot read it; this version of smtf has no Pipe mode. "
            f"Read the channel's files with tf.data.TFRecordDataset or tf.data.TextLineDataset"
        )
