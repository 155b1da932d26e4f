"""``error.message`` of what an ``except`` clause has caught."""

from __future__ import annotations

from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import Call, Name, syms
from fissix.pytree import Node

from smtf_core.python2.fixers.imports import need


class FixMessage(BaseFix):  # type: ignore[misc]  # the converter has no types
    """``error.message`` becomes a call of :func:`~smtf_core.python2.library.builtins.message`."""

    BM_compatible = False
    order = "post"
    PATTERN = "power< name=NAME trailer< '.' 'message' > rest=any* >"

    def transform(self, node: Any, results: dict[str, Any]) -> Any:
        """See the converter."""
        name = results["name"]
        if not _is_caught(node, name.value) or _is_assigned(node):
            return None
        need(node, "builtins", "message")
        rest = [child.clone() for child in results["rest"]]
        call = Call(Name("message"), [Name(name.value)], prefix=node.prefix)
        return Node(syms.power, [call, *rest]) if rest else call


def _is_caught(node: Any, name: str) -> bool:
    while node.parent is not None:
        clause = node.prev_sibling.prev_sibling if node.prev_sibling is not None else None
        if clause is not None and clause.type == syms.except_clause and str(clause.children[-1]).strip() == name:
            return True
        node = node.parent
    return False


def _is_assigned(node: Any) -> bool:
    return node.next_sibling is not None and str(node.next_sibling).strip() == "="
