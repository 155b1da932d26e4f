"""What `smtf train` and `smtf attach` print when a job has ended: a table, or one JSON object as stdout's last line."""

from __future__ import annotations

import math
import sys
from typing import Any, TextIO

from smtf_core.client.display import Display
from smtf_core.models.results import TrainingResult


class StandardOutput:
    """Standard output that knows whether it is at the beginning of a line; a script may leave one unfinished.

    Args:
        stream: the real one.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._unfinished = False

    def write(self, text: str) -> int:
        """Write, and look where that ends."""
        if text:
            self._unfinished = not text.endswith("\n")
        return self._stream.write(text)

    def finish_line(self) -> None:
        """Begin a new line unless one has just begun."""
        if self._unfinished:
            self.write("\n")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def json_report(name: str | None, status: str, result: TrainingResult, failure: str | None) -> dict[str, Any]:
    """What ``--json`` prints; the keys are fixed."""
    return {
        "job_name": name,
        "status": status,
        "global_step": result.global_step,
        "metrics": {key: _finite(value) for key, value in result.metrics.items()},
        "model_dir": result.model_dir,
        "export_dir": result.exported.path if result.exported else None,
        "checkpoint": result.checkpoint.path if result.checkpoint else None,
        "failure": failure,
    }


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity; a reader is told null."""
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_table(name: str, status: str, result: TrainingResult, location: str) -> None:
    """What is printed otherwise."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{name}: {status}", show_header=False, title_justify="left", title_style="bold")
    table.add_row("global step", str(result.global_step))
    if result.stop_reason:
        table.add_row("stopped because", result.stop_reason)
    for key, value in result.metrics.items():
        table.add_row(key, f"{value:.6g}" if isinstance(value, float) else str(value))
    table.add_row("model", result.exported.path if result.exported else "not exported")
    table.add_row("checkpoint", result.checkpoint.path if result.checkpoint else "none")
    table.add_row("loss curve", f"{location}/output/loss.png")
    console = Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else 200)
    console.print(table)


def show_failure(display: Display, failure: str) -> None:
    """The user's own traceback first; the headline of the failure file says the same once more and comes last."""
    headline, _, trace = failure.partition("\n")
    display.console.print(trace.rstrip() or headline, markup=False)
    display.console.print(
        f"smtf: the job failed: {headline.removeprefix('uncaught exception during training: ')}",
        style="red",
        markup=False,
    )


def show_error(display: Display, error: Exception) -> None:
    """What smtf itself says is wrong."""
    display.console.print(f"smtf: {error}", style="red", markup=False)
