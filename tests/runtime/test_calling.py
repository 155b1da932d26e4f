"""Which argument goes where, and the channel called training."""

import contextlib
import functools

import pytest

from smtf_core.errors import ScriptError
from smtf_core.interfaces import UserScript
from smtf_core.models import ChannelInput, FrameworkVersion, Layout, TrainingEnvironment
from smtf_core.models.settings import parse_settings
from smtf_core.runtime.script.calling import (
    check_channels,
    input_function,
    model_function,
    serving_input_function,
)


def environment(*channels: str) -> TrainingEnvironment:
    layout = Layout("/ml")
    version = FrameworkVersion.parse("1.11")
    return TrainingEnvironment(
        layout=layout,
        job_name="j",
        hosts=("algo-1",),
        current_host="algo-1",
        entry_point="train.py",
        channels={name: ChannelInput(name=name, directory=layout.channel(name)) for name in channels},
        settings=parse_settings({}, version),
        framework_version=version,
    )


def script(**functions) -> UserScript:
    defaults = {"model_fn": None, "train_input_fn": lambda: None, "eval_input_fn": lambda: None}
    return UserScript(
        path="train.py",
        kind="model_fn",
        functions={**defaults, **functions},
        hyperparameters={"rate": 0.1},
        scope=contextlib.nullcontext,
    )


def call(function, env):
    return input_function(script(train_input_fn=function), "train_input_fn", env)()


def test_arguments_by_name():
    env = environment("training", "test")
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
    assert call(lambda training_dir, hyperparams: training_dir, env) == channels["training"]


class Callable:
    def __call__(self):
        return "data"


@pytest.mark.parametrize("returned", [lambda: "data", functools.partial(str, "data"), Callable()])
def test_a_function_of_any_make_that_is_returned_is_called(returned):
    assert call(lambda: returned, environment()) == "data"
    serve = serving_input_function(script(serving_input_fn=lambda params: returned))
    assert serve() == "data"


def test_serving_input_fn_with_and_without_parameters():
    assert serving_input_function(script(serving_input_fn=lambda: "receiver"))() == "receiver"
    assert serving_input_function(script(serving_input_fn=lambda params: params["rate"]))() == 0.1
    assert serving_input_function(script()) is None


def test_an_input_function_that_returns_nothing_is_told():
    with pytest.raises(ScriptError, match=r"train\.py: train_input_fn returned None\. Return \(features, labels\)"):
        call(lambda: None, environment())


def test_a_model_fn_that_returns_nothing_is_told():
    model_fn = model_function(script(model_fn=lambda features, labels, mode, params: None))
    with pytest.raises(ScriptError, match=r"train\.py: model_fn returned None in mode 'train'"):
        model_fn(None, None, "train", {})


def test_the_only_channel_is_the_training_folder_whatever_its_name():
    assert call(lambda training_dir: training_dir, environment("train")) == "/ml/input/data/train"


def test_all_functions_get_one_dict_of_hyperparameters():
    """As in the legacy container: what one function changes in it, the next one sees."""

    def change(hyperparameters):
        hyperparameters["classes"] = 3
        return "data"

    both = script(train_input_fn=change, eval_input_fn=lambda params: params["classes"])
    input_function(both, "train_input_fn", environment())()
    assert input_function(both, "eval_input_fn", environment())() == 3


@pytest.mark.parametrize(("channels", "named"), [((), "none"), (("a", "b"), "a, b")])
def test_asking_for_a_training_folder_that_nobody_can_tell_is_an_error(channels, named):
    asking = script(train_input_fn=lambda training_dir: [training_dir])
    with pytest.raises(
        ScriptError, match=rf"train\.py: train_input_fn asks for the training folder.*channels are: {named}\."
    ):
        check_channels(asking, environment(*channels))


def test_a_training_folder_that_is_never_read_may_be_missing():
    """As the legacy container did; scripts that read pipes or make their data name it all the same."""
    env = environment("train", "eval")
    unread = script(train_input_fn=lambda training_dir, params: "data")
    check_channels(unread, env)
    assert input_function(unread, "train_input_fn", env)() == "data"
    for reading in (
        lambda training_dir: lambda: training_dir,
        lambda training_dir: locals(),
        lambda training_dir, params: params or training_dir,
    ):
        with pytest.raises(ScriptError, match="asks for the training folder"):
            check_channels(script(train_input_fn=reading), env)


def test_a_default_for_the_training_folder_is_kept():
    optional = script(train_input_fn=lambda training_dir="/mine": training_dir)
    env = environment("a", "b")
    check_channels(optional, env)
    assert input_function(optional, "train_input_fn", env)() == "/mine"
