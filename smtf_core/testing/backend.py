"""BackendConformance: the laws of backends."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import evolve, frozen

from smtf_core.client.estimator import TensorFlow
from smtf_core.errors import UnknownNameError
from smtf_core.interfaces import Backend, BackendSpec, DetachedBackend
from smtf_core.models import Job, JobHandle, JobState, JobStatus, LogLine, TrainingResult
from smtf_core.models.converter import from_data, to_data
from smtf_core.models.layout import write_json
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registry
from smtf_core.testing import apart
from smtf_core.testing.conformance import Conformance
from smtf_core.testing.scripts import LINE_SIGNATURE, SAYING_SCRIPT, write_script

_POLL_SECONDS = 0.1
_FAILURE = "the script's own words"
_REASON = "stopped by a law"


@frozen
class Ended:
    """A job that has been waited for."""

    job: Job
    handle: JobHandle
    first: JobStatus
    status: JobStatus


class BackendConformance(Conformance[BackendSpec]):
    """Any backend keeps these laws. Three jobs run for them: one completes, one fails, one is stopped.

    Attributes:
        name: what ``backend=`` says.
        arguments: of :class:`~smtf_core.TensorFlow`, for every job: ``{"train_instance_type": "ray", …}``.
        patience: seconds that a job of 20 steps may take, with everything that has to start for it.

    Example::

        class TestRay(BackendConformance):
            name = "ray"
            arguments = {"train_instance_type": "ray"}
    """

    registry = "backends"
    arguments: ClassVar[Mapping[str, Any]] = {}
    patience: ClassVar[float] = 600.0

    @pytest.fixture(scope="class")
    @classmethod
    def workplace(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """A folder for the jobs' scripts and data."""
        return tmp_path_factory.mktemp("jobs")

    @pytest.fixture(scope="class")
    @classmethod
    def output_path(cls, workplace: Path) -> str:
        """Where the jobs' results go. Override it for a backend that writes elsewhere."""
        return str(workplace / "out")

    def exported_folder(self, result: TrainingResult, folder: Path) -> Path:
        """The SavedModel that a result names, as a local folder.

        Args:
            result: its ``exported`` is not ``None``.
            folder: empty, for a backend whose models are elsewhere and are fetched for this.
        """
        assert result.exported is not None
        return Path(result.exported.path)

    def signature(self, saved_model: Path) -> Any:
        """The signatures of a SavedModel, as plain data; needs TensorFlow.

        Args:
            saved_model: the folder.
        """
        message = importlib.import_module("tensorflow.core.protobuf.saved_model_pb2").SavedModel()
        message.ParseFromString((saved_model / "saved_model.pb").read_bytes())

        def told(tensors: Any) -> dict[str, Any]:
            return {
                name: [tensor.dtype, [dim.size for dim in tensor.tensor_shape.dim]] for name, tensor in tensors.items()
            }

        return {
            name: {"inputs": told(one.inputs), "outputs": told(one.outputs), "method": one.method_name}
            for name, one in message.meta_graphs[0].signature_def.items()
        }

    @pytest.fixture(scope="class")
    @classmethod
    def backend(cls, provided: Registry[BackendSpec], plugins: PluginManager) -> Any:
        """The backend that runs the jobs."""
        return provided.make(cls.name, plugins)

    @pytest.fixture(scope="class")
    @classmethod
    def submitted(
        cls, backend: Backend, plugins: PluginManager, workplace: Path, output_path: str
    ) -> dict[str, tuple[Job, JobHandle, JobStatus]]:
        """All three jobs, which run side by side."""
        data = workplace / "data"
        data.mkdir()
        (data / "birds.csv").write_text("1,2\n", encoding="utf-8")
        submitted = {}
        for name, steps, failure in (("stops", 100_000_000, ""), ("completes", 20, ""), ("fails", 20, _FAILURE)):
            folder = workplace / name
            folder.mkdir()
            estimator = TensorFlow(
                **{
                    "entry_point": write_script(folder, SAYING_SCRIPT),
                    "training_steps": steps,
                    "evaluation_steps": None,
                    "output_path": output_path,
                    "hyperparameters": {"flavour": {"vanilla": [1, 2.5]}, "failure": failure},
                    "environment": {"CONFORMANCE": "of the job"},
                    "backend": cls.name,
                    **cls.arguments,
                },
                plugins=plugins,
            )
            job = estimator.job({"training": data}, f"{name}-{time.time_ns()}")
            handle = backend.submit(job)
            submitted[name] = (job, handle, backend.status(handle))
        return submitted

    @pytest.fixture(scope="class")
    @classmethod
    def completed(cls, backend: Backend, submitted: dict[str, tuple[Job, JobHandle, JobStatus]]) -> Ended:
        """The job that completes."""
        return cls._ended(backend, *submitted["completes"])

    @pytest.fixture(scope="class")
    @classmethod
    def failed(cls, backend: Backend, submitted: dict[str, tuple[Job, JobHandle, JobStatus]]) -> Ended:
        """The job whose script raises."""
        return cls._ended(backend, *submitted["fails"])

    @pytest.fixture(scope="class")
    @classmethod
    def stopped(cls, backend: Backend, submitted: dict[str, tuple[Job, JobHandle, JobStatus]]) -> Ended:
        """The job that is stopped when it trains."""
        _, handle, _ = submitted["stops"]
        deadline = time.monotonic() + cls.patience
        while not any("conformance:" in line.text for line in backend.logs(handle)):
            status = backend.status(handle)
            assert not status.state.terminal, f"a job that was to train for ever is {status}"
            assert time.monotonic() < deadline, f"the job does not begin to train; its log: {_text(backend, handle)}"
            time.sleep(_POLL_SECONDS)
        backend.stop(handle, _REASON)
        return cls._ended(backend, *submitted["stops"])

    @classmethod
    def _ended(cls, backend: Backend, job: Job, handle: JobHandle, first: JobStatus) -> Ended:
        deadline = time.monotonic() + cls.patience
        while not (status := backend.status(handle)).state.terminal:
            assert time.monotonic() < deadline, f"{status} after {cls.patience:g} s; its log: {_text(backend, handle)}"
            time.sleep(_POLL_SECONDS)
        return Ended(job, handle, first, status)

    def test_a_job_completes(self, backend: Backend, completed: Ended) -> None:
        log = _text(backend, completed.handle)
        assert completed.status.state is JobState.COMPLETED, f"{completed.status}; its log: {log}"
        result = backend.result(completed.handle)
        assert result is not None
        assert (result.state, result.global_step) == ("Completed", 20)
        assert result.metrics, "there was an evaluation, and its metrics are not in the result"

    def test_submit_does_not_wait(self, stopped: Ended) -> None:
        assert not stopped.first.state.terminal

    def test_what_the_job_says_reaches_the_script(self, backend: Backend, completed: Ended) -> None:
        """Its environment, its hyperparameters with their types, its channel."""
        said = "conformance: of the job | {'vanilla': [1, 2.5]} | ['birds.csv']"
        log = _text(backend, completed.handle)
        assert said in log, f"the log has no line with {said!r}: {log}"

    def test_the_log_is_told_from_its_beginning_each_time(self, backend: Backend, completed: Ended) -> None:
        first = list(backend.logs(completed.handle))
        assert first
        assert all(isinstance(line, LogLine) for line in first)
        assert list(backend.logs(completed.handle)) == first
        assert list(backend.logs(completed.handle, follow=True)) == first, "following a job that has ended must end"

    def test_the_same_script_gives_the_same_signature(self, backend: Backend, completed: Ended, tmp_path: Path) -> None:
        """Whichever backend trained it."""
        result = backend.result(completed.handle)
        assert result is not None
        assert result.exported is not None, "the script has a serving_input_fn, and no model was exported"
        assert self.signature(self.exported_folder(result, tmp_path)) == LINE_SIGNATURE

    def test_a_failing_script_fails_the_job_with_its_message(self, backend: Backend, failed: Ended) -> None:
        assert failed.status.state is JobState.FAILED, failed.status
        assert _FAILURE in (failed.status.failure or ""), failed.status
        assert backend.result(failed.handle) is None, "a job that failed has no result"

    def test_a_stopped_job_has_saved_and_says_why(self, backend: Backend, stopped: Ended) -> None:
        assert stopped.status.state is JobState.STOPPED, stopped.status
        assert _REASON in stopped.status.message, stopped.status
        result = backend.result(stopped.handle)
        assert result is not None
        assert result.state == "Stopped"
        assert result.checkpoint is not None, "a job that is stopped saves a checkpoint first"

    def test_a_terminal_status_is_stable(
        self, backend: Backend, completed: Ended, failed: Ended, stopped: Ended
    ) -> None:
        for ended in (completed, failed, stopped):
            for _ in range(3):
                assert backend.status(ended.handle) == ended.status

    def test_stopping_a_job_that_has_ended_changes_nothing(
        self, backend: Backend, completed: Ended, failed: Ended, stopped: Ended
    ) -> None:
        for ended in (completed, failed, stopped):
            before = (backend.status(ended.handle), backend.result(ended.handle))
            backend.stop(ended.handle, "too late")
            backend.stop(ended.handle, "still too late")
            assert (backend.status(ended.handle), backend.result(ended.handle)) == before

    def test_a_handle_survives_serialisation(self, backend: Backend, completed: Ended) -> None:
        data = json.loads(json.dumps(to_data(completed.handle)))
        handle = from_data(data, JobHandle, "handle")
        assert handle == completed.handle
        assert backend.status(handle) == completed.status
        assert backend.result(handle) == backend.result(completed.handle)

    def test_a_handle_survives_another_process(
        self, backend: Backend, spec: BackendSpec, completed: Ended, failed: Ended, tmp_path: Path
    ) -> None:
        for ended in (completed, failed):
            write_json(tmp_path / "handle.json", to_data(ended.handle))
            told = json.loads(apart.run("look", spec.factory, str(tmp_path / "handle.json")))
            assert told["status"] == _json(backend.status(ended.handle))
            assert told["result"] == _json(backend.result(ended.handle))
            assert told["lines"] == len(list(backend.logs(ended.handle)))

    def test_an_unknown_job_is_said(self, backend: Backend, completed: Ended) -> None:
        handle = evolve(
            completed.handle, job_name="never-was", location=f"{completed.handle.location}-never-was", details={}
        )
        with pytest.raises(UnknownNameError, match="never-was"):
            backend.status(handle)

    def test_a_job_is_found_by_its_name(self, backend: Backend, completed: Ended, stopped: Ended) -> None:
        if not isinstance(backend, DetachedBackend):
            pytest.skip("not a DetachedBackend")
        for ended in (completed, stopped):
            assert backend.find(ended.job.name) == ended.handle
            described = backend.describe(ended.handle)
            assert (described.name, described.backend) == (ended.job.name, self.name)
        listed = {record.handle.job_name: record.state for record in backend.jobs(1000)}
        assert listed.get(completed.job.name) is JobState.COMPLETED
        assert listed.get(stopped.job.name) is JobState.STOPPED
        assert len(backend.jobs(1)) == 1
        with pytest.raises(UnknownNameError):
            backend.find("never-was")


def _text(backend: Backend, handle: JobHandle) -> str:
    return "\n".join(line.text for line in backend.logs(handle))


def _json(model: Any) -> Any:
    return json.loads(json.dumps(to_data(model)))
