"""A checkpoint store: one zip file a checkpoint, complete or not there at all."""

from __future__ import annotations

import zipfile
from pathlib import Path
from urllib.parse import urlsplit

from smtf_core.models import Checkpoint
from smtf_core.models.layout import replace_atomically
from smtf_core.stores import files_of, write_state


class ZipStore:
    """Keeps the checkpoints of `zip:///folder` as `/folder/<step>.zip`."""

    def __init__(self, uri: str) -> None:
        self._archive = Path(urlsplit(uri).path)

    def folder(self, scratch: Path) -> Path:
        """The engine writes into the job's own folder; this store copies from there."""
        return scratch

    def restore(self, folder: Path) -> Checkpoint | None:
        """Unpack the newest checkpoint."""
        archives = sorted(self._archive.glob("[0-9]*.zip"), key=lambda path: int(path.stem))
        if not archives:
            return None
        with zipfile.ZipFile(archives[-1]) as archive:
            archive.extractall(folder)
        name = f"model.ckpt-{archives[-1].stem}"
        write_state(folder, name)
        return Checkpoint(path=str(folder / name), step=int(archives[-1].stem))

    def save(self, checkpoint: Checkpoint) -> None:
        """Pack a checkpoint under a temporary name, then rename."""

        def pack(temporary: Path) -> None:
            with zipfile.ZipFile(temporary, "w") as archive:
                for file in files_of(Path(checkpoint.path)):
                    archive.write(file, file.name)

        replace_atomically(self._archive / f"{checkpoint.step}.zip", pack)

    def close(self) -> None:
        """Nothing is pending: every save was complete when it returned."""
