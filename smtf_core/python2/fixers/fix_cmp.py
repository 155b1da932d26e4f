"""Comparison by ``__cmp__`` and ``cmp``."""

from __future__ import annotations

from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import Name, find_indentation

from smtf_core.python2.fixers.imports import need

_METHODS = "__eq__, __ne__, __lt__, __le__, __gt__, __ge__"


class FixCmp(BaseFix):  # type: ignore[misc]  # the converter has no types
    """A class with ``__cmp__`` gets the six methods of Python 3; the built-in ``cmp`` comes from our library."""

    BM_compatible = True
    PATTERN = "funcdef< 'def' method='__cmp__' any+ > | power< call='cmp' trailer< '(' any* ')' > any* >"

    def transform(self, node: Any, results: dict[str, Any]) -> None:
        """See the converter."""
        if "call" in results:
            need(node, "comparison", "cmp")
            return
        need(node, "comparison", "rich_comparisons")
        # In Python 2 such a class kept its hash.
        compare = "lambda self, other: self.__cmp__(other)"
        line = f"{_METHODS} = rich_comparisons({compare}); __hash__ = object.__hash__\n"
        node.parent.insert_child(node.parent.children.index(node), Name(line, prefix=node.prefix))
        node.prefix = find_indentation(node)
