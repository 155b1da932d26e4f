"""Runs in a container, in the place of a program that is to run in another: ``stand_in FILE ARGUMENTS...``.

It notes the arguments beside FILE and stays until it is asked to end.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from smtf_core.models.layout import write_json

#: The name of what it writes.
ARGUMENTS = "arguments.json"


def main(file: Path, arguments: list[str]) -> None:
    """Be the stand-in."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    write_json(file.with_name(ARGUMENTS), arguments)
    signal.pause()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
