"""Built-ins whose meaning has changed: where they are named, Python 2's are imported under the same names."""

from __future__ import annotations

from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import syms, token

from smtf_core.python2.fixers.imports import need


class FixBuiltins(BaseFix):  # type: ignore[misc]  # the converter has no types
    """``filter``, ``map``, ``open``, ``ord``, ``round`` and ``zip``, and ``sorted`` where it is told how to compare."""

    BM_compatible = False
    # Before `file` becomes `open`.
    run_order = 4
    PATTERN = """
        'file' | 'filter' | 'map' | 'open' | 'ord' | 'round' | 'zip'
        | power< 'sorted' call=trailer< '(' arguments=any ')' > any* >
    """

    def transform(self, node: Any, results: dict[str, Any]) -> None:
        """See the converter."""
        if "call" in results:
            if compares(results["arguments"], position=1):
                need(node, "builtins", "sorted")
        elif node.prev_sibling is None or node.prev_sibling.type != token.DOT:
            need(node, "builtins", "open" if node.value == "file" else node.value)


def compares(arguments: Any, position: int) -> bool:
    """Whether a call's arguments have one called ``cmp``, by name or by position."""
    each = arguments.children[::2] if arguments.type == syms.arglist else [arguments]
    names = [str(argument.children[0]).strip() if argument.type == syms.argument else None for argument in each]
    return "cmp" in names or names[position : position + 1] == [None]
