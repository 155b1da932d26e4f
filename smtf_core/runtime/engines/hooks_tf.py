"""Session hooks: what the estimator engine looks at while TensorFlow runs the training and evaluation loops.

Imported only where TensorFlow is. TensorFlow's hook classes are taken from ``tf.compat.v1.train``.
"""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smtf_core.runtime.engines.engine import StuckStepGuard
from smtf_core.runtime.reporting import Reporter
from smtf_core.runtime.stop import StopSignal

_log = logging.getLogger("smtf")

_v1: Any = importlib.import_module("tensorflow").compat.v1

if TYPE_CHECKING:
    _SessionRunHook = object
    _CheckpointSaverListener = object
else:
    _SessionRunHook = _v1.train.SessionRunHook
    _CheckpointSaverListener = _v1.train.CheckpointSaverListener


class StepHook(_SessionRunHook):
    """Reports every training step; ends the training cleanly when a stop is requested.

    After ``request_stop`` TensorFlow ends its loop as if the input had ended, so its own saver writes the last
    checkpoint.

    Args:
        reporter: hears of steps.
        stop: looked at after every step.
        guard: notices a global step that never advances.
    """

    def __init__(self, reporter: Reporter, stop: StopSignal, guard: StuckStepGuard) -> None:
        self._reporter = reporter
        self._stop = stop
        self._guard = guard
        self._session: Any = None
        self._taken = 0

    def close_session(self) -> None:
        """Cancel the running step, from another thread: TensorFlow raises ``CancelledError`` in the training thread."""
        if self._session is not None:
            self._session.close()

    def begin(self) -> None:
        """Find the loss: the estimator adds it to the collection last."""
        losses = _v1.get_collection(_v1.GraphKeys.LOSSES)
        self._fetches = {"step": _v1.train.get_global_step(), **({"loss": losses[-1]} if losses else {})}

    def after_create_session(self, session: Any, coordinator: Any) -> None:
        """Do not begin when a stop came while the graph was built."""
        self._session = session
        if self._stop.requested:
            coordinator.request_stop()

    def before_run(self, run_context: Any) -> Any:
        """Fetch step and loss along with the training operation."""
        return _v1.train.SessionRunArgs(self._fetches)

    def after_run(self, run_context: Any, run_values: Any) -> None:
        """Report, and stop if asked to."""
        self._taken += 1
        step = int(run_values.results["step"])
        self._guard.check(step)
        if "loss" in run_values.results:
            self._reporter.steps(step, float(run_values.results["loss"].mean()))
        if self._stop.requested:
            run_context.request_stop()

    def end(self, session: Any) -> None:
        """Tell this process's share: with several hosts the global step says nothing about it."""
        _log.info("%d steps here", self._taken)


class WaitHook(_SessionRunHook):
    """Waits until the others have reached a global step.

    Args:
        first_step: the step.
        stop: looked at meanwhile.
    """

    _POLL_SECONDS = 0.5

    def __init__(self, first_step: int, stop: StopSignal) -> None:
        self._first_step = first_step
        self._stop = stop

    def begin(self) -> None:
        """Find the global step."""
        self._global_step = _v1.train.get_global_step()

    def after_create_session(self, session: Any, coordinator: Any) -> None:
        """Wait."""
        _log.info("this worker starts at global step %d (delay_workers_by_global_step)", self._first_step)
        while not self._stop.requested and session.run(self._global_step) < self._first_step:
            time.sleep(self._POLL_SECONDS)


class StopHook(_SessionRunHook):
    """Leaves an evaluation when a stop is requested; there is nothing to save.

    Args:
        stop: looked at before every step.
    """

    def __init__(self, stop: StopSignal) -> None:
        self._stop = stop

    def before_run(self, run_context: Any) -> None:
        """Raise out of the evaluation."""
        self._stop.check()


def saving_listener(after_save: Callable[[int], None]) -> Any:
    """A ``CheckpointSaverListener`` that calls ``after_save(step)`` for every checkpoint that is completely written."""

    class Listener(_CheckpointSaverListener):
        def after_save(self, session: Any, global_step_value: Any) -> None:
            after_save(int(global_step_value))

    return Listener()
