"""How the runtime calls a script's functions: which argument goes where.

Source: the legacy container. ``model_fn``, ``keras_model_fn``, ``estimator_fn`` and ``serving_input_fn`` are called by
    position, the two
input functions by parameter name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from smtf_core import contract
from smtf_core.errors import ScriptError
from smtf_core.interfaces import UserScript
from smtf_core.models import TrainingEnvironment
from smtf_core.runtime.script.contract import described


def check_channels(script: UserScript, environment: TrainingEnvironment) -> None:
    """Refuse a script that asks for the training folder when nothing tells which channel that is.

    Raises:
        ScriptError: names the script's function and the channels.
    """
    if environment.training_dir is not None:
        return
    for name in contract.REQUIRED_FUNCTIONS:
        if contract.needs_training_dir(described(script.functions[name])):
            channels = ", ".join(environment.channels) or "none"
            remedy = (
                "Name one of them 'training', or take a parameter 'channels' instead"
                if environment.channels
                else "Give it one, e.g. fit({'training': DIR}) or --channel training=DIR"
            )
            raise ScriptError(
                f"{script.path}: {name} asks for the training folder, which is the folder of channel "
                "'training' or of the only "
                f"channel; this job's channels are: {channels}. {remedy}."
            )


def input_function(script: UserScript, name: str, environment: TrainingEnvironment) -> Callable[[], Any]:
    """A no-argument function that calls the script's ``train_input_fn`` or ``eval_input_fn``.

    Args:
        script: the script.
        name: which of the two.
        environment: where the arguments come from.

    Returns:
        A function for ``Estimator.train`` or ``evaluate``; gives what the user's function returns. If that is a
        function itself (as TensorFlow 1.4 and 1.5 allowed), gives what calling it returns.
    """
    function = script.functions[name]
    provided: dict[str, Any] = {
        **dict.fromkeys(contract.TRAINING_DIR_NAMES, environment.training_dir),
        **dict.fromkeys(contract.HYPERPARAMETER_NAMES, script.hyperparameters),
        **dict.fromkeys(contract.CHANNEL_NAMES, environment.channel_dirs),
    }

    def call() -> Any:
        returned = _called(function(**_by_name(function, provided)))
        if returned is None:
            raise ScriptError(f"{script.path}: {name} returned None. Return (features, labels) or a tf.data.Dataset.")
        return returned

    return call


def _by_name(function: Callable[..., Any], provided: dict[str, Any]) -> dict[str, Any]:
    arguments = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        # What is None has no training folder, or a name of its own: the script's own default is better than None.
        value = provided.get(name)
        if value is not None or parameter.default is parameter.empty:
            arguments[name] = value
    return arguments


def serving_input_function(script: UserScript) -> Callable[[], Any] | None:
    """A no-argument function that calls the script's ``serving_input_fn``, or ``None`` when it has none.

    The script's function may take no parameter at all, and may return a function (TensorFlow 1.4 and 1.5), which is
    then called.
    """
    function = script.functions.get("serving_input_fn")
    if function is None:
        return None

    def call() -> Any:
        arguments = (script.hyperparameters,) if inspect.signature(function).parameters else ()
        return _called(function(*arguments))

    return call


def _called(returned: Any) -> Any:
    """What an input function returned; where that can be called itself (TensorFlow 1.4, 1.5), what that returns."""
    return returned() if callable(returned) else returned


def model_function(script: UserScript) -> Callable[..., Any]:
    """The script's ``model_fn`` as ``Estimator`` wants it: by parameter name, whatever the user's names are."""
    function = script.functions["model_fn"]

    def model_fn(features: Any, labels: Any, mode: Any, params: Any) -> Any:
        spec = function(features, labels, mode, params)
        if spec is None:
            raise ScriptError(
                f"{script.path}: model_fn returned None in mode {mode!r}. Return a tf.estimator.EstimatorSpec."
            )
        return spec

    return model_fn


def keras_model(script: UserScript) -> Any:
    """Call ``keras_model_fn``.

    Raises:
        ScriptError: it did not return a compiled Keras model.
    """
    model = script.functions["keras_model_fn"](script.hyperparameters)
    if not callable(getattr(model, "compile", None)) or not hasattr(model, "layers"):
        raise ScriptError(f"{script.path}: keras_model_fn must return a Keras model, but it returned {model!r}")
    if getattr(model, "optimizer", None) is None:
        raise ScriptError(
            f"{script.path}: the model that keras_model_fn returns is not compiled. Call "
            "model.compile(...) before returning it."
        )
    return model
