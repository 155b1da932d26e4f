"""A loaded script's functions, checked against the contract as soon as it is loaded."""

from __future__ import annotations

import dis
import inspect
import logging
from collections.abc import Callable
from types import ModuleType
from typing import Any

from smtf_core.contract import CONTRACT_FUNCTIONS, TRAINING_DIR_NAMES, broken_rules, kinds_of
from smtf_core.contract import needs_training_dir as signature_needs_training_dir
from smtf_core.errors import ScriptError

logger = logging.getLogger(__name__)

#: The role of a process that answers requests, and the kind of a script that is loaded for it.
SERVING = "serving"
# Name → what it is called with. A script's `input_fn` for training has the same name as the one for serving.
_SERVING_FUNCTIONS = {
    "transform_fn": ("data", "content_type", "accept"),
    "input_fn": ("data", "content_type"),
    "output_fn": ("prediction", "accept"),
}
_CONTENT_TYPE_NAMES = ("content", "type", "mime")


def serving_functions(module: ModuleType, path: str) -> tuple[str, dict[str, Callable[..., Any]]]:
    """The functions of a loaded script that answer requests.

    Args:
        module: the script's module.
        path: the user's file, for messages.

    Returns:
        :data:`SERVING`, and name → function; an ``input_fn`` that is one for training is left out.

    Raises:
        ScriptError: a function cannot be called as requests call it.
    """
    functions = {}
    for name, arguments in _SERVING_FUNCTIONS.items():
        function = getattr(module, name, None)
        if function is None:
            continue
        signature = _signature(function)
        if name == "input_fn" and signature is not None and not _takes_content_type(signature):
            logger.info("%s: input_fn%s is not one for serving, which takes (data, content_type)", path, signature)
            continue
        try:
            if signature is not None:
                signature.bind(*arguments)
        except TypeError:
            raise ScriptError(
                f"{path}: {name} is called with ({', '.join(arguments)}), but it takes {signature}"
            ) from None
        functions[name] = function
    return SERVING, functions


def _takes_content_type(signature: inspect.Signature) -> bool:
    names = list(signature.parameters)
    return len(names) >= 2 and any(part in names[1].lower() for part in _CONTENT_TYPE_NAMES)


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
    """Whether an input function asks for the training folder, has no default for it, and reads it.

    Many name it only because the examples did, and take their data from a pipe or make it themselves; they get None.
    """
    signature = _signature(function)
    if signature is None or not signature_needs_training_dir(signature):
        return False
    return any(_reads(inspect.unwrap(function), name) for name in TRAINING_DIR_NAMES if name in signature.parameters)


def _reads(function: Callable[..., Any], parameter: str) -> bool:
    """Whether a function's own code, or a function in it, has a use for a parameter; what has no code to see, may."""
    code = getattr(function, "__code__", None)
    if code is None or parameter in code.co_cellvars or "locals" in code.co_names:
        return True
    loads = (step.argval for step in dis.get_instructions(code) if "LOAD_FAST" in step.opname)
    return any(parameter in (load if isinstance(load, tuple) else (load,)) for load in loads)


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    """How a function can be called; a built-in or an exotic callable does not tell, the call itself will."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None
