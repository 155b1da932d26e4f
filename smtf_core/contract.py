"""The script contract's rules: which functions a script defines, and how each can be called.

They are asked with signatures, so that they hold for a script that has been loaded and for one that is only read.
Source: the legacy container's contract, docs/script-contract.md.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping

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


def broken_rules(signatures: Mapping[str, inspect.Signature | None]) -> list[tuple[str | None, str]]:
    """What a script breaks of the contract.

    Args:
        signatures: the contract functions that it defines → how each can be called; ``None``: that is not known.

    Returns:
        Pairs of a function's name (``None``: the script as a whole) and a sentence with the remedy.
    """
    problems: list[tuple[str | None, str]] = []
    kinds = kinds_of(signatures)
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
        if name not in signatures:
            sentence = (
                f"{name} is missing. Define {name}(training_dir, hyperparameters), returning "
                "(features, labels) or a tf.data.Dataset."
            )
            problems.append((None, sentence))
    for name, signature in signatures.items():
        problem = None if signature is None else _call_problem(name, signature)
        if problem is not None:
            problems.append((name, f"{name} {problem}"))
    return problems


def kinds_of(names: Iterable[str]) -> list[str]:
    """The model functions among some names."""
    given = set(names)
    return [name for name in MODEL_FUNCTIONS if name in given]


def needs_training_dir(signature: inspect.Signature) -> bool:
    """Whether an input function asks for the training folder without having a default for it."""
    parameters = signature.parameters
    return any(
        name in parameters and parameters[name].default is inspect.Parameter.empty for name in TRAINING_DIR_NAMES
    )


def _call_problem(name: str, signature: inspect.Signature) -> str | None:
    if name in REQUIRED_FUNCTIONS:
        return _input_problem(signature)
    if name == "serving_input_fn" and not signature.parameters:
        return None
    try:
        signature.bind(*range(_POSITIONAL[name]))
    except TypeError:
        return f"is called as {_CALLS[name]}, but is defined with {signature}. Give it {_COUNTS[_POSITIONAL[name]]}."
    return None


def _input_problem(signature: inspect.Signature) -> str | None:
    for parameter in signature.parameters.values():
        many = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if not many and parameter.default is parameter.empty and parameter.name not in _KNOWN:
            return (
                f"has a parameter {parameter.name!r} that nothing provides. Parameters are filled by "
                f"name: {', '.join(_KNOWN)}. Rename it or give it a default."
            )
    return None
