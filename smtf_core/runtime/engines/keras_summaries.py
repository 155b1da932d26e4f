"""What the Keras engine writes for people: TensorBoard events and log lines, where and as estimators write them."""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smtf_core.models import TrainingEnvironment

# Estimators log under TensorFlow's name, and tuning jobs match these lines by regular expression.
_log = logging.getLogger("tensorflow")


class KerasSummaries:
    """Event files in the model folder (training) and its ``eval`` folder (evaluations), and the matching log lines.

    Args:
        model_dir: the model folder.
        environment: for ``save_summary_steps`` and ``log_step_count_steps``, both 100 unless the hyperparameter says
            otherwise.
    """

    def __init__(self, model_dir: Path, environment: TrainingEnvironment) -> None:
        self._tensorflow: Any = importlib.import_module("tensorflow")
        self._model_dir = model_dir
        self._save_every = int(environment.settings.run_config.get("save_summary_steps", 100))
        self._log_every = int(environment.settings.run_config.get("log_step_count_steps", 100))
        self._writers: dict[str, Any] = {}
        self._logged: tuple[int, float] | None = None

    def step(self, step: int, loss: float) -> None:
        """A training step has ended."""
        if step % self._save_every == 0:
            self._write("", step, {"loss": loss})
        if self._logged is None or step - self._logged[0] >= self._log_every:
            now = time.monotonic()
            if self._logged is None:
                _log.info("loss = %s, step = %d", loss, step)
            else:
                seconds = now - self._logged[1]
                rate = (step - self._logged[0]) / max(seconds, 1e-9)
                _log.info("global_step/sec: %.6g", rate)
                _log.info("loss = %s, step = %d (%.3f sec)", loss, step, seconds)
                self._write("", step, {"global_step/sec": rate})
            self._logged = (step, now)

    def evaluation(self, step: int, metrics: Mapping[str, float]) -> None:
        """An evaluation has ended."""
        self._write("eval", step, metrics)
        words = {**metrics, "global_step": step}
        _log.info(
            "Saving dict for global step %d: %s", step, ", ".join(f"{name} = {words[name]}" for name in sorted(words))
        )

    def close(self) -> None:
        """Write out what is buffered."""
        for writer in self._writers.values():
            writer.close()

    def _write(self, folder: str, step: int, values: Mapping[str, float]) -> None:
        # TensorFlow 1's writer, as estimators use it: that of TensorFlow 2 needs TensorBoard to be installed.
        summary = self._tensorflow.compat.v1.summary
        if folder not in self._writers:
            with self._tensorflow.Graph().as_default():
                self._writers[folder] = summary.FileWriter(str(self._model_dir / folder))
        record = self._tensorflow.compat.v1.Summary()
        for name, value in values.items():
            record.value.add(tag=name, simple_value=value)
        self._writers[folder].add_summary(record, step)
