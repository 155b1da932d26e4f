"""Sections for the classes that plugins meet: records (attrs classes) with their attributes, and methods."""

from __future__ import annotations

import inspect
from typing import Any

import attrs

from generators import docstrings
from smtf_core.interfaces import Spec


def record(cls: Any) -> list[str]:
    """An attrs class: its text, and its attributes with types and defaults, inherited ones included."""
    docstring = docstrings.read(cls)
    texts = {**(docstrings.read(Spec).entries("Args") if issubclass(cls, Spec) else {}), **docstring.entries("Args")}
    rows = ["| attribute | type | default | |", "|---|---|---|---|"]
    for attribute in attrs.fields(cls):
        default = "required" if attribute.default is attrs.NOTHING else f"`{_default(attribute.default)}`"
        kind = str(attribute.type).replace("|", "\\|")
        rows.append(f"| `{attribute.name}` | `{kind}` | {default} | {texts.get(attribute.name, '')} |")
    blocks = [docstring.summary, *([docstring.description] if docstring.description else []), "\n".join(rows)]
    return blocks + methods(cls)


def _default(default: Any) -> str:
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        return repr(default.factory())
    return repr(default)


def methods(cls: type) -> list[str]:
    """The public properties of a class as a table, and its methods, each as a section."""
    rows, blocks = [], []
    for name, value in vars(cls).items():
        if name.startswith("_"):
            continue
        if isinstance(value, property) and value.fget is not None:
            kind = str(inspect.signature(value.fget).return_annotation).replace("|", "\\|")
            rows.append(f"| `{name}` | `{kind}` | {docstrings.read(value).summary} |")
        elif inspect.isfunction(value) or isinstance(value, classmethod):
            function = getattr(value, "__func__", value)
            shown = docstrings.signature(name, function, method=True)
            blocks += [f"### {cls.__name__}.{name}", f"```python\n{shown}\n```"]
            blocks += docstrings.section(docstrings.read(function))
    return [*(["\n".join(["| property | type | |", "|---|---|---|", *rows])] if rows else []), *blocks]
