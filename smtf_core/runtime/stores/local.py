"""Checkpoint store ``file``: a local folder, into which TensorFlow writes directly."""

from __future__ import annotations

from pathlib import Path

from smtf_core.errors import InvalidInputError
from smtf_core.models import Checkpoint
from smtf_core.models.uri import local_path
from smtf_core.stores import latest_checkpoint, named_checkpoint, write_state


class LocalStore:
    """Keeps checkpoints where the engine writes them.

    TensorFlow's saver writes under a temporary name, renames, and replaces the ``checkpoint`` state file last, so a
    kill at any moment leaves the previous checkpoint in place.

    Args:
        uri: a path or a ``file://`` URI.
    """

    def __init__(self, uri: str) -> None:
        path = local_path(uri)
        if path is None:
            raise InvalidInputError(f"checkpoint_path {uri!r} is not a local path")
        self._path = path

    def folder(self, scratch: Path) -> Path:
        """See :class:`~smtf_core.interfaces.CheckpointStore`."""
        return self._path

    def restore(self, folder: Path) -> Checkpoint | None:
        """Nothing to bring: the engine finds its own files.

        Where the state file is missing, or names a checkpoint that is not there (the folder was copied, a disk was
        full), it is pointed at the newest complete checkpoint, because TensorFlow looks nowhere else.
        """
        folder.mkdir(parents=True, exist_ok=True)
        checkpoint = latest_checkpoint(folder)
        if checkpoint is not None and named_checkpoint(folder) != checkpoint:
            write_state(folder, Path(checkpoint.path).name)
        return checkpoint

    def save(self, checkpoint: Checkpoint) -> None:
        """Nothing to do: it is where it belongs."""

    def close(self) -> None:
        """Nothing to wait for."""
