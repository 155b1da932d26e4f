"""The one cattrs converter: models to JSON-like data and back. Unknown keys are errors that name their path."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import cattrs
from attrs import has
from cattrs.errors import ForbiddenExtraKeysError

from smtf_core.errors import InvalidInputError
from smtf_core.models.versions import FrameworkVersion

T = TypeVar("T")

_PLAIN = (bool, int, float, str)


def _plain(value: Any, kind: type) -> Any:
    """Take a JSON scalar as it is: no ``int('3')``, no ``str(3)``; a whole number will do for a float."""
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise TypeError(f"expected {kind.__name__}, got {value!r}")


def _is_choice(kind: Any) -> bool:
    """``str | int | None``, ``str | SomeModel``: told apart by what JSON type a value has."""
    members = [member for member in get_args(kind) if member is not type(None)]
    return get_origin(kind) in (Union, UnionType) and len(members) > 1 and sum(map(has, members)) <= 1


def _choose(value: Any, kind: Any, built: cattrs.Converter) -> Any:
    members = get_args(kind)
    if value is None and type(None) in members:
        return None
    model = next((member for member in members if has(member)), None)
    if model is not None and isinstance(value, Mapping):
        return built.structure(value, model)
    for member in members:
        if member in _PLAIN:
            with suppress(TypeError):
                return _plain(value, member)
    wanted = " or ".join(
        "a table" if member is model else getattr(member, "__name__", str(member)) for member in members
    )
    raise TypeError(f"expected {wanted}, got {value!r}")


@cache
def converter() -> cattrs.Converter:
    """The converter, built on first use."""
    built = cattrs.Converter(forbid_extra_keys=True)
    for kind in _PLAIN:
        built.register_structure_hook(kind, _plain)
    built.register_structure_hook_factory(_is_choice, lambda kind: lambda value, _: _choose(value, kind, built))
    built.register_structure_hook(FrameworkVersion, lambda value, _: FrameworkVersion.parse(_plain(value, str)))
    built.register_unstructure_hook(FrameworkVersion, str)
    return built


def to_data(model: Any) -> Any:
    """A model as dicts, lists and scalars, ready for JSON."""
    return converter().unstructure(model)


def from_data(data: Any, kind: type[T], where: str) -> T:
    """Build a model from data, strictly.

    Args:
        data: dicts, lists and scalars, e.g. parsed JSON or TOML.
        kind: the model's class.
        where: what the data is, for messages: a file name, ``'job'``, ….

    Returns:
        The model.

    Raises:
        InvalidInputError: something does not fit; every problem is listed with its path, e.g.
            ``job.toml: unknown key 'stepz' (known: …) @ resources``.
    """
    try:
        return converter().structure(data, kind)
    except (cattrs.BaseValidationError, TypeError, ValueError) as error:
        problems = cattrs.transform_error(error, path=where, format_exception=_describe)
        raise InvalidInputError("\n".join(problems)) from error


def _describe(error: BaseException, _: type | None) -> str:
    if isinstance(error, ForbiddenExtraKeysError):
        known = ", ".join(attribute.name for attribute in getattr(error.cl, "__attrs_attrs__", ()))
        return f"unknown key {', '.join(map(repr, sorted(error.extra_fields)))} (known: {known})"
    if isinstance(error, KeyError):
        return f"missing key {error}"
    return str(error)
