"""A loaded script's functions, checked against the contract as soon as it is loaded."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

from smtf_core.contract import CONTRACT_FUNCTIONS, broken_rules, kinds_of
from smtf_core.contract import needs_training_dir as signature_needs_training_dir
from smtf_core.errors import ScriptError


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
    defined = {name: getattr(module, name) for name in CONTRACT_FUNCTIONS if hasattr(module, name)}
    for name, value in defined.items():
        if not callable(value):
            raise ScriptError(
                f"{path}: {name} must be a function, but it is {value!r}. Rename that variable or define the function."
            )
    problems = broken_rules({name: _signature(function) for name, function in defined.items()})
    if problems:
        raise ScriptError(f"{path}: {problems[0][1]}")
    return kinds_of(defined)[0], defined


def needs_training_dir(function: Callable[..., Any]) -> bool:
    """Whether an input function asks for the training folder without having a default for it."""
    signature = _signature(function)
    return signature is not None and signature_needs_training_dir(signature)


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    """How a function can be called; a built-in or an exotic callable does not tell, the call itself will."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None
