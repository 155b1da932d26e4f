"""One job running in a thread of this process: environment, channels, log, time limit, stop."""

from __future__ import annotations

import threading
from contextlib import ExitStack

from smtf_core.client.feeding import Feed, feeding, record_stop_while_feeding
from smtf_core.client.folder import JobFolder
from smtf_core.errors import JobStoppedError
from smtf_core.models import Job, JobState, JobStatus
from smtf_core.plugins import PluginManager
from smtf_core.runtime.failure import record_failure
from smtf_core.runtime.logs import job_log
from smtf_core.runtime.stop import StopSignal
from smtf_core.runtime.train import train
from smtf_core.runtime.variables import variables_set

#: How long a stopped job may take to save its checkpoint before it is interrupted; SageMaker gives as much.
GRACE_SECONDS = 120.0


class Run(threading.Thread):
    """The thread of one job.

    Args:
        job: the job.
        folder: its folder, locked.
        plugins: everything that is pluggable.
        feeds: the channels, each with the input mode that feeds it.
    """

    def __init__(self, job: Job, folder: JobFolder, plugins: PluginManager, feeds: list[Feed]) -> None:
        # A daemon: a script that cannot be interrupted must not keep the process from ending.
        super().__init__(name=f"smtf-{job.name}", daemon=True)
        self._job = job
        self._folder = folder
        self._plugins = plugins
        self._feeds = feeds
        self._stop_signal = StopSignal()
        self._fed = threading.Event()
        self._ended = threading.Event()

    def run(self) -> None:
        """The thread's work; everything that goes wrong ends up in the failure file."""
        timers = [self._after(self._job.resources.max_run_seconds, self._time_is_over)]
        try:
            with ExitStack() as stack:
                stack.enter_context(
                    job_log(
                        self._folder.layout.log,
                        "algo-1",
                        self._job.log_level,
                        echo=False,
                        quiet_notices=self._job.framework_version.generation == 1,
                    )
                )
                stack.enter_context(variables_set(self._job.environment))
                try:
                    self._stop_signal.check()
                    stack.enter_context(feeding(self._feeds, self._folder.layout.data, "algo-1", ("algo-1",)))
                    self._fed.set()
                except JobStoppedError:
                    record_stop_while_feeding(self._folder.layout, self._stop_signal.reason)
                    return
                train(self._folder.layout, self._plugins, self._stop_signal)
        except BaseException as error:  # noqa: BLE001 - whatever a script does must not end this process's thread unrecorded
            record_failure(self._folder.layout, error)
        finally:
            for timer in timers:
                timer.cancel()
            self._folder.release()
            self._ended.set()

    def status(self) -> JobStatus:
        """The job's state."""
        if self._ended.is_set():
            self.join()
            return self._folder.status()
        state = JobState.STOPPING if self._stop_signal.requested else JobState.IN_PROGRESS
        return JobStatus(state=state, message=self._stop_signal.reason, progress=self._folder.progress())

    def stop(self, reason: str) -> None:
        """Ask the job to save a checkpoint and end; asked again, or after a grace time, interrupt it."""
        if self._ended.is_set():
            return
        if self._stop_signal.requested:
            self._interrupt()
            return
        self._stop_signal.request(reason)
        if not self._fed.is_set():
            self._interrupt()  # data is being downloaded; there is nothing to save yet
        self._after(GRACE_SECONDS, self._interrupt)

    def _time_is_over(self) -> None:
        self.stop(f"train_max_run of {self._job.resources.max_run_seconds:g} s is over")

    def _interrupt(self) -> None:
        """Tear the job out of what it does."""
        if self._ended.is_set() or self.ident is None:
            return
        self._stop_signal.interrupt(self.ident)

    @staticmethod
    def _after(seconds: float, action: object) -> threading.Timer:
        timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), action)  # type: ignore[arg-type]
        timer.daemon = True
        timer.start()
        return timer
