"""Keeps a program alive: ``python -m smtf_serving.adapters.tfs_binary.keeper PROGRAM ARGUMENTS``.

It starts the program, starts it again when it ends by itself, and ends it when its own standard input ends: so with the
process that started it, however that ends.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

# A program that ends this soon, so often in a row, will not come up at all.
_EARLY_SECONDS, _MAX_EARLY = 5.0, 3
_PAUSE_SECONDS, _END_SECONDS = 0.5, 10.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
#: Exit status of a keeper whose program does not come up.
CANNOT_START = 3


def keep(command: list[str]) -> int:
    """Keep a program alive until standard input ends or SIGTERM comes.

    Returns:
        The exit status.
    """
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    threading.Thread(target=_watch_input, args=(stopping,), daemon=True).start()
    early = 0
    while not stopping.is_set():
        began = time.monotonic()
        try:
            program = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_end_with_keeper)  # noqa: PLW1509
        except OSError as error:
            _tell(f"{command[0]} cannot be run: {error.strerror}")
            return CANNOT_START
        while program.poll() is None and not stopping.wait(0.05):
            pass
        if stopping.is_set():
            _end(program)
            break
        early = early + 1 if time.monotonic() - began < _EARLY_SECONDS else 0
        _tell(f"{command[0]} ended with status {program.returncode}")
        if early >= _MAX_EARLY:
            return CANNOT_START
        stopping.wait(_PAUSE_SECONDS)
    return 0


def _watch_input(stopping: threading.Event) -> None:
    while os.read(0, 1):
        pass
    stopping.set()


def _end_with_keeper() -> None:
    if sys.platform == "linux":  # the keeper may be killed, too; its main thread lives as long as it does
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(program: subprocess.Popen[bytes]) -> None:
    program.terminate()
    try:
        program.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))
