"""``python -m smtf_core.runtime train [ROOT]``: one host's share of a job, in processes of its own.

ROOT is the host's ``/opt/ml`` tree (default ``/opt/ml``). The process is the host's supervisor; it starts those that
train. SIGTERM and SIGINT save a checkpoint and end the job cleanly, on whichever host. Exit status: 0 when the job
completed or was stopped, else the exception's errno, else 1.

Two variables are for backends that run hosts on one machine. SMTF_CONTROL_SOCKET is the number of a descriptor that the
first host's supervisor inherits: a bound socket at which it listens for the others'. SMTF_PARENT_PROCESS is the number
of the process that it is to end with, however that does.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from pathlib import Path

from smtf_core.interfaces import processes_of
from smtf_core.models import Layout
from smtf_core.models.environment import read_environment
from smtf_core.plugins import PluginManager
from smtf_core.runtime.cluster.processes import die_with_parent
from smtf_core.runtime.cluster.supervisor import Supervisor
from smtf_core.runtime.failure import exit_status, record_failure, user_traceback
from smtf_core.runtime.logs import log_to_stderr
from smtf_core.runtime.process import run_process
from smtf_core.runtime.strategies.choice import choose

CONTROL_SOCKET = "SMTF_CONTROL_SOCKET"


def main(arguments: list[str]) -> int:
    """Run what the command line asks for; returns the exit status."""
    if len(arguments) == 3 and arguments[0] == "process":
        return run_process(Layout(Path(arguments[1])), arguments[2])
    if not arguments or arguments[0] != "train" or len(arguments) > 2:
        print(__doc__, file=sys.stderr)
        return 2
    return supervise(Layout(Path(arguments[1] if len(arguments) == 2 else "/opt/ml")))


def supervise(layout: Layout) -> int:
    """Run a host's share of a job; returns the exit status."""
    die_with_parent()
    if layout.environment.exists():
        os.environ.update(json.loads(layout.environment.read_text(encoding="utf-8")))
    log_to_stderr(layout)
    try:
        control = os.environ.pop(CONTROL_SOCKET, None)
        environment = read_environment(layout)
        strategy, _ = choose(environment, PluginManager())
        processes = processes_of(strategy, environment)
        return asyncio.run(
            Supervisor(environment, processes, socket.socket(fileno=int(control)) if control else None).run()
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, the failure file says it
        record_failure(layout, error)
        sys.stderr.write(user_traceback(error, layout.code))
        return exit_status(error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
