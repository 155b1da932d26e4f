"""How far a training is, as its log tells: the lines that TensorFlow and smtf write into it."""

from __future__ import annotations

import re
from typing import Any

from attrs import evolve

from smtf_core.models import Progress

# Lines of tf.estimator's hooks; other runtimes' logs simply tell nothing.
_LOSS = re.compile(r"loss = ([-\d.einfa]+), step = (\d+)")
_SPEED = re.compile(r"global_step/sec: ([\d.]+)")
_SAVED = re.compile(r"Saving checkpoints for (\d+) into")
_EVALUATING = re.compile(r"Starting evaluation|Saving dict for global step (\d+)")
_EXPORTED = re.compile(r"SavedModel written to")


class LogProgress:
    """Reads progress out of log lines.

    Args:
        total_steps: what the job's training goes up to, where that is known.
    """

    def __init__(self, total_steps: int | None) -> None:
        self._progress = Progress(total_steps=total_steps)
        self._known = False

    @property
    def progress(self) -> Progress | None:
        """The newest progress; ``None`` before a line told any."""
        return self._progress if self._known else None

    def read(self, text: str) -> None:
        """Take note of a line."""
        if match := _LOSS.search(text):
            self._at(int(match[2]), "training", loss=_number(match[1]))
        elif match := _SPEED.search(text):
            self._change(steps_per_second=_number(match[1]))
        elif match := _SAVED.search(text):
            self._at(int(match[1]), "training")
        elif _EVALUATING.search(text):
            self._change(phase="evaluating")
        elif _EXPORTED.search(text):
            self._change(phase="exporting")

    def _at(self, step: int, phase: str, loss: float | None = None) -> None:
        changes: dict[str, Any] = {} if loss is None else {"loss": loss}
        self._change(step=max(step, self._progress.step), phase=phase, **changes)

    def _change(self, **changes: Any) -> None:
        self._progress = evolve(self._progress, **changes)
        self._known = True


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
