"""The files of a script: the entry point and the modules of its own that it imports, as syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import attrs

from smtf_core.checking.names import guarded_nodes
from smtf_core.python2.detect import PYTHON_2
from smtf_core.script_source import Source, read_source


@attrs.frozen
class Reached:
    """A file of a script.

    Attributes:
        source: the file.
        optional: whether it is only reached by imports whose failure the script catches.
    """

    source: Source
    optional: bool


def read_sources(script: Path, folder: Path, py_version: str | None = None) -> list[Reached]:
    """Read a script and every module of its own that it imports, directly or not.

    Args:
        script: the entry point.
        folder: where its modules are looked up, besides its own folder.
        py_version: which Python they are for; ``None``: as the script tells.

    Returns:
        The entry point first.

    Raises:
        InvalidInputError: the script cannot be read.
        SyntaxError: a file is neither Python 3 nor Python 2.
    """
    reached: dict[Path, Reached] = {}
    python = py_version
    needed, optional = [script], list[Path]()
    while needed or optional:
        is_optional = not needed  # they come last: what else is needed is known by then
        path = (needed or optional).pop(0)
        if path.resolve() in reached:
            continue
        source = read_source(path, python)
        if not reached and source.sign is not None:
            python = PYTHON_2  # as when they are loaded
        reached[path.resolve()] = Reached(source, is_optional)
        for imported, guarded in _own_imports(source, [folder, script.parent]):
            (optional if guarded or is_optional else needed).append(imported)
    return list(reached.values())


def is_own_module(dotted: str, folders: list[Path]) -> Path | None:
    """The file of a module that lies in one of the folders."""
    for folder in folders:
        base = folder.joinpath(*dotted.split("."))
        for path in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
            if path.is_file():
                return path
    return None


def _own_imports(source: Source, folders: list[Path]) -> Iterator[tuple[Path, bool]]:
    """The files of the modules that it imports, and whether it catches their absence."""
    guarded = guarded_nodes(source.tree)
    for node in ast.walk(source.tree):
        names: list[str] = []
        where = folders
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                where = [source.path.parents[node.level - 1]]
            names = [node.module] if node.module else []
            names += [".".join(filter(None, (node.module, alias.name))) for alias in node.names]
        for name in names:
            path = is_own_module(name, where)
            if path is not None:
                yield path, id(node) in guarded
