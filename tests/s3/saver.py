"""Saves checkpoints to S3 as a training would, for ever: ``python saver.py URI FOLDER``. Made to be killed.

Says ``saved STEP`` when ``save`` has returned. A checkpoint's files hold its step, so that a mixture can be told.
"""

import sys
import time
from pathlib import Path

from smtf_core.models import Checkpoint
from smtf_core.runtime.stores.s3 import S3Store
from smtf_core.s3 import connection
from smtf_core.stores import write_state

KEPT = 3


def write_checkpoint(folder: Path, step: int, kept: list[int], size: int = 2000) -> Checkpoint:
    """What TensorFlow's saver does: new files, state file, old files deleted."""
    name = f"model.ckpt-{step}"
    for ending in ("index", "meta", "data-00000-of-00002", "data-00001-of-00002"):
        (folder / f"{name}.{ending}").write_bytes(f"{step}\n".encode() * size)
    kept.append(step)
    write_state(folder, name, [f"model.ckpt-{number}" for number in kept[-KEPT:]])
    for old in kept[:-KEPT]:
        for file in folder.glob(f"model.ckpt-{old}.*"):
            file.unlink()
        kept.remove(old)
    return Checkpoint(path=str(folder / name), step=step)


def main(uri: str, folder: Path) -> None:
    connection.READ_TIMEOUT = 0.5
    folder.mkdir(parents=True)
    store = S3Store(uri)
    restored = store.restore(folder)
    step = 0 if restored is None else restored.step
    kept = [step] if step else []
    print("restored", step, flush=True)
    while True:
        step += 1
        (folder / "events.out").open("a").write(f"{step}\n")
        store.save(write_checkpoint(folder, step, kept))
        print("saved", step, flush=True)
        time.sleep(0.02)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
