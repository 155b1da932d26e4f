"""Imports of modules that lie beside a file of a package: Python 2 looked there first."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import Comma, Name, syms
from fissix.pytree import Node


class FixRelative(BaseFix):  # type: ignore[misc]  # the converter has no types
    """``import a, b.c, os`` becomes ``import os; from . import a, b; from .b import c as _b_c``."""

    BM_compatible = False
    # Before all that would take such a name for one of the library.
    run_order = 3
    PATTERN = "import_from< 'from' module=any 'import' any* > | import_name< 'import' names=any >"

    def start_tree(self, tree: Any, filename: str) -> None:
        """See the converter."""
        super().start_tree(tree, filename)
        self._folder = Path(filename).parent
        is_package = (self._folder / "__init__.py").exists()
        self._skip = "absolute_import" in tree.future_features or not is_package

    def transform(self, node: Any, results: dict[str, Any]) -> Any:
        """See the converter."""
        if self._skip:
            return None
        if "module" in results:
            first = next(results["module"].leaves())
            if self._is_beside(first.value):
                first.replace(Name(f".{first.value}", prefix=first.prefix))
            return None
        names = results["names"]
        each = names.children[::2] if names.type == syms.dotted_as_names else [names]
        beside = [name for name in each if self._is_beside(next(name.leaves()).value)]
        if not beside:
            return None
        text = "; ".join(line for name in beside for line in _relative(str(name).strip()))
        others = [name.clone() for name in each if name not in beside]
        if not others:
            return Name(text, prefix=node.prefix)
        commas = [Comma() for _ in others[1:]]
        kept = [part for pair in zip_longest(others, commas) for part in pair if part is not None]
        kept[0].prefix = names.prefix
        names.replace(Node(syms.dotted_as_names, kept) if len(kept) > 1 else kept[0])
        node.parent.insert_child(node.parent.children.index(node) + 1, Name(f"; {text}"))
        return None

    def _is_beside(self, name: str) -> bool:
        return (self._folder / f"{name}.py").exists() or (self._folder / name / "__init__.py").exists()


def _relative(name: str) -> list[str]:
    """``a``, ``a as x``, ``a.b``, ``a.b as x`` imported from beside."""
    dotted, _, bound = (part.strip() for part in name.partition(" as "))
    package, _, module = dotted.rpartition(".")
    if bound:
        return [f"from .{package} import {module} as {bound}"]
    if not package:
        return [f"from . import {module}"]
    top = package.partition(".")[0]
    return [f"from . import {top}", f"from .{package} import {module} as _{dotted.replace('.', '_')}"]
