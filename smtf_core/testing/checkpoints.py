"""Checkpoints without TensorFlow: the files that its saver writes, filled so that a mixture of two can be told."""

from __future__ import annotations

from pathlib import Path

from smtf_core.models import Checkpoint
from smtf_core.stores import STATE_FILE, complete_checkpoints, files_of, read_state, write_state

#: How many checkpoints the folder keeps, as TensorFlow's ``keep_checkpoint_max`` would.
KEPT = 3
_ENDINGS = ("data-00000-of-00002", "data-00001-of-00002", "index", "meta")


def write_checkpoint(folder: Path, step: int, size: int = 100_000) -> Checkpoint:
    """Do what TensorFlow's saver does.

    Writes files under temporary names, renames them, names the new checkpoint in the state file, deletes the oldest.

    Args:
        folder: where.
        step: of the checkpoint; stands in each of its files.
        size: about how many bytes a file has.
    """
    name = f"model.ckpt-{step}"
    line = f"{step}\n".encode()
    for ending in _ENDINGS:
        temporary = folder / f"{name}.{ending}.tempstate1"
        temporary.write_bytes(line * (size // len(line)))
        temporary.replace(folder / f"{name}.{ending}")
    before = read_state(folder)
    kept = [*(before.kept if before else ()), name]
    write_state(folder, name, kept[-KEPT:])
    for old in kept[:-KEPT]:
        for file in files_of(folder / old):
            file.unlink()
    return Checkpoint(path=str(folder / name), step=step)


def check_restored(checkpoint: Checkpoint, folder: Path) -> None:
    """See that what came back is one whole checkpoint, which TensorFlow would find.

    Raises:
        AssertionError: it is not.
    """
    prefix = Path(checkpoint.path)
    assert prefix.parent == folder, f"restore(folder) must bring the checkpoint into {folder}, not {prefix.parent}"
    names = [path.name for path in files_of(prefix)]
    assert prefix.name in complete_checkpoints(names), f"{prefix.name} is not complete: there is only {names}"
    for file in files_of(prefix):
        found = sorted(set(file.read_text(encoding="utf-8").split()))
        assert found == [str(checkpoint.step)], (
            f"{file.name} of the checkpoint of step {checkpoint.step} holds what step {', '.join(found)} wrote"
        )
    state = read_state(folder)
    assert state is not None, f"there is no state file {STATE_FILE!r}, so TensorFlow would restore nothing"
    assert state.newest == prefix.name, f"the state file names {state.newest!r}, restore returned {prefix.name!r}"
