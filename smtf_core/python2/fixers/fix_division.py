"""``/`` between what may be whole numbers becomes a call of :func:`~smtf_core.python2.library.division.divide`."""

from __future__ import annotations

from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import Call, Comma, Name, syms, token
from fissix.pytree import Leaf, Node

from smtf_core.python2.fixers.imports import need

_WHOLE_CALLS = ("int", "len", "ord", "hash")


class FixDivision(BaseFix):  # type: ignore[misc]  # the converter has no types
    """Classic division, unless the source asks for the new one with ``from __future__ import division``."""

    BM_compatible = False
    order = "post"
    PATTERN = "term< any+ '/' any+ > | term< any '/' any > | expr_stmt< target=any op='/=' value=any >"

    def start_tree(self, tree: Any, filename: str) -> None:
        """See the converter."""
        super().start_tree(tree, filename)
        self._skip = "division" in tree.future_features

    def transform(self, node: Any, results: dict[str, Any]) -> Any:
        """See the converter."""
        if self._skip:
            return None
        return self._augmented(node, results) if "target" in results else self._term(node)

    def _augmented(self, node: Any, results: dict[str, Any]) -> Any:
        target, value = results["target"], results["value"]
        if _is_float(value):
            return None
        need(node, "division", "divide_in_place")
        first, second = target.clone(), value.clone()
        first.prefix = ""
        call = Call(Name("divide_in_place"), [first, Comma(), _spaced(second)], prefix=" ")
        return Node(syms.expr_stmt, [target.clone(), Leaf(token.EQUAL, "=", prefix=" "), call])

    def _term(self, node: Any) -> Any:
        """``a / b * c`` is ``(a / b) * c``: fold from the left, turning each ``/`` on the way."""
        first, *rest = (child.clone() for child in node.children)
        prefix, first.prefix = first.prefix, ""
        result, whole, changed = first, _is_whole(first), False
        for operator, operand in zip(rest[::2], rest[1::2], strict=True):
            if operator.value != "/" or _is_float(result) or _is_float(operand):
                whole = operator.value in ("*", "%", "//") and whole and _is_whole(operand)
                result = _joined(result, operator, operand)
                continue
            changed = True
            if whole and _is_whole(operand):
                result = _joined(result, Leaf(token.DOUBLESLASH, "//", prefix=operator.prefix), operand)
                continue
            need(node, "division", "divide")
            operand.prefix = ""
            result, whole = Call(Name("divide"), [result, Comma(), _spaced(operand)]), False
        if not changed:
            return None
        result.prefix = prefix
        return result


def _joined(left: Any, operator: Any, right: Any) -> Any:
    return Node(syms.term, [left, operator, right])


def _spaced(node: Any) -> Any:
    node.prefix = " "
    return node


def _is_float(node: Any) -> bool:
    """Whether it is plain that this is a floating point number: then both divisions are the same."""
    if node.type == token.NUMBER:
        text = node.value.lower()
        return not text.startswith("0x") and any(mark in text for mark in ".ej")
    return _is_signed(node, _is_float) or _is_call(node, ("float",))


def _is_whole(node: Any) -> bool:
    """Whether it is plain that this is a whole number."""
    if node.type == token.NUMBER:
        return not _is_float(node)
    return _is_signed(node, _is_whole) or _is_call(node, _WHOLE_CALLS)


def _is_signed(node: Any, test: Any) -> bool:
    return node.type == syms.factor and bool(test(node.children[1]))


def _is_call(node: Any, names: tuple[str, ...]) -> bool:
    return (
        node.type == syms.power
        and len(node.children) == 2
        and getattr(node.children[0], "value", None) in names
        and str(node.children[1]).startswith("(")
    )
