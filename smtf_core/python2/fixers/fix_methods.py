"""Special methods that Python 3 calls by another name, or only together with others."""

from __future__ import annotations

from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import Name, find_indentation

_DIVISIONS = {"__div__": "__truediv__", "__rdiv__": "__rtruediv__", "__idiv__": "__itruediv__"}


class FixMethods(BaseFix):  # type: ignore[misc]  # the converter has no types
    """``__div__`` and its like become ``__truediv__``; a class with ``__eq__`` keeps its hash."""

    BM_compatible = False
    PATTERN = "funcdef< 'def' name=('__div__' | '__rdiv__' | '__idiv__' | '__eq__') any+ >"

    def transform(self, node: Any, results: dict[str, Any]) -> None:
        """See the converter."""
        name, body = results["name"][0], str(node.parent)
        if name.value in _DIVISIONS:
            if _DIVISIONS[name.value] not in body:
                name.replace(Name(_DIVISIONS[name.value], prefix=name.prefix))
        elif "__hash__" not in body and "__cmp__" not in body:
            at = node.parent.children.index(node)
            node.parent.insert_child(at, Name("__hash__ = object.__hash__\n", prefix=node.prefix))
            node.prefix = find_indentation(node)
