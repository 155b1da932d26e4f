"""Waiting for a job: follows its log and progress until it ends, and what Ctrl-C does meanwhile."""

from __future__ import annotations

import threading
import time

from smtf_core.client.display import Display
from smtf_core.interfaces import Backend
from smtf_core.models import JobHandle, JobStatus

_POLL_SECONDS = 0.1
# What Ctrl-C does the first, second and third time.
_INTERRUPTS = (
    "stopping: the job saves a checkpoint first; press Ctrl-C again to interrupt what it is doing",
    "interrupting; press Ctrl-C again to leave it",
    "leaving",
)


def wait_for(
    backend: Backend, handle: JobHandle, display: Display, *, show_log: bool, stop_on_interrupt: bool
) -> tuple[JobStatus, KeyboardInterrupt | None]:
    """Wait until a job has ended.

    Args:
        backend: the job's backend.
        handle: the job.
        display: where log and progress are shown.
        show_log: whether the log is shown.
        stop_on_interrupt: whether Ctrl-C stops the job (and a second one interrupts it), not only the waiting.

    Returns:
        The final status, and the ``KeyboardInterrupt`` that stopped the job, if one did: the caller raises it when it
        has taken note of the status.

    Raises:
        KeyboardInterrupt: Ctrl-C while waiting for a job that goes on by itself, or for the third time.
    """
    log = _LogFollower(backend, handle, display) if show_log else None
    interrupts: list[KeyboardInterrupt] = []
    with display.live(handle.job_name):
        while True:
            try:
                status = backend.status(handle)
                display.update(status)
                if status.state.terminal:
                    break
                time.sleep(_POLL_SECONDS)
            except KeyboardInterrupt as error:
                interrupts.append(error)
                if not stop_on_interrupt or len(interrupts) == len(_INTERRUPTS):
                    display.note(
                        f"job {handle.job_name!r} goes on; this process does not wait for it any more. To wait for it "
                        f"again: smtf attach {handle.job_name}; to end it: smtf stop {handle.job_name}"
                    )
                    raise
                display.note(_INTERRUPTS[len(interrupts) - 1])
                backend.stop(handle, "interrupted")
        if log is not None:
            log.finish()
    if status.billable_seconds is not None:
        display.note(f"billable seconds: {status.billable_seconds:.0f}")
    return status, interrupts[0] if interrupts else None


class _LogFollower(threading.Thread):
    """Shows a job's log lines as they come."""

    def __init__(self, backend: Backend, handle: JobHandle, display: Display) -> None:
        super().__init__(name=f"smtf-log-{handle.job_name}", daemon=True)
        self._lines = backend.logs(handle, follow=True)
        self._display = display
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            for line in self._lines:
                self._display.line(line)
        except BaseException as error:  # noqa: BLE001 - handed to the waiting thread
            self._error = error

    def finish(self) -> None:
        """Wait for the last lines."""
        self.join()
        if self._error is not None:
            raise self._error
