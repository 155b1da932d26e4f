"""Reporter: what a training tells the world while it runs: progress, loss curve, checkpoints, evaluations, pictures."""

from __future__ import annotations

import csv
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smtf_core.interfaces import CheckpointStore
from smtf_core.models import Checkpoint, Evaluation, Progress, TrainingEnvironment
from smtf_core.models.converter import to_data
from smtf_core.models.layout import replace_atomically, write_json
from smtf_core.plugins import PluginManager

_log = logging.getLogger("smtf")

_PROGRESS_INTERVAL = 0.25  # seconds between two writes of progress.json
_CURVE_INTERVAL = 10.0  # seconds between two writes of loss.csv
_SPEED_WINDOW = 5.0  # seconds over which steps per second are told
_MOST_POINTS = 2000  # a loss curve has at most twice as many


class Reporter:
    """Collects what happens and hands it on: to files of the job's tree, to the checkpoint store and to observers.

    Args:
        environment: the job on this host.
        plugins: whose observers are called.
        store: takes every checkpoint.
        chief: whether this host speaks for the job; on the others nothing is written and nobody is told.
    """

    def __init__(
        self, environment: TrainingEnvironment, plugins: PluginManager, store: CheckpointStore, *, chief: bool = True
    ) -> None:
        self._environment = environment
        self._plugins = plugins
        self._store = store
        self._chief = chief
        self._phase = "preparing"
        self._curve = LossCurve()
        self._speed = _Speed()
        self._loss: float | None = None
        self._step = 0
        self._observed_step: int | None = None
        self._log_every = int(environment.settings.run_config.get("log_step_count_steps", 100))
        self._wrote_progress = 0.0
        self._wrote_curve = time.monotonic()
        self.checkpoint: Checkpoint | None = None
        self.evaluations: list[Evaluation] = []

    @property
    def progress(self) -> Progress:
        """How far the training is."""
        return Progress(
            phase=self._phase,
            step=self._step,
            total_steps=self._environment.training_steps,
            loss=self._loss,
            steps_per_second=self._speed.value,
        )

    def phase(self, name: str) -> None:
        """A new phase begins; see :class:`~smtf_core.models.Progress`."""
        self._phase = name
        if self._chief:
            self._write_progress()

    def steps(self, step: int, loss: float) -> None:
        """A step has ended.

        Args:
            step: the global step.
            loss: its loss.
        """
        if not self._chief:
            return
        now = time.monotonic()
        if self._observed_step is None:
            self._observed_step = step
        self._step, self._loss = step, loss
        self._curve.add(step, loss)
        self._speed.add(step, now)
        if step - self._observed_step >= self._log_every:
            self._observe()
        if now - self._wrote_progress >= _PROGRESS_INTERVAL:
            self._write_progress()
        if now - self._wrote_curve >= _CURVE_INTERVAL:
            self._wrote_curve = now
            self._curve.write(self._environment.layout.loss_curve)

    def saved(self, checkpoint: Checkpoint) -> None:
        """TensorFlow has written a checkpoint."""
        if self.checkpoint == checkpoint:
            return
        self._store.save(checkpoint)
        self.checkpoint = checkpoint
        self._step = max(self._step, checkpoint.step)
        self._plugins.observe("smtf_after_checkpoint", environment=self._environment, checkpoint=checkpoint)

    def evaluated(self, step: int, metrics: Mapping[str, Any]) -> None:
        """An evaluation has ended.

        Args:
            step: global step of the checkpoint that was evaluated.
            metrics: what the engine returned; arrays become lists.
        """
        evaluation = Evaluation(step=step, metrics={name: _plain(value) for name, value in sorted(metrics.items())})
        self.evaluations.append(evaluation)
        write_json(self._environment.layout.metrics, to_data(self.evaluations))
        self._plugins.observe("smtf_after_evaluation", environment=self._environment, evaluation=evaluation)

    def trained(self) -> None:
        """The last step has been taken: tell of it."""
        if self._chief and self._loss is not None and self._step != self._observed_step:
            self._observe()

    def finish(self) -> None:
        """Everything is done: write the whole loss curve and draw it with the evaluations."""
        if self._chief:
            self._curve.write(self._environment.layout.loss_curve)
            self._curve.draw(self._environment.layout.loss_picture, self._environment.job_name, self.evaluations)
            self.phase("done")

    def _observe(self) -> None:
        self._observed_step = self._step
        self._plugins.observe("smtf_after_steps", environment=self._environment, progress=self.progress)

    def _write_progress(self) -> None:
        self._wrote_progress = time.monotonic()
        write_json(self._environment.layout.progress, to_data(self.progress))


