"""Plugin ``mlflow``: observers that hand a training's life on to its run; MLflow itself is imported by the first."""

from __future__ import annotations

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
    if environment.is_chief:
        from smtf_mlflow.run import Run

        _runs[str(environment.layout.root)] = Run(environment)


@hookimpl
def smtf_after_steps(environment: TrainingEnvironment, progress: Progress) -> None:
    """Log loss and speed."""
    _runs[str(environment.layout.root)].progress(progress)


@hookimpl
def smtf_after_evaluation(environment: TrainingEnvironment, evaluation: Evaluation) -> None:
    """Log the evaluation's metrics."""
    _runs[str(environment.layout.root)].evaluation(evaluation)


@hookimpl
def smtf_after_export(environment: TrainingEnvironment, exported: ExportedModel) -> None:
    """Log the model."""
    _runs[str(environment.layout.root)].model(exported)


@hookimpl
def smtf_after_training(environment: TrainingEnvironment, result: TrainingResult) -> None:
    """End the run."""
    if environment.is_chief:
        _runs.pop(str(environment.layout.root)).end(result)


@hookimpl
def smtf_on_training_error(environment: TrainingEnvironment, error: BaseException) -> None:
    """End the run as failed; there is none when MLflow itself was the reason."""
    run = _runs.pop(str(environment.layout.root), None)
    if run is not None:
        run.fail(error)
