"""Importing what converted text needs from ``smtf_core.python2.library``."""

from __future__ import annotations

from typing import Any

from fissix.fixer_util import FromImport, Newline, find_root, syms, token
from fissix.pytree import Leaf, Node


def need(node: Any, module: str, name: str) -> None:
    """Import ``name``, once, after the docstring and the ``__future__`` imports of the text that a node is in."""
    root = find_root(node)
    imported: set[str] = root.__dict__.setdefault("smtf_imported", set())
    if name in imported:
        return
    imported.add(name)
    position = next(number for number, child in enumerate(root.children) if not _stands_first(child))
    statement = FromImport(f"smtf_core.python2.library.{module}", [Leaf(token.NAME, name, prefix=" ")])
    root.insert_child(position, Node(syms.simple_stmt, [statement, Newline()]))


def _stands_first(statement: Any) -> bool:
    is_docstring = statement.type == syms.simple_stmt and statement.children[0].type == token.STRING
    return is_docstring or str(statement).strip().startswith("from __future__")
