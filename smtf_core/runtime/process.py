"""One process of a host, started by the host's supervisor: ``python -m smtf_core.runtime process ROOT ROLE``."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

from smtf_core.errors import SmtfError
from smtf_core.interfaces import MultiProcessStrategy
from smtf_core.models import Layout
from smtf_core.models.environment import read_environment
from smtf_core.plugins import PluginManager
from smtf_core.runtime.cluster.ending import FINAL, stop_reason
from smtf_core.runtime.cluster.processes import die_with_parent, signals_ignored, signals_wanted
from smtf_core.runtime.failure import exit_status, record_failure, user_traceback
from smtf_core.runtime.logs import log_to_stderr
from smtf_core.runtime.stop import StopSignal
from smtf_core.runtime.strategies.choice import choose
from smtf_core.runtime.train import train


def run_process(layout: Layout, role: str) -> int:
    """Run a process to its end.

    Args:
        layout: the host's tree.
        role: which of its processes.

    Returns:
        The exit status: 0; ``FINAL`` for a failure that would come again; else the exception's ``errno``, else 1.
    """
    die_with_parent()
    log_to_stderr(layout)
    stop = StopSignal()
    _listen_to_signals(stop, layout)
    try:
        plugins = PluginManager()
        serve = _serving(layout, role, plugins)
        if serve is not None:
            serve()
            raise SmtfError(f"the {role} process ended by itself")
        train(layout, plugins, stop, role)
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt of user code are failures like any other
        record_failure(layout, error)
        sys.stderr.write(user_traceback(error, layout.code))
        return FINAL if isinstance(error, SmtfError) else exit_status(error)
    finally:
        signals_ignored()
    return 0


def _serving(layout: Layout, role: str, plugins: PluginManager) -> Callable[[], None] | None:
    """What a process does that does not train. What is wrong with the tree or the job is told by ``train``."""
    with contextlib.suppress(SmtfError):
        environment = read_environment(layout, role)
        strategy, _ = choose(environment, plugins)
        if isinstance(strategy, MultiProcessStrategy):
            process = next(process for process in strategy.processes(environment) if process.role == role)
            return None if process.trains else lambda: strategy.serve(environment)
    return None


def _listen_to_signals(stop: StopSignal, layout: Layout) -> None:
    """Stop at the first SIGTERM or SIGINT; interrupt at the second.

    Python's own handlers run between two instructions of the main thread, which may be waiting in TensorFlow; the
    number of a signal comes through the wakeup descriptor at once.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    trainer = threading.main_thread().ident
    assert trainer is not None

    def listen() -> None:
        while number := os.read(reading, 1):
            if number[0] not in (signal.SIGTERM, signal.SIGINT):
                continue
            if stop.requested:
                stop.interrupt(trainer)
            stop.request(stop_reason(layout) or f"received {signal.Signals(number[0]).name}")

    def nothing(number: int, frame: FrameType | None) -> None:
        """What counts is done by the thread."""

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, nothing)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=listen, name="smtf-signals", daemon=True).start()
    signals_wanted()
