"""Runs in a container: ``python -m smtf_backends.docker.server FILE``, which is ``smtf serve`` with what FILE says.

Arguments and variables of a container can be read by everybody who may ask the engine; a file's reader is the caller.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main(file: Path) -> None:
    """Serve until asked to end."""
    told = json.loads(file.read_text(encoding="utf-8"))
    os.environ.update(told["environment"])
    from smtf_core.cli import main as smtf

    smtf(["serve", *told["arguments"]])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
