"""One job: its channels, its process, its log, its time limit."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence

from smtf_core.client.feeding import Feed, feeding, record_stop_while_feeding
from smtf_core.client.folder import JobFolder
from smtf_core.models import Job, LogLine
from smtf_core.models.layout import write_atomically

HOST = "algo-1"
NICENESS = 10


class Run(threading.Thread):
    """The thread that owns the process of a job.

    Args:
        job: the job.
        folder: its folder, which is this run's until it has ended.
        feeds: its channels.
    """

    def __init__(self, job: Job, folder: JobFolder, feeds: Sequence[Feed]) -> None:
        super().__init__(name=f"nice-{job.name}", daemon=True)
        self._job, self._folder, self._feeds = job, folder, feeds
        self._process: subprocess.Popen[str] | None = None
        self._reason: str | None = None
        self._turn = threading.Lock()

    def run(self) -> None:
        """Feed, train, write the log. The job has ended for everybody when its folder is released."""
        layout = self._folder.layout
        limit = self._job.resources.max_run_seconds
        timer = threading.Timer(limit, self.stop, [f"train_max_run of {limit:g} s is over"])
        timer.daemon = True
        timer.start()
        try:
            with feeding(self._feeds, layout.data, HOST, (HOST,)):
                self._train()
            if not (layout.success.exists() or layout.failure.exists()):  # the process was gone before it could say why
                if self._reason is None:
                    raise RuntimeError("the process ended without a word (killed?)")
                record_stop_while_feeding(layout, self._reason)
        except Exception as error:  # noqa: BLE001 - where everybody looks for why a job failed
            write_atomically(layout.failure, f"{error}\n")
        finally:
            timer.cancel()
            self._folder.release()

    def stop(self, reason: str) -> None:
        """Ask the process to end, which SIGTERM does; asked again, it does not wait for anything."""
        with self._turn:
            if self.is_alive():
                self._reason = self._reason or reason
                write_atomically(self._folder.layout.stop_request, self._reason)
                if self._process is not None:
                    self._process.terminate()

    def _train(self) -> None:
        command = [sys.executable, "-m", "smtf_core.runtime", "train", str(self._folder.layout.root)]
        variables = {"PYTHONUNBUFFERED": "1", **os.environ, **self._job.environment}
        variables["SMTF_PARENT_PROCESS"] = str(os.getpid())  # the process ends with this one
        with self._turn:
            if self._reason is not None:
                return
            self._process = subprocess.Popen(
                command, env=variables, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)
        with self._process as process, self._folder.layout.log.open("w", encoding="utf-8") as log:
            for line in process.stdout or ():
                log.write(f"{LogLine.printed(HOST, line.rstrip()).format()}\n")
                log.flush()
