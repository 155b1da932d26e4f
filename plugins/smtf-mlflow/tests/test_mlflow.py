"""Real trainings, a real tracking store in SQLite."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from smtf_core.errors import UnexpectedStatusException
from smtf_core.testing import PluginHygiene
from smtf_core.testing.scripts import LINE_SCRIPT

pytest_plugins = ["smtf_core.testing.plugin"]


class TestHygiene(PluginHygiene):
    hooks = "smtf_mlflow.hooks"
    entry_point = "mlflow"
    extras = ("mlflow",)
    budget = 3


@pytest.fixture
def store(tmp_path, monkeypatch):
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.chdir(tmp_path)  # artifacts of a local store go to ./mlruns
    return MlflowClient(uri)


def runs(store):
    (experiment,) = (found for found in store.search_experiments() if found.name == "smtf")
    return {run.info.run_name: run for run in store.search_runs([experiment.experiment_id])}


def test_a_training_is_a_run(smtf_project, store):
    estimator = smtf_project.fit(
        job_name="line", hyperparameters={"learning_rate": 0.02, "log_step_count_steps": 5, "layers": [1, 2]}
    )
    run = runs(store)["line"]
    assert run.info.status == "FINISHED"
    assert run.data.params["learning_rate"] == "0.02"
    assert run.data.params["layers"] == "[1, 2]"
    assert run.data.params["training_steps"] == "20"
    assert not [name for name in run.data.params if name.startswith("sagemaker_")]
    losses = sorted(store.get_metric_history(run.info.run_id, "loss"), key=lambda metric: metric.step)
    told = [call["progress"] for call in smtf_project.recorder.arguments("smtf_after_steps")]
    assert len(told) >= 3
    assert [(metric.step, metric.value) for metric in losses] == [(one.step, one.loss) for one in told]
    assert run.data.metrics["eval/error"] == pytest.approx(estimator.result.metrics["error"])
    assert {file.path for file in store.list_artifacts(run.info.run_id, "model")} >= {"model/saved_model.pb"}


def test_a_training_that_fails_is_a_failed_run(smtf_project, store):
    smtf_project.script.write_text(
        LINE_SCRIPT.replace("def train_input_fn():", "def train_input_fn():\n    raise ValueError('no data')")
    )
    with pytest.raises(UnexpectedStatusException, match="no data"):
        smtf_project.fit(job_name="fails")
    run = runs(store)["fails"]
    assert run.info.status == "FAILED"
    assert run.data.tags["smtf.error"] == "ValueError: no data"


def test_a_job_that_is_resumed_goes_on_in_its_run(smtf_project, store, caplog):
    failing = LINE_SCRIPT.replace("def eval_input_fn():", "def eval_input_fn():\n    raise ValueError('no data')")
    smtf_project.script.write_text(failing)
    with pytest.raises(UnexpectedStatusException):
        smtf_project.fit(job_name="again")
    smtf_project.script.write_text(LINE_SCRIPT)
    estimator = smtf_project.fit(job_name="again", training_steps=40)
    assert estimator.result.global_step == 40
    run = runs(store)["again"]
    assert len(store.search_runs([run.info.experiment_id])) == 1
    assert run.info.status == "FINISHED"
    assert run.data.params["training_steps"] == "20"
    log = (Path(estimator.latest_training_job.location) / "output" / "log.txt").read_text()
    assert "MLflow keeps the first values of parameters that have changed: training_steps" in log


def test_jobs_at_once_keep_apart(smtf_project, store):
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda rate: smtf_project.fit(job_name=f"at-{rate}", hyperparameters={"rate": rate}), (1, 2)))
    found = runs(store)
    assert {name: run.data.params["rate"] for name, run in found.items()} == {"at-1": "1", "at-2": "2"}
    assert {run.info.status for run in found.values()} == {"FINISHED"}


def test_without_a_tracking_store_nothing_is_logged(smtf_project, tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    assert smtf_project.fit().result.state == "Completed"
    assert {path.name for path in tmp_path.iterdir()} == {"project"}


def test_a_store_that_cannot_be_reached_fails_the_job_and_is_named(smtf_project, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(
        UnexpectedStatusException, match=r"plugin 'mlflow' of smtf-mlflow 0\.1\.0 raised in smtf_before"
    ):
        smtf_project.fit(job_name="unreachable")
