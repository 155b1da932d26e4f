"""The hooks that are called beside TensorFlow, in the order and with the objects that their documentation promises."""

import json
from pathlib import Path

import pytest

from smtf_core import hookimpl
from smtf_core.errors import InvalidInputError, UnexpectedStatusException
from smtf_core.interfaces import Cluster, ScriptLoaderSpec, StrategySpec
from smtf_core.models import ExportedModel
from smtf_core.runtime.script.loader import TensorFlow1Loader


class Recorder:
    def __init__(self):
        self.calls = []

    @hookimpl
    def smtf_before_training(self, environment):
        self.calls.append(("before_training", environment.training_steps))

    @hookimpl
    def smtf_after_steps(self, environment, progress):
        assert progress.loss is not None
        self.calls.append(("after_steps", progress.step, progress.total_steps))

    @hookimpl
    def smtf_after_checkpoint(self, checkpoint):
        assert Path(f"{checkpoint.path}.index").exists()
        self.calls.append(("after_checkpoint", checkpoint.step))

    @hookimpl
    def smtf_after_evaluation(self, evaluation):
        self.calls.append(("after_evaluation", evaluation.step, sorted(evaluation.metrics)))

    @hookimpl
    def smtf_after_export(self, environment, exported):
        assert (Path(exported.path) / "saved_model.pb").exists()
        self.calls.append(("after_export", exported.step))

    @hookimpl
    def smtf_after_training(self, environment, result):
        assert not environment.layout.success.exists()
        assert environment.layout.result.exists()
        self.calls.append(("after_training", result.state, result.global_step))

    @hookimpl
    def smtf_on_training_error(self, environment, error):
        assert environment.layout.failure.exists()
        self.calls.append(("on_training_error", str(error)))


def test_observers_in_their_order(train, line):
    recorder = Recorder()
    settings = {"log_step_count_steps": 5, "save_checkpoints_steps": 10, "throttle_secs": 0}
    train(line, plugins=[recorder], hyperparameters=settings)
    steps = [call[1] for call in recorder.calls if call[0] == "after_steps"]
    assert steps == sorted(set(steps))
    assert 3 <= len(steps) <= 5
    assert [call for call in recorder.calls if call[0] != "after_steps"] == [
        ("before_training", 20),
        ("after_checkpoint", 0),
        ("after_checkpoint", 10),
        ("after_evaluation", 10, ["error", "loss"]),
        ("after_checkpoint", 20),
        ("after_evaluation", 20, ["error", "loss"]),
        ("after_export", 20),
        ("after_training", "Completed", 20),
    ]


def test_observers_of_a_training_that_fails(train, write, line):
    recorder = Recorder()
    with pytest.raises(UnexpectedStatusException):
        train(
            write("bad.py", line.read_text().replace("    slope", "    raise ValueError('bad')\n    slope", 1)),
            plugins=[recorder],
        )
    assert recorder.calls == [("before_training", 20), ("on_training_error", "bad")]


@pytest.mark.parametrize(
    "hook", ["smtf_before_training", "smtf_after_steps", "smtf_after_checkpoint", "smtf_after_training"]
)
def test_an_observer_that_raises_fails_the_job(train, line, hook):
    class Raising:
        pass

    def implementation(self, environment):
        raise ZeroDivisionError("observed too closely")

    setattr(Raising, hook, hookimpl(implementation))
    with pytest.raises(
        UnexpectedStatusException, match=rf"Raising'? .*raised in {hook}: ZeroDivisionError: observed too closely"
    ):
        train(line, plugins=[Raising()])


def test_a_plugin_decides_how_the_model_is_exported(train, line):
    class Exporter:
        @hookimpl
        def smtf_export_model(self, environment, servable, step):
            assert Path(servable, "saved_model.pb").exists()
            path = environment.layout.model / "model.json"
            path.write_text(json.dumps({"step": step}))
            return ExportedModel(path=str(path), step=step)

    trained = train(line, plugins=[Exporter()])
    assert trained.result.exported.path.endswith("model.json")


class ShoutingLoader(TensorFlow1Loader):
    def load(self, environment):
        path = environment.layout.code / environment.entry_point
        text = path.read_text()
        path.unlink()
        path.write_text(text.replace("TF.", "tf."))
        return super().load(environment)


def test_a_plugin_decides_how_a_script_is_loaded(train, write, line):
    class Loading:
        @hookimpl
        def smtf_register_script_loaders(self):
            return [ScriptLoaderSpec(name="shouting", factory=f"{__name__}:ShoutingLoader")]

        @hookimpl
        def smtf_load_script(self, environment):
            return "shouting" if environment.entry_point.startswith("LOUD") else None

    script = write("LOUD.py", line.read_text().replace("tf.", "TF."))
    assert train(script, plugins=[Loading()]).result.exported


class CountingStrategy:
    ran = 0

    def run(self, environment, train):
        type(self).ran += 1
        return train(Cluster())


def test_a_plugin_brings_a_strategy_that_says_what_it_can_do(train, line):
    class Strategies:
        @hookimpl
        def smtf_register_strategies(self):
            factory = f"{__name__}:CountingStrategy"
            return [
                StrategySpec(name="counting", factory=factory),
                StrategySpec(name="picky", factory=factory, script_kinds=("estimator_fn",)),
            ]

    assert train(line, plugins=[Strategies()], distribution="counting").result.global_step == 20
    assert CountingStrategy.ran == 1
    with pytest.raises(InvalidInputError, match=r"'picky' cannot train model_fn scripts of generation 1\.x, only est"):
        train(line, plugins=[Strategies()], distribution="picky")
