"""The script contract's rules: which functions a script defines, and how each can be called.

They are asked with signatures, so that they hold for a script that has been loaded and for one that is only read.
Source: the legacy container's contract, docs/script-contract.md.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping

import attrs

#: The three kinds; a script defines exactly one of them.
MODEL_FUNCTIONS = ("model_fn", "keras_model_fn", "estimator_fn")
REQUIRED_FUNCTIONS = ("train_input_fn", "eval_input_fn")
OPTIONAL_FUNCTIONS = ("serving_input_fn",)
CONTRACT_FUNCTIONS = (*MODEL_FUNCTIONS, *REQUIRED_FUNCTIONS, *OPTIONAL_FUNCTIONS)

# Parameter name of an input function -> what it gets.
TRAINING_DIR_NAMES = ("training_dir", "dir")
HYPERPARAMETER_NAMES = ("hyperparameters", "params")
CHANNEL_NAMES = ("input_channels", "channels")
_KNOWN = (*TRAINING_DIR_NAMES, *HYPERPARAMETER_NAMES, *CHANNEL_NAMES)

# Function -> number of positional arguments that it is called with.
_POSITIONAL = {"model_fn": 4, "estimator_fn": 2, "keras_model_fn": 1, "serving_input_fn": 1}
_CALLS = {
    "model_fn": "model_fn(features, labels, mode, params)",
    "keras_model_fn": "keras_model_fn(hyperparameters)",
    "estimator_fn": "estimator_fn(run_config, hyperparameters)",
    "serving_input_fn": "serving_input_fn(hyperparameters)",
}
_COUNTS = {1: "1 positional parameter", 2: "2 positional parameters", 4: "four positional parameters"}


@attrs.frozen
class Function:
    """What is known of a function without calling it.

    Attributes:
        signature: how it can be called; ``None``: that is not known.
        reads: the names that its body has a use for, parameters and others; ``None``: they are not known.
    """

    signature: inspect.Signature | None = None
    reads: frozenset[str] | None = None

    def may_read(self, name: str) -> bool:
        """Whether its body may have a use for a name."""
        return self.reads is None or name in self.reads


def broken_rules(defined: Mapping[str, Function]) -> list[tuple[str | None, str]]:
    """What a script breaks of the contract.

    Args:
        defined: the contract functions that it defines.

    Returns:
        Pairs of a function's name (``None``: the script as a whole) and a sentence with the remedy.
    """
    problems: list[tuple[str | None, str]] = []
    kinds = kinds_of(defined)
    if len(kinds) != 1:
        found = "none of them" if not kinds else " and ".join(kinds)
        remedy = (
            f"Define {' or '.join(_CALLS[name] for name in MODEL_FUNCTIONS)}."
            if not kinds
            else "Keep the one that you mean."
        )
        names = ", ".join(MODEL_FUNCTIONS)
        problems.append((None, f"a script defines exactly one of {names}; this one defines {found}. {remedy}"))
    for name in REQUIRED_FUNCTIONS:
        if name not in defined:
            sentence = (
                f"{name} is missing. Define {name}(training_dir, hyperparameters), returning "
                "(features, labels) or a tf.data.Dataset."
            )
            problems.append((None, sentence))
    for name, function in defined.items():
        called = name not in MODEL_FUNCTIONS or name in kinds
        problem = _call_problem(name, function) if called else None
        if problem is not None:
            problems.append((name, f"{name} {problem}"))
    return problems


def kinds_of(defined: Mapping[str, Function]) -> list[str]:
    """The model functions of a script that are to be called.

    One that another of them uses is not meant for that: an ``estimator_fn`` often makes a ``tf.estimator.Estimator`` of
    the script's own ``model_fn``.
    """
    given = [name for name in MODEL_FUNCTIONS if name in defined]
    helpers = {
        name
        for name in given
        for other in given
        if other != name and (reads := defined[other].reads) is not None and name in reads
    }
    # Where they use each other, nothing tells which is meant.
    return given if len(helpers) == len(given) else [name for name in given if name not in helpers]


def needs_training_dir(function: Function) -> bool:
    """Whether an input function asks for the training folder, has no default for it, and reads it.

    Many name it only because the examples did, and take their data from a pipe or make it themselves; they get None.
    """
    return any(
        parameter.name in TRAINING_DIR_NAMES and function.may_read(parameter.name)
        for parameter in _without_default(function)
    )


def _without_default(function: Function) -> list[inspect.Parameter]:
    """The parameters that somebody must fill."""
    many = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = () if function.signature is None else function.signature.parameters.values()
    return [
        parameter
        for parameter in parameters
        if parameter.kind not in many and parameter.default is inspect.Parameter.empty
    ]


def _call_problem(name: str, function: Function) -> str | None:
    if name in REQUIRED_FUNCTIONS:
        return _input_problem(function)
    signature = function.signature
    if signature is None:
        return None
    if name == "serving_input_fn" and not signature.parameters:
        return None
    try:
        signature.bind(*range(_POSITIONAL[name]))
    except TypeError:
        return f"is called as {_CALLS[name]}, but is defined with {signature}. Give it {_COUNTS[_POSITIONAL[name]]}."
    return None


def _input_problem(function: Function) -> str | None:
    for parameter in _without_default(function):
        # One that is not read gets None, as the legacy container gave it.
        if parameter.name not in _KNOWN and function.may_read(parameter.name):
            return (
                f"has a parameter {parameter.name!r} that nothing provides. Parameters are filled by "
                f"name: {', '.join(_KNOWN)}. Rename it or give it a default."
            )
    return None
