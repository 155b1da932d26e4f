"""``save FACTORY URI SCRATCH``: saves one checkpoint after the other, for ever. Made to be killed.

Prints ``restored STEP``, then ``saved STEP`` whenever a save has returned.
"""

from __future__ import annotations

import sys
from pathlib import Path

from smtf_core.testing.checkpoints import write_checkpoint
from smtf_core.testing.programs import load


def main(factory: str, uri: str, scratch: str) -> None:
    """Save until somebody ends this process."""
    store = load(factory)(uri)
    folder = store.folder(Path(scratch))
    folder.mkdir(parents=True, exist_ok=True)
    restored = store.restore(folder)
    step = 0 if restored is None else restored.step
    print("restored", step, flush=True)
    while True:
        step += 1
        store.save(write_checkpoint(folder, step))
        print("saved", step, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