class LossCurve:
    """The training loss over the steps, thinned evenly so that it stays small however long the training is."""

    def __init__(self) -> None:
        self._points: list[tuple[int, float, float]] = []
        self._every = 1
        self._count = 0
        self._last: tuple[int, float, float] | None = None
        self._started = time.monotonic()

    @property
    def points(self) -> list[tuple[int, float, float]]:
        """``(step, loss, seconds since the start)``; the last step is always among them."""
        if self._last is not None and (not self._points or self._points[-1] is not self._last):
            return [*self._points, self._last]
        return self._points

    def add(self, step: int, loss: float) -> None:
        """Record a step."""
        self._last = (step, loss, time.monotonic() - self._started)
        if self._count % self._every == 0:
            self._points.append(self._last)
            if len(self._points) >= 2 * _MOST_POINTS:
                self._points = self._points[::2]
                self._every *= 2
        self._count += 1

    def write(self, path: Path) -> None:
        """Write the points as CSV."""

        def rows(temporary: Path) -> None:
            with temporary.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(("step", "loss", "seconds"))
                writer.writerows((step, repr(loss), f"{seconds:.3f}") for step, loss, seconds in self.points)

        replace_atomically(path, rows)

    def draw(self, path: Path, title: str, evaluations: list[Evaluation]) -> None:
        """Draw the curve, and the loss of every evaluation that has one; without matplotlib, say how to get it."""
        try:
            # The object interface: pyplot's figure registry is global and belongs to the main thread.
            from matplotlib.figure import Figure
        except ImportError as error:
            # Images that users bring may lack it, and a finished training must not fail for want of a picture.
            _log.warning(
                "no picture of the loss: it needs matplotlib (%s); the data is in %s", error, path.with_suffix(".csv")
            )
            return
        figure = Figure(figsize=(8, 4.5), layout="constrained")
        axes = figure.add_subplot()
        points = self.points
        if points:
            axes.plot([step for step, _, _ in points], [loss for _, loss, _ in points], linewidth=1, label="training")
        evaluated = [
            (item.step, item.metrics["loss"]) for item in evaluations if isinstance(item.metrics.get("loss"), float)
        ]
        if evaluated:
            axes.plot(*zip(*evaluated, strict=True), "o--", linewidth=1, label="evaluation")
        if points or evaluated:
            axes.legend()
        axes.set(title=title, xlabel="global step", ylabel="loss")
        axes.grid(alpha=0.3)
        replace_atomically(path, lambda temporary: figure.savefig(temporary, dpi=110))


class _Speed:
    """Steps per second over the last few seconds."""

    def __init__(self) -> None:
        self._marks: list[tuple[int, float]] = []

    def add(self, step: int, now: float) -> None:
        if self._marks and now - self._marks[-1][1] < _SPEED_WINDOW / 50:
            return
        self._marks.append((step, now))
        while len(self._marks) > 2 and now - self._marks[1][1] > _SPEED_WINDOW:
            del self._marks[0]

    @property
    def value(self) -> float | None:
        if len(self._marks) < 2:
            return None
        (first, since), (last, until) = self._marks[0], self._marks[-1]
        return (last - first) / (until - since) if until > since else None


def _plain(value: Any) -> Any:
    """A metric as JSON can hold it: numpy scalars as floats, arrays as nested lists, bytes as text."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return float(value) if isinstance(value, (int, float)) else value
