"""Checkpoint files on disk, for those who write checkpoint stores; needs no TensorFlow.

The file is a text protobuf (``CheckpointState``): ``model_checkpoint_path: "model.ckpt-100"`` and the paths that are
kept. A checkpoint ``model.ckpt-100`` consists of ``model.ckpt-100.index`` and ``model.ckpt-100.data-NNNNN-of-NNNNN``
(and ``.meta``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import frozen

from smtf_core.models import Checkpoint
from smtf_core.models.layout import write_atomically

STATE_FILE = "checkpoint"
_PATHS = re.compile(r'^(all_)?model_checkpoint_paths?:\s*"((?:[^"\\]|\\.)*)"', re.MULTILINE)
_FILE = re.compile(r"(?P<prefix>.+)\.(?:index|data-\d{5}-of-(?P<shards>\d{5}))")
_FILE_OR_PART = re.compile(r"[^/]+\.(?:index|meta|data-\d{5}-of-\d{5})(?:\.tempstate\d+)?")


def step_of(path: str) -> int:
    """The global step in a checkpoint's name; 0 when it has none."""
    match = re.search(r"-(\d+)(?:\.\w+)*$", path)
    return int(match[1]) if match else 0


def complete_checkpoints(names: Iterable[str]) -> list[str]:
    """The checkpoints all of whose files are among ``names``, the one of the lowest step first.

    Complete means: the index, and every data shard that the shards' names promise.

    Args:
        names: names of files, or keys of objects, in one folder.
    """
    indexes: set[str] = set()
    shards: dict[str, int] = {}
    promised: dict[str, int] = {}
    for match in filter(None, map(_FILE.fullmatch, names)):
        prefix = match["prefix"]
        if match["shards"] is None:
            indexes.add(prefix)
        else:
            shards[prefix] = shards.get(prefix, 0) + 1
            promised[prefix] = int(match["shards"])
    complete = (prefix for prefix in indexes if shards.get(prefix, 0) and shards[prefix] == promised[prefix])
    return sorted(complete, key=lambda prefix: (step_of(prefix), prefix))


def is_checkpoint_file(name: str) -> bool:
    """Whether a file's name is that of a file of a checkpoint, finished or not."""
    return _FILE_OR_PART.fullmatch(name) is not None


def is_complete(prefix: Path) -> bool:
    """Whether all files of a checkpoint on disk are there."""
    return complete_checkpoints(path.name for path in files_of(prefix)) == [prefix.name]


def files_of(prefix: Path) -> list[Path]:
    """The files of a checkpoint, sorted."""
    return sorted(path for path in prefix.parent.glob(f"{prefix.name}.*") if path.is_file())


@frozen
class CheckpointState:
    """What a state file says.

    Args:
        newest: name of the checkpoint to restore.
        kept: names of all checkpoints that are kept, the newest last.
    """

    newest: str
    kept: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> CheckpointState | None:
        """Read the content of a state file; ``None`` when it names no checkpoint.

        Names are as they are in the file: relative to its folder, or absolute paths or URIs.
        """
        paths = [(match[1] is not None, re.sub(r"\\(.)", r"\1", match[2])) for match in _PATHS.finditer(text)]
        newest = next((path for is_list, path in paths if not is_list), None)
        return None if newest is None else cls(newest, tuple(path for is_list, path in paths if is_list))

    def text(self) -> str:
        """The content of the state file."""
        lines = [f'model_checkpoint_path: "{_quoted(self.newest)}"']
        lines += [f'all_model_checkpoint_paths: "{_quoted(name)}"' for name in self.kept]
        return "\n".join(lines) + "\n"


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def read_state(folder: Path) -> CheckpointState | None:
    """The state file of a folder, or ``None`` when there is none or it names nothing."""
    try:
        return CheckpointState.parse((folder / STATE_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def named_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint that the state file names, if it is complete; else ``None``."""
    state = read_state(folder)
    if state is None:
        return None
    prefix = folder / state.newest
    return Checkpoint(path=str(prefix), step=step_of(prefix.name)) if is_complete(prefix) else None


def latest_checkpoint(folder: Path) -> Checkpoint | None:
    """The complete checkpoint that the state file names, else the newest complete one in the folder, else ``None``."""
    named = named_checkpoint(folder)
    if named is not None:
        return named
    complete = complete_checkpoints(path.name for path in folder.glob("model.ckpt-*"))
    if not complete:
        return None
    return Checkpoint(path=str(folder / complete[-1]), step=step_of(complete[-1]))


def write_state(folder: Path, newest: str, kept: Sequence[str] = ()) -> None:
    """Make ``newest`` the checkpoint that TensorFlow restores from ``folder``.

    Args:
        folder: the folder.
        newest: the checkpoint's name.
        kept: all that are kept, the newest last; by default only that one.
    """
    write_atomically(folder / STATE_FILE, CheckpointState(newest, tuple(kept) or (newest,)).text())
