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
    if statement.type != syms.simple_stmt:
        return False
    first = statement.children[0]
    # The statement's text begins with the comments before it, so it is not asked.
    is_future = first.type == syms.import_from and str(first.children[1]).strip() == "__future__"
    return first.type == token.STRING or is_future
