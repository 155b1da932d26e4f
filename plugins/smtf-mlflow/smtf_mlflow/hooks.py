"""Plugin ``mlflow``: observers that hand a training's life on to its run, where MLflow has been told where to keep it.

MLflow itself is imported when the first such training begins.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from smtf_core import hookimpl
from smtf_core.models import Evaluation, ExportedModel, Progress, TrainingEnvironment, TrainingResult

if TYPE_CHECKING:
    from smtf_mlflow.run import Run

# The runs of the jobs that are training in this process, by the root of their trees.
_runs: dict[str, Run] = {}


@hookimpl
def smtf_before_training(environment: TrainingEnvironment) -> None:
    """Begin a run, or go on with the one that this job has already."""
    if environment.is_chief and _is_wanted():
        from smtf_mlflow.run import Run

        _runs[str(environment.layout.root)] = Run(environment)


@hookimpl
def smtf_after_steps(environment: TrainingEnvironment, progress: Progress) -> None:
    """Log loss and speed."""
    if (run := _runs.get(str(environment.layout.root))) is not None:
        run.progress(progress)


@hookimpl
def smtf_after_evaluation(environment: TrainingEnvironment, evaluation: Evaluation) -> None:
    """Log the evaluation's metrics."""
    if (run := _runs.get(str(environment.layout.root))) is not None:
        run.evaluation(evaluation)


@hookimpl
def smtf_after_export(environment: TrainingEnvironment, exported: ExportedModel) -> None:
    """Log the model."""
    if (run := _runs.get(str(environment.layout.root))) is not None:
        run.model(exported)


@hookimpl
def smtf_after_training(environment: TrainingEnvironment, result: TrainingResult) -> None:
    """End the run."""
    if (run := _runs.pop(str(environment.layout.root), None)) is not None:
        run.end(result)


@hookimpl
def smtf_on_training_error(environment: TrainingEnvironment, error: BaseException) -> None:
    """End the run as failed; there is none when MLflow itself was the reason."""
    if (run := _runs.pop(str(environment.layout.root), None)) is not None:
        run.fail(error)


def _is_wanted() -> bool:
    """Whether a tracking store is set, by the variable or in this process; MLflow would make one in any folder."""
    if os.environ.get("MLFLOW_TRACKING_URI"):
        return True
    mlflow = sys.modules.get("mlflow")
    return mlflow is not None and bool(mlflow.is_tracking_uri_set())
