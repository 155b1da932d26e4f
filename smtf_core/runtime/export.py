"""Exported models on disk: ``export/Servo/<timestamp>``, complete or not there at all."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

EXPORTS = Path("export") / "Servo"

_UNFINISHED = re.compile(r"(\.|temp-).*")


def install_servable(servable: str, model: Path) -> Path:
    """Copy a SavedModel into the model folder, unless it lies there already.

    Args:
        servable: ``…/export/Servo/<timestamp>``.
        model: the job's model folder.

    Returns:
        ``<model>/export/Servo/<timestamp>``.
    """
    source = Path(servable)
    target = model / EXPORTS / source.name
    if target.exists() and target.samefile(source):
        return target
    temporary = target.with_name(f".{target.name}.copying")
    shutil.rmtree(temporary, ignore_errors=True)
    shutil.copytree(source, temporary)
    if target.exists():
        shutil.rmtree(target)
    temporary.rename(target)
    return target


def write_servable(folder: Path, write: Callable[[Path], object]) -> Path:
    """Let ``write`` make a SavedModel under a temporary name, then give it a timestamp that is still free.

    Args:
        folder: ``…/export/Servo``.
        write: called with the temporary path, which does not exist yet.

    Returns:
        The version folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stamp = int(time.time())
    while (folder / str(stamp)).exists():
        stamp += 1
    temporary = folder / f"temp-{stamp}"
    shutil.rmtree(temporary, ignore_errors=True)
    write(temporary)
    final = folder / str(stamp)
    temporary.rename(final)
    return final


def remove_unfinished(folder: Path) -> None:
    """Remove exports that a killed run left half-written in ``…/export/Servo``."""
    if folder.is_dir():
        for path in folder.iterdir():
            if path.is_dir() and _UNFINISHED.fullmatch(path.name):
                shutil.rmtree(path)
