"""Every hook is called when its documentation says. For the hooks of a training see tests/integration."""

from __future__ import annotations

import attrs
import pytest

from smtf_core import TensorFlow, hookimpl
from smtf_core.client.display import Display
from smtf_core.errors import InvalidInputError, UnexpectedStatusException
from smtf_core.interfaces import (
    BackendSpec,
    CheckpointStoreSpec,
    InputModeSpec,
    ScriptLoaderSpec,
    ServingAdapterSpec,
    StrategySpec,
)
from smtf_core.models import JobHandle, JobState, JobStatus, TrainingResult
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries


class FakeBackend:
    """Ends every job at once, in the state that its name says."""

    def __init__(self, plugins):
        self.jobs = {}
        self.stopped = []

    def submit(self, job):
        if job.name == "refused":
            raise InvalidInputError("refused")
        self.jobs[job.name] = job
        return JobHandle(backend="fake", job_name=job.name, location="nowhere")

    def status(self, handle):
        state = JobState.FAILED if handle.job_name == "fails" else JobState.COMPLETED
        return JobStatus(state=state, failure="it failed" if state is JobState.FAILED else None)

    def logs(self, handle, follow=False):
        return iter(())

    def stop(self, handle, reason):
        self.stopped.append((handle.job_name, reason))

    def result(self, handle):
        return TrainingResult(state="Completed", global_step=7)


class AllKinds:
    """Registers one implementation of every kind."""

    @hookimpl
    def smtf_register_backends(self):
        return [
            BackendSpec(
                name="fake", factory=f"{__name__}:FakeBackend", instance_types=("fake.*",), unused_options=("role",)
            )
        ]

    @hookimpl
    def smtf_register_input_modes(self):
        return [InputModeSpec(name="Carrier", factory="x:Y", schemes=("pigeon",))]

    @hookimpl
    def smtf_register_strategies(self):
        return [StrategySpec(name="flock", factory="x:Y", min_hosts=2, default_for=((1, True),))]

    @hookimpl
    def smtf_register_checkpoint_stores(self):
        return [CheckpointStoreSpec(name="nest", factory="x:Y")]

    @hookimpl
    def smtf_register_script_loaders(self):
        return [ScriptLoaderSpec(name="notebook", factory="x:Y")]

    @hookimpl
    def smtf_register_serving_adapters(self):
        return [ServingAdapterSpec(name="onnx", factory="x:Y")]


class Recorder:
    def __init__(self):
        self.calls = []

    @hookimpl
    def smtf_configure_job(self, job):
        self.calls.append("configure")
        return attrs.evolve(job, environment={**job.environment, "TEAM": "birds"})

    @hookimpl
    def smtf_before_submit(self, job):
        self.calls.append(("before_submit", job.environment["TEAM"]))

    @hookimpl
    def smtf_after_submit(self, job, handle):
        self.calls.append(("after_submit", job.name, handle.job_name))

    @hookimpl
    def smtf_on_submit_error(self, job, error):
        self.calls.append(("on_submit_error", str(error)))

    @hookimpl
    def smtf_after_job(self, handle, status):
        self.calls.append(("after_job", handle.job_name, status.state.value))


@pytest.fixture
def script(write):
    return write("script.py", "")


def estimator(script, *plugins):
    manager = PluginManager(plugins=[AllKinds(), *plugins])
    return TensorFlow(script, train_instance_type="fake.large", plugins=manager)


def test_what_plugins_register_is_found_by_name():
    found = {
        registry.kind: registry.names()
        for registry in Registries(PluginManager(plugins=[AllKinds()], autoload=False)).all()
    }
    assert found == {
        "script loader": ["notebook"],
        "input mode": ["Carrier"],
        "distribution strategy": ["flock"],
        "checkpoint store": ["nest"],
        "serving adapter": ["onnx"],
        "backend": ["fake"],
    }


def test_client_hooks_in_their_order(script):
    recorder = Recorder()
    trained = estimator(script, recorder)
    trained.fit(job_name="j", display=Display(quiet=True))
    assert recorder.calls == [
        "configure",
        ("before_submit", "birds"),
        ("after_submit", "j", "j"),
        ("after_job", "j", "Completed"),
    ]
    assert trained.result.global_step == 7


def test_observers_of_a_refused_job(script):
    recorder = Recorder()
    with pytest.raises(InvalidInputError, match="refused"):
        estimator(script, recorder).fit(job_name="refused", display=Display(quiet=True))
    assert recorder.calls[-1] == ("on_submit_error", "refused")


def test_observers_of_a_failed_job(script):
    recorder = Recorder()
    with pytest.raises(UnexpectedStatusException, match="it failed") as caught:
        estimator(script, recorder).fit(job_name="fails", display=Display(quiet=True))
    assert caught.value.actual_status == "Failed"
    assert caught.value.allowed_statuses == ["Completed", "Stopped"]
    assert recorder.calls[-1] == ("after_job", "fails", "Failed")


def test_a_job_is_stopped_when_an_observer_of_its_submission_raises(script):
    class Picky:
        @hookimpl
        def smtf_after_submit(self, job, handle):
            raise ValueError("no")

    trained = estimator(script, Picky())
    with pytest.raises(Exception, match=r"Picky.*raised in smtf_after_submit"):
        trained.fit(job_name="j", display=Display(quiet=True))
    assert trained._backend("fake").stopped == [("j", "an observer of the submission failed")]


def test_a_plugin_can_choose_the_backend(script):
    class Chooser:
        @hookimpl
        def smtf_configure_job(self, job):
            return attrs.evolve(job, backend="fake")

    manager = PluginManager(plugins=[AllKinds(), Chooser()])
    trained = TensorFlow(script, plugins=manager)
    trained.fit(job_name="j", display=Display(quiet=True))
    assert trained.latest_training_job.backend == "fake"


def test_what_is_passed_in_decides_before_what_is_installed():
    class Loader:
        @hookimpl
        def smtf_load_script(self, environment):
            return "mine"

    assert PluginManager(plugins=[Loader()]).hook.smtf_load_script(environment=None) == "mine"


def test_a_plugin_can_forbid_a_job(script):
    class Policy:
        @hookimpl
        def smtf_configure_job(self, job):
            raise InvalidInputError("not on a Friday")

    with pytest.raises(InvalidInputError, match="Friday"):
        estimator(script, Policy()).fit(display=Display(quiet=True))


def test_options_that_the_backend_does_not_use_are_said(script, capsys):
    manager = PluginManager(plugins=[AllKinds()])
    TensorFlow(script, train_instance_type="fake.x", role="me", plugins=manager).fit(job_name="j")
    assert "backend 'fake' does not use: role" in capsys.readouterr().err
