"""Calls in examples held against the signatures of what is called, without calling anything."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import smtf_core
from smtf_core import Predictor, TensorFlow

#: What examples call their objects → its class.
OBJECTS: dict[str, type] = {"estimator": TensorFlow, "predictor": Predictor}


def bind_calls(tree: ast.AST, known: dict[str, Any]) -> int:
    """Bind every call of something known to its signature.

    Args:
        tree: the example.
        known: name → what it stands for; public names of ``smtf_core`` are known anyway.

    Returns:
        How many calls were of something known.

    Raises:
        TypeError: a call does not fit.
        AttributeError: there is no such method.
    """
    bound = 0
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        target = _target(call.func, known)
        if target is None:
            continue
        function, given = target
        arguments = [object()] * (len(call.args) + given)
        keywords = {keyword.arg: object() for keyword in call.keywords if keyword.arg is not None}
        signature = inspect.signature(function)
        spread = len(keywords) != len(call.keywords) or any(isinstance(one, ast.Starred) for one in call.args)
        (signature.bind_partial if spread else signature.bind)(*arguments, **keywords)
        bound += 1
    return bound


def _target(function: ast.expr, known: dict[str, Any]) -> tuple[Any, int] | None:
    """What is called and how many arguments it gets unseen; ``None`` for what is not known."""
    if isinstance(function, ast.Name):
        value = known.get(function.id)
        return (value, 0) if callable(value) else None
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return None
    owner = function.value.id
    if owner in OBJECTS:
        return inspect.getattr_static(OBJECTS[owner], function.attr), 1
    if inspect.isclass(known.get(owner)):
        return getattr(known[owner], function.attr), 0
    return None


def imported(tree: ast.AST) -> Iterator[tuple[str, Any]]:
    """What an example imports from smtf: name → object.

    Raises:
        ImportError, AttributeError: it is not there.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _ours(node):
            for alias in node.names:
                yield alias.asname or alias.name, getattr(import_module(node.module or ""), alias.name)


def _ours(node: ast.ImportFrom) -> bool:
    return (node.module or "").split(".")[0] in ("smtf_core", "smtf_backends", "smtf_serving")


def public_names() -> dict[str, Any]:
    """The public names of ``smtf_core``."""
    return {name: getattr(smtf_core, name) for name in smtf_core.__all__}
