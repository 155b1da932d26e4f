"""Jobs found again by name: the ledger, several backends at once, backends that cannot be asked, the commands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import RUNNER

from smtf_core import PluginManager, TensorFlow, hookimpl
from smtf_core.cli import main
from smtf_core.client.detached import DetachedJobs
from smtf_core.client.job_arguments import arguments_of
from smtf_core.client.ledger import Ledger
from smtf_core.errors import BackendUnavailableError, InvalidInputError, UnknownNameError
from smtf_core.interfaces import BackendSpec, DetachedBackend
from smtf_core.models import Job, JobHandle, JobRecord, JobState, JobStatus, Layout, LogLine
from smtf_core.models.layout import write_atomically


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def a_job(root: Path, name: str = "j", failure: str | None = None) -> JobHandle:
    """A folder as a job leaves it."""
    layout = Layout(root / name)
    layout.create()
    if failure is not None:
        write_atomically(layout.failure, failure)
    return JobHandle(backend="process", job_name=name, location=str(layout.root))


def test_the_newest_job_of_a_name_is_found(tmp_path):
    ledger = Ledger("process")
    for folder in ("a", "b"):
        ledger.record(a_job(tmp_path / folder))
    assert Ledger("process").find("j").location == str(tmp_path / "b" / "j")
    assert [Path(entry.handle.location).parent.name for entry in ledger.entries()] == ["b", "a"]
    shutil.rmtree(tmp_path / "b")
    assert ledger.find("j").location == str(tmp_path / "a" / "j")
    assert ledger.forget_lost() == ("note of job j, whose folder is gone",)
    assert ledger.forget_lost() == ()
    with pytest.raises(UnknownNameError, match="backend 'other' knows no job 'j'"):
        Ledger("other").find("j")


def test_a_job_that_cannot_be_noted_runs_all_the_same(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    Ledger("process").record(a_job(tmp_path))
    assert "cannot be found by its name later" in caplog.text
    assert "set XDG_STATE_HOME" in caplog.text
    assert Ledger("process").entries() == []


def test_what_a_job_says_is_what_submits_it_again(tmp_path):
    (tmp_path / "s.py").write_text("def model_fn(): pass\n")
    estimator = TensorFlow(
        tmp_path / "s.py",
        framework_version="1.8",
        training_steps=5,
        hyperparameters={"a": [1]},
        on_host_failure="restart",
        environment={"K": "v"},
        tags=[{"Key": "k", "Value": "v"}],
        train_instance_type="process",
        train_instance_count=2,
        train_max_run=7,
        output_path=tmp_path,
    )
    job = estimator.job({"training": "data"})
    again = TensorFlow(**arguments_of(job)).job({"training": "data"}, job_name=job.name)
    assert again == job
    assert TensorFlow(**arguments_of(job)).job().name.startswith("s-20")


class Remote:
    """A backend in the style of a service: it knows jobs without folders here."""

    names = ("r",)
    reachable = True

    def __init__(self, plugins: PluginManager) -> None:
        del plugins

    def find(self, job_name: str) -> JobHandle:
        self._reach()
        if job_name not in self.names:
            raise UnknownNameError(job_name)
        return JobHandle(backend="remote", job_name=job_name, location="s3://b/r")

    def jobs(self, newest: int) -> tuple[JobRecord, ...]:
        self._reach()
        records = [JobRecord(handle=self.find(name), state=JobState.STOPPED, created=0.0) for name in self.names]
        return tuple(records[:newest])

    def describe(self, handle: JobHandle) -> Job:
        return Job(name=handle.job_name, backend="remote", entry_point="x.py", output_path="/nowhere")

    def clean(self) -> tuple[str, ...]:
        self._reach()
        return ("network n",)

    def submit(self, job: Job) -> JobHandle:
        raise NotImplementedError

    def status(self, handle: JobHandle) -> JobStatus:
        return JobStatus(state=JobState.STOPPED, message="enough")

    def logs(self, handle: JobHandle, follow: bool = False):
        yield LogLine("algo-1", "hello", 0.0)

    def stop(self, handle: JobHandle, reason: str) -> None: ...

    def result(self, handle: JobHandle) -> None: ...

    @classmethod
    def _reach(cls) -> None:
        if not cls.reachable:
            raise BackendUnavailableError("the service does not answer;\nlook at the network")


class RemotePlugin:
    @hookimpl
    def smtf_register_backends(self):
        return [
            BackendSpec(name="remote", factory="test_detached:Remote"),
            BackendSpec(name="lacking", factory="no_such_package:Backend", extra="smtf[lacking]"),
        ]


@pytest.fixture
def plugins(monkeypatch) -> PluginManager:
    import sys

    monkeypatch.setitem(sys.modules, "test_detached", sys.modules[__name__])
    monkeypatch.setattr(Remote, "reachable", True)
    monkeypatch.setattr(Remote, "names", ("r",))
    return PluginManager(
        plugins=[RemotePlugin(), "smtf_backends.process.hooks", "smtf_backends.inprocess.hooks"], autoload=False
    )


def test_jobs_of_all_backends(plugins, tmp_path):
    Ledger("process").record(a_job(tmp_path, failure="uncaught exception during training: boom\n"))
    known = DetachedJobs(plugins)
    assert [(job.handle.job_name, job.state.value, job.message) for job in known.jobs(10)] == [
        ("j", "Failed", "uncaught exception during training: boom"),
        ("r", "Stopped", ""),
    ]
    backend, handle = known.find("r")
    assert isinstance(backend, DetachedBackend)
    assert handle.location == "s3://b/r"
    assert known.clean() == ["remote: network n"]
    assert len(known.backends.notes()) == 1
    assert "pip install 'smtf[lacking]'" in known.backends.notes()[0]


def test_a_backend_that_cannot_be_asked_hides_nothing(plugins, tmp_path, monkeypatch):
    monkeypatch.setattr(Remote, "reachable", False)
    Ledger("process").record(a_job(tmp_path))
    known = DetachedJobs(plugins)
    assert [job.handle.job_name for job in known.jobs(10)] == ["j"]
    assert (
        "backend 'remote' cannot be asked: the service does not answer; look at the network" in known.backends.notes()
    )
    assert known.find("j")[1].backend == "process"
    with pytest.raises(
        UnknownNameError, match=r"there is no job 'x' on process\n(.*\n)?backend 'remote' cannot be asked"
    ):
        known.find("x")


def test_a_name_that_two_backends_know_needs_the_backend(plugins, tmp_path, monkeypatch):
    monkeypatch.setattr(Remote, "names", ("j",))
    Ledger("process").record(a_job(tmp_path))
    with pytest.raises(InvalidInputError, match="several backends have a job 'j': process, remote"):
        DetachedJobs(plugins).find("j")
    assert DetachedJobs(plugins, "remote").find("j")[1].backend == "remote"
    with pytest.raises(InvalidInputError, match="jobs of backend 'inprocess' end with the process"):
        DetachedJobs(plugins, "inprocess")


def test_attach_takes_result_and_failure(plugins, tmp_path):
    estimator = TensorFlow.attach("r", plugins=plugins)
    assert (estimator.latest_training_job.job_name, estimator.result) == ("r", None)
    with pytest.raises(UnknownNameError, match="there is no job 'nothing'"):
        TensorFlow.attach("nothing", plugins=plugins)


def test_commands(tmp_path):
    ledger = Ledger("process")
    ledger.record(a_job(tmp_path, "bad", failure="uncaught exception during training: boom\n"))
    handle = a_job(tmp_path, "logged")
    lines = [LogLine("algo-1", "one", 1.0), LogLine("algo-2", "two", 2.0), LogLine("algo-1", "three", 3.0)]
    Layout(Path(handle.location)).log.write_text("".join(line.format() + "\n" for line in lines))
    ledger.record(handle)

    def smtf(*arguments: str):
        done = RUNNER.invoke(main, [*arguments, "--backend", "process"])
        return done.exit_code, done.stdout, done.stderr

    code, out, _ = smtf("jobs", "--json")
    assert code == 0
    assert [job["job_name"] for job in json.loads(out)] == ["logged", "bad"]
    assert "bad     Failed" in smtf("jobs")[1]
    assert smtf("logs", "logged")[1] == "one\nalgo-2  two\nalgo-1  three\n"
    assert smtf("logs", "-f", "logged")[1] == "one\nalgo-2  two\nalgo-1  three\n"
    assert smtf("stop", "bad") == (0, "", "job bad has ended already\n")
    assert smtf("stop", "nothing") == (2, "", "smtf: there is no job 'nothing' on process\n")
    shutil.rmtree(tmp_path / "bad")
    assert smtf("clean")[1] == "process: note of job bad, whose folder is gone\n"
    code, _, errors = smtf("attach", "bad")
    assert (code, errors) == (2, "smtf: there is no job 'bad' on process\n")


def test_detach_needs_a_job_that_can_go_on(tmp_path):
    (tmp_path / "s.py").write_text("def model_fn(): pass\n")
    done = RUNNER.invoke(main, ["train", str(tmp_path / "s.py"), "--detach"])
    assert done.exit_code == 2
    assert "a job on backend 'inprocess' ends with this process" in done.stderr
