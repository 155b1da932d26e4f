"""Showing a job while one waits: a progress bar on a terminal, plain lines elsewhere; both on stderr."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO

from smtf_core.models import JobStatus, LogLine, Progress, Transition

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {logging.WARNING: "yellow", logging.ERROR: "red", logging.CRITICAL: "red"}
# Of the hosts of a job, in the order in which they are heard of.
_HOST_STYLES = ("green", "magenta", "blue", "cyan", "bright_green", "bright_magenta", "bright_blue", "bright_cyan")


class Display:
    """Shows log lines and progress.

    Args:
        stream: where; stderr by default, so that stdout stays the caller's.
        verbose: show every line of the log on a terminal too. There the bar tells the progress, so only warnings are
            shown otherwise.
        quiet: show nothing but notes.
    """

    def __init__(self, stream: TextIO | None = None, *, verbose: bool = False, quiet: bool = False) -> None:
        self._stream = stream
        self._verbose = verbose
        self._quiet = quiet
        self._console: Console | None = None
        self._bar: _Bar | None = None
        self._hosts: dict[str, str] = {}
        self._transitions: list[Transition] = []

    @property
    def console(self) -> Console:
        """The rich console behind it."""
        if self._console is None:
            from rich.console import Console

            self._console = Console(file=self._stream or sys.stderr, highlight=False, soft_wrap=True)
        return self._console

    def note(self, text: str) -> None:
        """Show something that smtf itself has to say."""
        self.console.print(f"smtf: {text}", style="cyan", markup=False)

    def line(self, line: LogLine) -> None:
        """Show a line of the log; once there is a second host, with the name of the one that wrote it."""
        if self._quiet or (self.console.is_terminal and not self._verbose and line.level < logging.WARNING):
            return
        self._hosts.setdefault(line.host, _HOST_STYLES[len(self._hosts) % len(_HOST_STYLES)])
        if len(self._hosts) > 1:
            self.console.print(f"{line.host}  ", style=self._hosts[line.host], end="", markup=False)
        self.console.print(line.text, style=_STYLES.get(line.level), markup=False)

    def update(self, status: JobStatus) -> None:
        """Show how far the job is, and what has become of it since the last time."""
        for transition in status.transitions[len(self._transitions) :]:
            self._transitions.append(transition)
            if not self._quiet:
                time = datetime.fromtimestamp(transition.timestamp).astimezone().strftime("%Y-%m-%d %H:%M:%S")
                self.console.print(f"{time} {transition.status} - {transition.message}", markup=False)
        if self._bar is not None:
            self._bar.update(status)

    @contextlib.contextmanager
    def live(self, job_name: str) -> Iterator[None]:
        """Within it, progress is shown where the stream is a terminal."""
        if self._quiet or not self.console.is_terminal:
            yield
            return
        self.note(f"job {job_name} is starting")
        self._bar = _Bar(self.console, job_name)
        try:
            yield
        finally:
            self._bar.progress.stop()
            self._bar = None


class _Bar:
    """One line: phase, bar, step of steps, steps/s, loss, time left."""

    def __init__(self, console: Console, job_name: str) -> None:
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self.progress = RichProgress(
            SpinnerColumn(),
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            TextColumn("eta"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self.progress.add_task(job_name, total=None, figures="starting")
        self._job_name = job_name

    def update(self, status: JobStatus) -> None:
        progress = status.progress
        if progress is None:
            return  # nothing new is known: what is shown stays
        if progress.phase == "preparing":
            return  # TensorFlow is imported now, and its C++ remarks would tear the bar apart
        self.progress.start()
        changes: dict[str, Any] = {"figures": figures(progress), "description": f"{self._job_name} {progress.phase}"}
        if progress.bytes_total is not None:
            changes |= {"completed": progress.bytes_done, "total": progress.bytes_total}
        elif progress.step or progress.total_steps:
            changes |= {"completed": progress.step, "total": progress.total_steps}
        self.progress.update(self._task, **changes)


def figures(progress: Progress) -> str:
    """Step of steps, steps/s and loss in words; of a download how much of it is there."""
    if progress.bytes_total is not None:
        return f"{(progress.bytes_done or 0) / 1e6:,.0f} of {progress.bytes_total / 1e6:,.0f} MB"
    parts = [f"step {progress.step}/{progress.total_steps}" if progress.total_steps else f"step {progress.step}"]
    if progress.steps_per_second is not None:
        speed = progress.steps_per_second
        parts.append(f"{speed:,.0f} steps/s" if speed >= 100 else f"{speed:.3g} steps/s")
    if progress.loss is not None:
        parts.append(f"loss {progress.loss:.4g}")
    return "  ".join(parts)
