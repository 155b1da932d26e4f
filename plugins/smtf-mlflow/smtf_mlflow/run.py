"""Run: one training's run in MLflow, through its client, so that several trainings in one process keep apart."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any

from mlflow.entities import Metric, Param
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from smtf_core.models import Evaluation, ExportedModel, Progress, TrainingEnvironment, TrainingResult

_log = logging.getLogger("smtf")

EXPERIMENT = "smtf"
JOB_TAG, TREE_TAG, ERROR_TAG = "smtf.job", "smtf.tree", "smtf.error"
# Source: MLflow's documentation of ``log_batch`` and its limits of values.
_PARAMS_A_BATCH, _METRICS_A_BATCH, _LONGEST_PARAM, _LONGEST_TAG = 100, 1000, 6000, 5000


class Run:
    """Begins the run of a training, or goes on with it where the job has been here before.

    Args:
        environment: the training, on its chief.
    """

    def __init__(self, environment: TrainingEnvironment) -> None:
        self._client = MlflowClient()
        experiment = self._experiment()
        found = self._client.search_runs(
            [experiment],
            filter_string=f"tags.`{JOB_TAG}` = '{environment.job_name}' and tags.`{TREE_TAG}` = '{_tree(environment)}'",
            order_by=["attributes.start_time DESC"],
            max_results=1,
        )
        if found:
            self.id: str = found[0].info.run_id
            self._client.update_run(self.id, status="RUNNING")
            known = found[0].data.params
        else:
            tags = {JOB_TAG: environment.job_name, TREE_TAG: _tree(environment)}
            self.id = self._client.create_run(experiment, run_name=environment.job_name, tags=tags).info.run_id
            known = {}
        self._log_params(_params(environment), known)

    def progress(self, progress: Progress) -> None:
        """Log loss and speed, as far as they are known."""
        told = {"loss": progress.loss, "steps_per_second": progress.steps_per_second}
        self._log_metrics({name: value for name, value in told.items() if value is not None}, progress.step)

    def evaluation(self, evaluation: Evaluation) -> None:
        """Log every metric of an evaluation."""
        self._log_metrics(dict(_numbers("eval", evaluation.metrics)), evaluation.step)

    def model(self, exported: ExportedModel) -> None:
        """Log the SavedModel as artifacts."""
        self._client.log_artifacts(self.id, exported.path, "model")

    def end(self, result: TrainingResult) -> None:
        """End the run of a training that did not fail."""
        self._client.set_terminated(self.id, "FINISHED" if result.state == "Completed" else "KILLED")

    def fail(self, error: BaseException) -> None:
        """End the run of a training that failed."""
        self._client.set_tag(self.id, ERROR_TAG, f"{type(error).__name__}: {error}"[:_LONGEST_TAG])
        self._client.set_terminated(self.id, "FAILED")

    def _experiment(self) -> str:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT
        found = self._client.get_experiment_by_name(name)
        if found is None:
            try:
                return str(self._client.create_experiment(name))
            except MlflowException:
                # Another job may have made it in between; anything else is said by the next line's failure.
                found = self._client.get_experiment_by_name(name)
                if found is None:
                    raise
        return str(found.experiment_id)

    def _log_params(self, params: Mapping[str, str], known: Mapping[str, str]) -> None:
        changed = sorted(name for name, value in params.items() if known.get(name, value) != value)
        if changed:
            _log.warning("MLflow keeps the first values of parameters that have changed: %s", ", ".join(changed))
        new = [Param(name, value) for name, value in params.items() if name not in known]
        for start in range(0, len(new), _PARAMS_A_BATCH):
            self._client.log_batch(self.id, params=new[start : start + _PARAMS_A_BATCH])

    def _log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        now = int(time.time() * 1000)
        batch = [Metric(name, value, now, step) for name, value in metrics.items()]
        for start in range(0, len(batch), _METRICS_A_BATCH):
            self._client.log_batch(self.id, metrics=batch[start : start + _METRICS_A_BATCH])


def _tree(environment: TrainingEnvironment) -> str:
    return str(environment.layout.root)


def _params(environment: TrainingEnvironment) -> dict[str, str]:
    """The user's hyperparameters, and what says how long and for which release; long values are cut."""
    own = {name: value for name, value in environment.hyperparameters.items() if not name.startswith("sagemaker_")}
    told = {**own, "training_steps": environment.training_steps, "framework_version": environment.framework_version}
    return {name: str(value)[:_LONGEST_PARAM] for name, value in told.items()}


def _numbers(name: str, value: Any) -> Iterator[tuple[str, float]]:
    """The numbers in nested mappings and lists, each with its path as its name."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(f"{name}/{key}", inner)
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from _numbers(f"{name}/{index}", inner)
    else:
        yield name, float(value)
