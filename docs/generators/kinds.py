"""A page for each plugin kind: its Spec, its Protocols, what comes with smtf, from ``smtf_core.interfaces``."""

from __future__ import annotations

import inspect
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
from attrs import frozen

from generators import docstrings
from generators.records import methods, record
from smtf_core.interfaces import Spec
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PYPROJECT = Path(__file__).parent.parent.parent / "pyproject.toml"
_NOTICE = (
    "<!-- Made by docs/generate.py from smtf_core/interfaces. Edit the docstrings there, then run it again. -->\n\n"
)


@frozen(kw_only=True)
class Kind:
    """One kind of plugin.

    Args:
        name: as the registry calls it.
        modules: of ``smtf_core.interfaces``: that of the Spec first, then those of further Protocols.
        registry: the registry's attribute.
        chosen_by: what a user says to choose one.
        constructed: how the factory is called.
        copy: where to look for one to copy.
    """

    name: str
    modules: tuple[str, ...]
    registry: str
    chosen_by: str
    constructed: str
    copy: str

    @property
    def path(self) -> str:
        """Its page, below docs/."""
        return f"kinds/{self.name.replace(' ', '-')}.md"

    @property
    def hook(self) -> str:
        """The hook that registers it."""
        return f"smtf_register_{self.registry}"


KINDS = (
    Kind(
        name="backend",
        modules=("backend", "detached", "endpoint"),
        registry="backends",
        chosen_by="`train_instance_type`, or `backend` (`smtf train --instance-type`, `--backend`)",
        constructed="factory(plugins)",
        copy="examples/plugin_nice",
    ),
    Kind(
        name="input mode",
        modules=("input_mode",),
        registry="input_modes",
        chosen_by="`input_mode` of the job or of a channel",
        constructed="factory()",
        copy="smtf_core/runtime/channels/file.py",
    ),
    Kind(
        name="distribution strategy",
        modules=("strategy",),
        registry="strategies",
        chosen_by="`distribution` (`smtf train --distribution`); else the default for the number of hosts",
        constructed="factory()",
        copy="smtf_core/runtime/strategies/single.py",
    ),
    Kind(
        name="checkpoint store",
        modules=("checkpoint_store",),
        registry="checkpoint_stores",
        chosen_by="the URI scheme of `checkpoint_path`",
        constructed="factory(uri)",
        copy="examples/plugin_journal",
    ),
    Kind(
        name="script loader",
        modules=("script_loader",),
        registry="script_loaders",
        chosen_by="hook `smtf_load_script`, `script_loader`; else the framework generation",
        constructed="factory()",
        copy="smtf_core/runtime/script/loader.py",
    ),
    Kind(
        name="serving adapter",
        modules=("serving_adapter",),
        registry="serving_adapters",
        chosen_by="`endpoint_type` of `deploy` (`smtf serve --adapter`)",
        constructed="factory()",
        copy="examples/plugin_times",
    ),
)


def pages() -> dict[str, str]:
    """Path below docs/ → text of each page."""
    project = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]
    own = list(project["entry-points"]["smtf"].values())
    registries = Registries(PluginManager(plugins=own, autoload=False))
    return {kind.path: _page(kind, registries) for kind in KINDS}


def _page(kind: Kind, registries: Registries) -> str:
    modules = [import_module(f"smtf_core.interfaces.{name}") for name in kind.modules]
    spec, others = _classes(modules)
    _, _, rest = (inspect.getdoc(modules[0]) or "").partition(": ")
    blocks = [
        f"{_NOTICE}# {kind.name.capitalize()}",
        _sentence(rest.splitlines()[0]),
        "\n".join(
            [
                f"- Chosen by {docstrings.markdown(kind.chosen_by)}.",
                f"- Declared by hook [`{kind.hook}`](../hooks/register.md#{kind.hook}), as a `{spec.__name__}`.",
                f"- Made by `{kind.constructed}`, when it is chosen for the first time.",
                f"- To write one, copy `{kind.copy}`. [What every plugin needs](../plugins.md)",
            ]
        ),
        "## What comes with smtf",
        _table(kind, registries, spec),
        f"## {spec.__name__}",
        *record(spec),
    ]
    for cls in others:
        blocks += [f"## {cls.__name__}", *(_protocol(cls) if _is_protocol(cls) else record(cls))]
    return "\n\n".join(blocks) + "\n"


def _sentence(text: str) -> str:
    return docstrings.markdown(f"{text[0].upper()}{text[1:]}")


def _classes(modules: list[ModuleType]) -> tuple[type, list[type]]:
    """The Spec of the first module, and the other public classes: Protocols first, both in the order of the source."""
    defined = [
        value
        for module in modules
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__ and not name.startswith("_")
    ]
    spec = next(cls for cls in defined if issubclass(cls, Spec))
    others = [cls for cls in defined if cls is not spec]
    return spec, sorted(others, key=lambda cls: not _is_protocol(cls))


def _is_protocol(cls: type) -> bool:
    return bool(getattr(cls, "_is_protocol", False))


def _table(kind: Kind, registries: Registries, spec: type) -> str:
    """What is registered, with what it declares about itself."""
    registry: Any = getattr(registries, kind.registry)
    declared = sorted((spec for spec, _ in registry.entries), key=lambda spec: spec.name)
    lines = ["| name | what it is | needs |", "|---|---|---|"]
    lines += [f"| `{one.name}` | {one.summary} | {f'`{one.extra}`' if one.extra else ''} |" for one in declared]
    own = [attribute.name for attribute in attrs.fields(spec) if attribute.name not in attrs.fields_dict(Spec)]
    if own:
        lines += ["", f"| | {' | '.join(f'`{one.name}`' for one in declared)} |", "|---" * (len(declared) + 1) + "|"]
    for name in own:
        lines.append(f"| `{name}` | {' | '.join(_value(getattr(one, name)) for one in declared)} |")
    return "\n".join(lines)


def _value(value: Any) -> str:
    if value is None:
        return "any"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{value}`"


def _protocol(cls: type) -> list[str]:
    bases = [base.__name__ for base in cls.__bases__ if _is_protocol(base) and base.__module__ != "typing"]
    docstring = docstrings.read(cls)
    blocks = docstrings.section(docstring)
    if bases:
        blocks.insert(1, f"Besides, everything that `{'`, `'.join(bases)}` has.")
    return blocks + methods(cls)
