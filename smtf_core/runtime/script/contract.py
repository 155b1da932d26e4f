"""What a script must define, checked as soon as it is loaded."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

from smtf_core.errors import ScriptError

#: The three kinds; a script defines exactly one of them.
MODEL_FUNCTIONS = ("model_fn", "keras_model_fn", "estimator_fn")
REQUIRED_FUNCTIONS = ("train_input_fn", "eval_input_fn")
OPTIONAL_FUNCTIONS = ("serving_input_fn",)

# Parameter name of an input function -> what it gets.
TRAINING_DIR_NAMES = ("training_dir", "dir")
HYPERPARAMETER_NAMES = ("hyperparameters", "params")
CHANNEL_NAMES = ("input_channels", "channels")
_KNOWN = (*TRAINING_DIR_NAMES, *HYPERPARAMETER_NAMES, *CHANNEL_NAMES)

# kind -> (fewest, most) positional arguments that it is called with.
_POSITIONAL = {"estimator_fn": 2, "keras_model_fn": 1, "serving_input_fn": 1}
_SIGNATURES = {
    "model_fn": "model_fn(features, labels, mode, params)",
    "keras_model_fn": "keras_model_fn(hyperparameters)",
    "estimator_fn": "estimator_fn(run_config, hyperparameters)",
    "serving_input_fn": "serving_input_fn(hyperparameters)",
}


def contract_functions(module: ModuleType, path: str) -> tuple[str, dict[str, Callable[..., Any]]]:
    """Check a loaded script.

    Args:
        module: the script's module.
        path: the user's file, for messages.

    Returns:
        The kind, and contract name → function.

    Raises:
        ScriptError: a function is missing, doubled, or cannot be called as the contract calls it.
    """
    defined = {
        name: getattr(module, name)
        for name in (*MODEL_FUNCTIONS, *REQUIRED_FUNCTIONS, *OPTIONAL_FUNCTIONS)
        if hasattr(module, name)
    }
    for name, value in defined.items():
        if not callable(value):
            raise ScriptError(
                f"{path}: {name} must be a function, but it is {value!r}. Rename that variable or define the function."
            )
    kinds = [name for name in MODEL_FUNCTIONS if name in defined]
    if len(kinds) != 1:
        found = "none of them" if not kinds else " and ".join(kinds)
        remedy = (
            f"Define {' or '.join(_SIGNATURES[name] for name in MODEL_FUNCTIONS)}."
            if not kinds
            else "Keep the one that you mean."
        )
        raise ScriptError(
            f"{path}: a script defines exactly one of {', '.join(MODEL_FUNCTIONS)}; this one defines {found}. {remedy}"
        )
    for name in REQUIRED_FUNCTIONS:
        if name not in defined:
            raise ScriptError(
                f"{path}: {name} is missing. Define {name}(training_dir, hyperparameters), returning "
                "(features, labels) or a tf.data.Dataset."
            )
    for name, function in defined.items():
        problem = _call_problem(name, function)
        if problem:
            raise ScriptError(f"{path}: {name} {problem}")
    return kinds[0], defined


def _call_problem(name: str, function: Callable[..., Any]) -> str | None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None  # a built-in or an exotic callable tells no signature; the call itself will
    if name in REQUIRED_FUNCTIONS:
        return _input_problem(signature)
    if name == "model_fn":
        return _model_problem(signature)
    count = _POSITIONAL[name]
    if name == "serving_input_fn" and not signature.parameters:
        return None
    try:
        signature.bind(*range(count))
    except TypeError:
        return (
            f"is called as {_SIGNATURES[name]}, but is defined with {signature}. Give it {count} "
            f"positional parameter{'s' * (count > 1)}."
        )
    return None


def _model_problem(signature: inspect.Signature) -> str | None:
    try:
        signature.bind(*range(4))
    except TypeError:
        return (
            f"is called as {_SIGNATURES['model_fn']}, but is defined with {signature}. Give it four "
            "positional parameters."
        )
    return None


def _input_problem(signature: inspect.Signature) -> str | None:
    for parameter in signature.parameters.values():
        if (
            parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
            or parameter.default is not parameter.empty
        ):
            continue
        if parameter.name not in _KNOWN:
            return (
                f"has a parameter {parameter.name!r} that nothing provides. Parameters are filled by "
                f"name: {', '.join(_KNOWN)}. "
                f"Rename it or give it a default."
            )
    return None


def needs_training_dir(function: Callable[..., Any]) -> bool:
    """Whether an input function asks for the training folder without having a default for it."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return any(
        name in parameters and parameters[name].default is inspect.Parameter.empty for name in TRAINING_DIR_NAMES
    )
