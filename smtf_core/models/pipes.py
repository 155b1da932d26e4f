"""Names of the files of Pipe mode: what the writer of a channel and its readers agree on.

Source: AWS documentation, "Pipe mode" (the FIFOs), and the package ``sagemaker_tensorflow`` (state and lock). The mark
of an unfinished pass is smtf's own. ``runtime/channels/pipe/native/source.c`` has the same names.
"""

from __future__ import annotations

import re
from pathlib import Path


def fifo(pipe_dir: Path, channel: str, epoch: int) -> Path:
    """The FIFO of one pass over a channel; the passes count from 0. The writer makes it and removes it."""
    return pipe_dir / f"{channel}_{epoch}"


def unfinished(pipe_dir: Path, channel: str, epoch: int) -> Path:
    """The mark of a pass that its writer has not finished.

    On a FIFO, a writer that dies between two records looks like one that is done. So a writer of ours makes this file
    before it makes the FIFO and removes it after the last byte, before it closes the FIFO. A writer that fails leaves
    it, with the reason in it as text. A reader that comes to the end of the stream and finds the mark reports the
    reason as an error; without a mark, as with every other writer, an end is an end.
    """
    return pipe_dir / f".{channel}_{epoch}.unfinished"


def found(pipe_dir: Path, channel: str) -> list[Path]:
    """The FIFOs and marks of a channel that are there."""
    name = re.compile(rf"{re.escape(channel)}_\d+|\.{re.escape(channel)}_\d+\.unfinished")
    paths = (path for path in pipe_dir.iterdir() if name.fullmatch(path.name))
    return [path for path in paths if path.is_fifo() or path.name.startswith(".")]


def state_file(state_dir: Path, channel: str) -> Path:
    """The number of the pass that the channel's next reader takes, as text; not there: 0."""
    return state_dir / f".{channel}-pipe_mode-state"


def lock_file(state_dir: Path, channel: str) -> Path:
    """Locked (``flock``) while :func:`state_file` is read and written."""
    return state_dir / f".{channel}-pipe_mode-lock"
