"""A loaded script's functions, checked against the contract as soon as it is loaded."""

from __future__ import annotations

import dis
import inspect
import logging
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType
from typing import Any

from smtf_core.contract import CONTRACT_FUNCTIONS, MODEL_FUNCTIONS, Function, broken_rules, kinds_of
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
        The kind, and contract name → function; one of its model functions.

    Raises:
        ScriptError: a function is missing, doubled, or cannot be called as the contract calls it.
    """
    defined = {name: getattr(module, name) for name in CONTRACT_FUNCTIONS if hasattr(module, name)}
    for name, value in defined.items():
        if not callable(value):
            raise ScriptError(
                f"{path}: {name} must be a function, but it is {value!r}. Rename that variable or define the function."
            )
    known = {name: described(function) for name, function in defined.items()}
    problems = broken_rules(known)
    if problems:
        raise ScriptError(f"{path}: {problems[0][1]}")
    kind = kinds_of(known)[0]
    return kind, {name: defined[name] for name in defined if name == kind or name not in MODEL_FUNCTIONS}


def described(function: Callable[..., Any]) -> Function:
    """What the contract's rules ask about a function."""
    return Function(_signature(function), _reads(inspect.unwrap(function)))


def _reads(function: Callable[..., Any]) -> frozenset[str] | None:
    """The names that a function's own code, or a function in it, has a use for; ``None``: it has no code to see."""
    code = getattr(function, "__code__", None)
    names = None if code is None else frozenset(_names_in(code))
    return None if names is None or "locals" in names else names


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    yield from code.co_cellvars
    for step in dis.get_instructions(code):
        if "LOAD_FAST" in step.opname:
            # Two of them may be loaded at once.
            yield from step.argval if isinstance(step.argval, tuple) else (step.argval,)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    """How a function can be called; a built-in or an exotic callable does not tell, the call itself will."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None
