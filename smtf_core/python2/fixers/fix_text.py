"""Calls on text that Python 3 has for bytes only: ``encode(x)``, ``translate(table, deletions)``."""

from __future__ import annotations

import ast
from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import Call, Comma, Name, syms, token
from fissix.pytree import Node

from smtf_core.python2.fixers.imports import need
from smtf_core.python2.library.text import BINARY_CODECS


class FixText(BaseFix):  # type: ignore[misc]  # the converter has no types
    """They become calls of the functions of :mod:`smtf_core.python2.library.text`."""

    BM_compatible = False
    order = "post"
    PATTERN = """
        power< 'unicode' trailer< '(' arguments=arglist ')' > rest=any* >
        | power< value=any+ trailer< '.' method=('encode' | 'translate') > trailer< '(' arguments=any ')' > rest=any* >
    """

    def transform(self, node: Any, results: dict[str, Any]) -> Any:
        """See the converter."""
        arguments = results["arguments"].clone()
        if "value" not in results:
            return self._call(node, "decoded", [arguments], results["rest"])
        if results["method"][0].value == "encode":
            function = "encoded" if _is_binary_codec(arguments) else None
        else:
            function = "translated" if arguments.type == syms.arglist and len(arguments.children) == 3 else None
        if function is None or str(node.children[0]) == "string":
            return None
        value = Node(syms.power, [child.clone() for child in results["value"]])
        value.prefix, arguments.prefix = "", " "
        return self._call(node, function, [value, Comma(), arguments], results["rest"])

    @staticmethod
    def _call(node: Any, function: str, arguments: list[Any], rest: list[Any]) -> Any:
        need(node, "text", function)
        call = Call(Name(function), arguments, prefix=node.prefix)
        return Node(syms.power, [call, *(child.clone() for child in rest)]) if rest else call


def _is_binary_codec(argument: Any) -> bool:
    return argument.type == token.STRING and ast.literal_eval(argument.value) in BINARY_CODECS
