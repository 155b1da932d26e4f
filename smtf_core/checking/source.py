"""The files of a script: the entry point and the modules of its own that it imports, as syntax trees."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path

import attrs

from smtf_core.errors import InvalidInputError
from smtf_core.python2.convert import Converted, convert
from smtf_core.python2.detect import Sign, decode, python_2_sign


@attrs.frozen
class Source:
    """One file.

    Attributes:
        path: the file.
        tree: its syntax, converted from Python 2 if need be.
        sign: why it is taken for Python 2; ``None``: it is Python 3.
        converted: its Python 3 text with the lines' origins; ``None``: it is Python 3.
    """

    path: Path
    tree: ast.Module
    sign: Sign | None
    converted: Converted | None

    def line(self, node: ast.AST) -> int:
        """The line of the user's file that a node of the tree stands in."""
        line: int = getattr(node, "lineno", 1)
        return line if self.converted is None else self.converted.lines[min(line, len(self.converted.lines)) - 1]


def read_sources(script: Path, folder: Path) -> list[Source]:
    """Read a script and every module of its own that it imports, directly or not.

    Args:
        script: the entry point.
        folder: where its modules are looked up, besides its own folder.

    Returns:
        The entry point first.

    Raises:
        InvalidInputError: the script cannot be read.
        SyntaxError: a file is neither Python 3 nor Python 2.
    """
    sources: dict[Path, Source] = {}
    waiting = [script]
    while waiting:
        path = waiting.pop(0)
        if path.resolve() in sources:
            continue
        source = _read(path)
        sources[path.resolve()] = source
        waiting += _own_imports(source, [folder, script.parent])
    return list(sources.values())


def is_own_module(dotted: str, folders: list[Path]) -> Path | None:
    """The file of a module that lies in one of the folders."""
    for folder in folders:
        base = folder.joinpath(*dotted.split("."))
        for path in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
            if path.is_file():
                return path
    return None


def _read(path: Path) -> Source:
    try:
        text = decode(path.read_bytes())
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        sign = python_2_sign(text)
        converted = None if sign is None else convert(text, str(path))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the user's habits, as "\d" in a plain string
            tree = ast.parse(text if converted is None else converted.text)
    except SyntaxError as error:
        error.filename = str(path)
        raise
    return Source(path, tree, sign, converted)


def _own_imports(source: Source, folders: list[Path]) -> Iterator[Path]:
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
                yield path
