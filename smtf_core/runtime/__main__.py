"""``python -m smtf_core.runtime train [ROOT]``: one host's share of a job, in a process of its own.

ROOT is the ``/opt/ml`` tree (default ``/opt/ml``). SIGTERM and SIGINT save a checkpoint and end cleanly. Exit status: 0
when the training completed or was stopped, else the exception's errno, else 1.
"""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path
from types import FrameType

from smtf_core.models import Layout
from smtf_core.plugins import PluginManager
from smtf_core.runtime.failure import exit_status, user_traceback
from smtf_core.runtime.stop import StopSignal
from smtf_core.runtime.train import train


def main(arguments: list[str]) -> int:
    """Run what the command line asks for; returns the exit status."""
    if not arguments or arguments[0] != "train" or len(arguments) > 2:
        print(__doc__, file=sys.stderr)
        return 2
    layout = Layout(Path(arguments[1] if len(arguments) == 2 else "/opt/ml"))
    logging.basicConfig(level=logging.INFO, format="%(levelname)s:%(name)s:%(message)s", stream=sys.stderr)
    stop = StopSignal()

    def request_stop(number: int, frame: FrameType | None) -> None:
        stop.request(f"received {signal.Signals(number).name}")

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, request_stop)
    try:
        train(layout, PluginManager(), stop)
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt of user code are failures like any other
        sys.stderr.write(user_traceback(error, layout.code))
        return exit_status(error)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
