"""Checkpoint files on disk, for those who write checkpoint stores; needs no TensorFlow.

The file is a text protobuf (``CheckpointState``): ``model_checkpoint_path: "model.ckpt-100"`` and the paths that are
kept. A checkpoint ``model.ckpt-100`` consists of ``model.ckpt-100.index`` and ``model.ckpt-100.data-NNNNN-of-NNNNN``
(and ``.meta``).
"""

from __future__ import annotations

import re
from pathlib import Path

from smtf_core.models import Checkpoint
from smtf_core.models.layout import write_atomically

STATE_FILE = "checkpoint"
_LATEST = re.compile(r'^model_checkpoint_path:\s*"((?:[^"\\]|\\.)*)"', re.MULTILINE)


def step_of(path: str) -> int:
    """The global step in a checkpoint's name; 0 when it has none."""
    match = re.search(r"-(\d+)(?:\.\w+)*$", path)
    return int(match[1]) if match else 0


def is_complete(prefix: Path) -> bool:
    """Whether all files of a checkpoint are there: the index, and every data shard that the shards' names promise."""
    if not prefix.with_name(f"{prefix.name}.index").exists():
        return False
    shards = list(prefix.parent.glob(f"{prefix.name}.data-*-of-*"))
    return bool(shards) and all(len(shards) == int(shard.name.rpartition("-of-")[2]) for shard in shards)


def files_of(prefix: Path) -> list[Path]:
    """The files of a checkpoint, sorted."""
    return sorted(path for path in prefix.parent.glob(f"{prefix.name}.*") if path.is_file())


def named_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint that the state file names, if it is complete; else ``None``."""
    try:
        named = _LATEST.search((folder / STATE_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    if named is None:
        return None
    prefix = folder / re.sub(r"\\(.)", r"\1", named[1])
    return Checkpoint(path=str(prefix), step=step_of(prefix.name)) if is_complete(prefix) else None


def latest_checkpoint(folder: Path) -> Checkpoint | None:
    """The complete checkpoint that the state file names, else the newest complete one in the folder, else ``None``."""
    named = named_checkpoint(folder)
    if named is not None:
        return named
    prefixes = [path.with_suffix("") for path in folder.glob("model.ckpt-*.index")]
    complete = [prefix for prefix in prefixes if is_complete(prefix)]
    if not complete:
        return None
    newest = max(complete, key=lambda prefix: step_of(prefix.name))
    return Checkpoint(path=str(newest), step=step_of(newest.name))


def write_state(folder: Path, name: str) -> None:
    """Make ``name`` the checkpoint that TensorFlow restores from ``folder``."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    write_atomically(
        folder / STATE_FILE, f'model_checkpoint_path: "{quoted}"\nall_model_checkpoint_paths: "{quoted}"\n'
    )
