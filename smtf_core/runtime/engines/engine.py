"""What both engines share: the job at hand, and how a training ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attrs import frozen

from smtf_core.errors import ScriptError
from smtf_core.interfaces import Cluster, UserScript
from smtf_core.models import TrainingEnvironment, TrainingResult
from smtf_core.runtime.reporting import Reporter
from smtf_core.runtime.stop import StopSignal


@frozen(kw_only=True)
class Training:
    """One training on this host.

    Args:
        environment: the job.
        script: the loaded script.
        cluster: this host's part in the cluster.
        model_dir: local folder for checkpoints, events and exports.
        reporter: hears of everything that happens.
        stop: tells when to end early.
    """

    environment: TrainingEnvironment
    script: UserScript
    cluster: Cluster
    model_dir: Path
    reporter: Reporter
    stop: StopSignal

    def result(self) -> TrainingResult:
        """How the training stands now; the exported model is added by the caller."""
        checkpoint = self.reporter.checkpoint
        return TrainingResult(
            state="Stopped" if self.stop.requested else "Completed",
            global_step=checkpoint.step if checkpoint else 0,
            model_dir=str(self.model_dir),
            checkpoint=checkpoint,
            evaluations=tuple(self.reporter.evaluations),
            stop_reason=self.stop.reason or None,
        )


def is_keras_2(model: Any) -> bool:
    """Whether a model is one of Keras 2 (``tf_keras``), not of Keras 3."""
    return any(kind.__module__.startswith("tf_keras") for kind in type(model).__mro__)


class StuckStepGuard:
    """Ends a training whose global step never advances, which otherwise would go on for ever.

    Args:
        path: the script, for the message.
    """

    _PATIENCE = 1000

    def __init__(self, path: str) -> None:
        self._path = path
        self._step = -1
        self._runs = 0

    def check(self, step: int) -> None:
        """Look at the global step after a run of the training operation.

        Raises:
            ScriptError: it has not advanced for a thousand runs.
        """
        if step != self._step:
            self._step, self._runs = step, 0
            return
        self._runs += 1
        if self._runs >= self._PATIENCE:
            raise ScriptError(
                f"{self._path}: the training operation ran {self._runs} times and the global step is "
                f"still {step}, so training would never end. "
                "Pass global_step=tf.train.get_global_step() to optimizer.minimize()."
            )
