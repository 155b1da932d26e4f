"""The page of models: what hooks and methods of plugins get and give, from ``smtf_core.models``."""

from __future__ import annotations

import enum
import inspect
from typing import Any

import attrs

from generators import docstrings
from generators.records import methods, record
from smtf_core import models

_NOTICE = "<!-- Made by docs/generate.py from smtf_core/models. Edit the docstrings there, then run it again. -->\n\n"
_INTRODUCTION = """\
What [hooks](hooks.md) and the methods of [plugins](plugins.md) get and give, from `smtf_core.models`. All of them are
frozen: `attrs.evolve(job, …)` makes another one."""


def pages() -> dict[str, str]:
    """Path below docs/ → text of the page."""
    blocks = [f"{_NOTICE}# Models", _INTRODUCTION]
    for name in models.__all__:
        blocks += [f"## {name}", *_section(getattr(models, name))]
    return {"models.md": "\n\n".join(blocks) + "\n"}


def _section(cls: Any) -> list[str]:
    if inspect.isclass(cls) and issubclass(cls, enum.Enum):
        values = ", ".join(f"`{member.name}` (`{member.value!r}`)" for member in cls)
        return [*docstrings.section(docstrings.read(cls)), f"Values: {values}.", *methods(cls)]
    if attrs.has(cls):
        return record(cls)
    return docstrings.section(docstrings.read(cls)) + methods(cls)
