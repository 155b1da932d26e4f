"""An endpoint's process: ``python -m smtf_backends.process.server [--with-client] ARGUMENTS``, the arguments smtf's.

With ``--with-client`` it ends when its standard input does, so with the process that started it, however that ends.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

WITH_CLIENT = "--with-client"


def _end_with_client() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main(arguments: list[str]) -> None:
    """Run what the command line says."""
    if arguments[0] == WITH_CLIENT:
        arguments = arguments[1:]
        threading.Thread(target=_end_with_client, name="smtf-client-watch", daemon=True).start()
    from smtf_core.cli import main as smtf

    smtf(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
