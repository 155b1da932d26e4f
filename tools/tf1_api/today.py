"""Write smtf_core/tf1_api/today.json.gz: what a script finds of every name of TensorFlow 1.

Runs with smtf and the newest TensorFlow that it supports: python today.py
"""

from __future__ import annotations

import gzip
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smtf_core.models import FrameworkVersion
from smtf_core.runtime.script.views import ModuleView
from smtf_core.runtime.tf1.behaviour import tensorflow_1_behaviour
from smtf_core.runtime.tf1.flags import script_flags
from smtf_core.runtime.tf1.view import tensorflow_1_view

PACKAGE = Path(__file__).parents[2] / "smtf_core" / "tf1_api"


def arguments(value: Any) -> str | None:
    """Names of a callable's arguments, in the words of collect.py."""
    if isinstance(value, ModuleView) or not callable(value):
        return None
    try:
        parameters = inspect.signature(value.__init__ if inspect.isclass(value) else value).parameters.values()
    except (TypeError, ValueError):
        return None
    names = [parameter.name for parameter in parameters if parameter.kind not in (2, 4)]
    if inspect.isclass(value) or names[:1] in (["self"], ["cls"]):
        names = names[1:]
    many = {2: "*", 4: "**"}
    return " ".join([*names, *(many[parameter.kind] for parameter in parameters if parameter.kind in many)])


def is_ours(value: Any) -> bool:
    """Whether smtf brings it."""
    module = value.target.__name__ if isinstance(value, ModuleView) else getattr(value, "__module__", None) or ""
    return str(module).startswith("smtf_core")


def later(view: ModuleView, known: set[str], dotted: str = "") -> Iterator[str]:
    """Public names that are there now and in no release of TensorFlow 1 that the table knows."""
    for name in dir(view):
        path = f"{dotted}{name}"
        if name.startswith("_") or path.startswith(("python", "core", "compat", "contrib", "keras", "pywrap")):
            continue
        value = getattr(view, name, None)
        if path not in known:
            yield path
        if isinstance(value, ModuleView) and dotted.count(".") < 2:
            yield from later(value, known, f"{path}.")


def below(view: ModuleView, dotted: str) -> Iterator[str]:
    """A package that no release had imported by itself, and the names that it defines."""
    yield dotted
    package = view.target.__name__
    for name in dir(view):
        value = getattr(view, name, None)
        if isinstance(value, ModuleView) and value.target.__name__ == f"{package}.{name}":
            yield from below(value, f"{dotted}.{name}")
        elif str(getattr(value, "__module__", "")).startswith(package.rpartition(".")[0]) and name[0] != "_":
            yield f"{dotted}.{name}"


def today(names: list[str]) -> dict[str, dict[str, str | None]]:
    """Presence → name → arguments."""
    found: dict[str, dict[str, str | None]] = {"own": {}, "smtf": {}}
    with tensorflow_1_behaviour():
        values: dict[str, Any] = {"": tensorflow_1_view(FrameworkVersion.parse("1.11"), script_flags)}
        for dotted in sorted(names):
            parent, _, name = dotted.rpartition(".")
            if parent not in values:
                continue
            try:
                values[dotted] = value = getattr(values[parent], name)
            except AttributeError:
                continue
            ours = is_ours(value) or dotted.startswith("contrib.")
            found["smtf" if ours else "own"][dotted] = arguments(value)
        # Scripts import it; what collect.py walked through did not.
        nets = below(values["contrib.slim"].nets, "contrib.slim.nets")
        found["later"] = dict.fromkeys([*later(values[""], set(names)), *nets])
    return found


def table(found: dict[str, dict[str, str | None]]) -> bytes:
    """The file's content."""
    return gzip.compress(json.dumps(found, separators=(",", ":"), sort_keys=True).encode(), mtime=0)


if __name__ == "__main__":
    history = json.loads(gzip.decompress((PACKAGE / "history.json.gz").read_bytes()))
    found = today(list(history))
    (PACKAGE / "today.json.gz").write_bytes(table(found))
    print({presence: len(names) for presence, names in found.items()}, "of", len(history))
