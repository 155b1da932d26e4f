"""``items.sort(compare)``, with a function that compares two items."""

from __future__ import annotations

from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import Call, Comma, Name, syms
from fissix.pytree import Node

from smtf_core.python2.fixers.fix_builtins import compares
from smtf_core.python2.fixers.imports import need


class FixSort(BaseFix):  # type: ignore[misc]  # the converter has no types
    """``value.sort(compare)`` becomes a call of :func:`~smtf_core.python2.library.builtins.sort`."""

    BM_compatible = False
    order = "post"
    PATTERN = "power< value=any+ trailer< '.' 'sort' > trailer< '(' arguments=any ')' > >"

    def transform(self, node: Any, results: dict[str, Any]) -> Any:
        """See the converter."""
        arguments = results["arguments"]
        if not compares(arguments, position=0):
            return None
        need(node, "builtins", "sort")
        value = Node(syms.power, [child.clone() for child in results["value"]])
        value.prefix = ""
        given = arguments.clone()
        given.prefix = " "
        return Call(Name("sort"), [value, Comma(), given], prefix=node.prefix)
