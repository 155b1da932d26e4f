"""Which argument goes where, and the channel called training."""

import contextlib

import pytest

from smtf_core.errors import ScriptError
from smtf_core.interfaces import UserScript
from smtf_core.models import ChannelInput, FrameworkVersion, Layout, TrainingEnvironment
from smtf_core.models.settings import parse_settings
from smtf_core.runtime.script.calling import check_channels, input_function, serving_input_function


def environment(*channels: str, **hyperparameters) -> TrainingEnvironment:
    layout = Layout("/ml")
    version = FrameworkVersion.parse("1.11")
    return TrainingEnvironment(
        layout=layout,
        job_name="j",
        hosts=("algo-1",),
        current_host="algo-1",
        entry_point="train.py",
        hyperparameters=hyperparameters,
        channels={name: ChannelInput(name=name, directory=layout.channel(name)) for name in channels},
        settings=parse_settings({}, version),
        framework_version=version,
    )


def script(**functions) -> UserScript:
    defaults = {"model_fn": None, "train_input_fn": lambda: None, "eval_input_fn": lambda: None}
    return UserScript(
        path="train.py", kind="model_fn", functions={**defaults, **functions}, scope=contextlib.nullcontext
    )


def call(function, env):
    return input_function(script(train_input_fn=function), "train_input_fn", env)()


def test_arguments_by_name():
    env = environment("training", "test", rate=0.1)
    channels = {"training": "/ml/input/data/training", "test": "/ml/input/data/test"}
    assert call(lambda training_dir, hyperparameters: (training_dir, hyperparameters), env) == (
        channels["training"],
        {"rate": 0.1},
    )
    assert call(lambda params, dir: (params, dir), env) == ({"rate": 0.1}, channels["training"])  # noqa: A006
    assert call(lambda input_channels: input_channels, env) == channels
    assert call(lambda channels: channels, env) == channels
    assert call(lambda: "nothing", env) == "nothing"
    assert call(lambda training_dir, batch_size=32: batch_size, env) == 32


def test_a_function_that_is_returned_is_called():
    assert call(lambda: lambda: "data", environment()) == "data"
    serve = serving_input_function(
        script(serving_input_fn=lambda params: lambda: ("receiver", params["a"])), environment(a=1)
    )
    assert serve() == ("receiver", 1)


def test_serving_input_fn_without_parameters():
    assert serving_input_function(script(serving_input_fn=lambda: "receiver"), environment())() == "receiver"
    assert serving_input_function(script(), environment()) is None


def test_the_only_channel_is_the_training_folder_whatever_its_name():
    assert call(lambda training_dir: training_dir, environment("train")) == "/ml/input/data/train"


def test_what_a_script_does_to_its_hyperparameters_stays_its_own_affair():
    env = environment(rate=1)

    def spoil(hyperparameters):
        hyperparameters["rate"] = 2

    call(spoil, env)
    assert env.hyperparameters == {"rate": 1}


@pytest.mark.parametrize(("channels", "named"), [((), "none"), (("a", "b"), "a, b")])
def test_asking_for_a_training_folder_that_nobody_can_tell_is_an_error(channels, named):
    asking = script(train_input_fn=lambda training_dir: None)
    with pytest.raises(
        ScriptError, match=rf"train\.py: train_input_fn asks for the training folder.*channels are: {named}\."
    ):
        check_channels(asking, environment(*channels))


def test_a_default_for_the_training_folder_is_kept():
    optional = script(train_input_fn=lambda training_dir="/mine": training_dir)
    env = environment("a", "b")
    check_channels(optional, env)
    assert input_function(optional, "train_input_fn", env)() == "/mine"
