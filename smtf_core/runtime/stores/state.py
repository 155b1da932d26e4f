"""Reading and writing TensorFlow's ``checkpoint`` state file, without TensorFlow.

The file is a text protobuf (``CheckpointState``): ``model_checkpoint_path: "model.ckpt-100"`` and the paths that are kept. A checkpoint
``model.ckpt-100`` consists of ``model.ckpt-100.index`` and ``model.ckpt-100.data-NNNNN-of-NNNNN`` (and ``.meta``).
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


def latest_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint that the state file names, if it is complete; else the newest complete one in the folder; else ``None``."""
    try:
        named = _LATEST.search((folder / STATE_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError):
        named = None
    if named is not None:
        prefix = folder / re.sub(r"\\(.)", r"\1", named[1])
        if is_complete(prefix):
            return Checkpoint(path=str(prefix), step=step_of(prefix.name))
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
