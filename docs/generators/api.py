"""The page of the Python interface: every public name of ``smtf_core``, and the errors."""

from __future__ import annotations

import inspect
from typing import Any

import smtf_core
from generators import docstrings
from smtf_core import errors

_NOTICE = "<!-- Made by docs/generate.py from the docstrings. Edit them, then run it again. -->\n\n"
_INTRODUCTION = """\
What `smtf_core` offers to those who use it. Who writes plugins finds the rest under [hooks](hooks.md) and
[kinds of plugins](plugins.md). Other modules may change without notice."""
# In the order in which one meets them; what is not here comes after, by name.
_ORDER = ("TensorFlow", "s3_input", "ShuffleConfig", "TensorFlowModel", "Predictor", "PluginManager", "hookimpl")


def pages() -> dict[str, str]:
    """Path below docs/ → text of the page."""
    blocks = [f"{_NOTICE}# Python interface", _INTRODUCTION]
    names = [name for name in smtf_core.__all__ if name not in _ORDER]
    for name in (*_ORDER, *sorted(names)):
        blocks += _name(name, getattr(smtf_core, name))
    blocks += ["## Errors", docstrings.read(errors).summary, docstrings.read(errors).description, _errors()]
    return {"api.md": "\n\n".join(blocks) + "\n"}


def _name(name: str, value: Any) -> list[str]:
    if inspect.isclass(value):
        blocks = [f"## {name}", f"```python\n{docstrings.signature(name, value)}\n```"]
        return blocks + docstrings.section(docstrings.read(value)) + _methods(name, value)
    if inspect.isfunction(value):
        return [
            f"## {name}",
            f"```python\n{docstrings.signature(name, value)}\n```",
            *docstrings.section(docstrings.read(value)),
        ]
    return [f"## {name}", {"__version__": "The version of smtf, a `str`.", "hookimpl": _HOOKIMPL}[name]]


_HOOKIMPL = """\
Marks a function, or a method of an object, as an implementation of the [hook](hooks.md) that bears its name.
`@hookimpl(tryfirst=True)` and `@hookimpl(trylast=True)` move it among those of other plugins."""


def _methods(owner: str, cls: type) -> list[str]:
    blocks = []
    for name, value in vars(cls).items():
        if name.startswith("_"):
            continue
        if isinstance(value, property):
            text = docstrings.read(value)
            blocks += [f"### {owner}.{name}", *docstrings.section(text)]
        elif isinstance(value, (classmethod, staticmethod)) or inspect.isfunction(value):
            function = getattr(value, "__func__", value)
            method = not isinstance(value, staticmethod)
            shown = docstrings.signature(
                f"{owner}.{name}" if method and isinstance(value, classmethod) else name, function, method=method
            )
            blocks += [
                f"### {owner}.{name}",
                f"```python\n{shown}\n```",
                *docstrings.section(docstrings.read(function)),
            ]
    return blocks


def _errors() -> str:
    rows = ["| error | is a | raised when |", "|---|---|---|"]
    for name, value in vars(errors).items():
        if inspect.isclass(value) and value.__module__ == errors.__name__:
            bases = ", ".join(f"`{base.__name__}`" for base in value.__bases__)
            docstring = docstrings.read(value)
            rows.append(f"| `{name}` | {bases} | {docstring.summary.replace('|', chr(92) + '|')} |")
    return "\n".join(rows)
