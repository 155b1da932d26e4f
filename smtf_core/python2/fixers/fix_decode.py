"""``x.decode('utf-8')`` of what Python 3 has as text already, as the lines of a file."""

from __future__ import annotations

from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import Name, syms
from fissix.pytree import Node

from smtf_core.python2.fixers.imports import need


class FixDecode(BaseFix):  # type: ignore[misc]  # the converter has no types
    """``value.decode(…)`` becomes a call of :func:`~smtf_core.python2.library.text.decoded`."""

    BM_compatible = True
    order = "post"
    PATTERN = "power< any+ trailer< '.' 'decode' > trailer< '(' any* ')' > any* >"

    def transform(self, node: Any, results: dict[str, Any]) -> Any:
        """See the converter."""
        children = [child.clone() for child in node.children]
        at = max(number for number, child in enumerate(children) if str(child).strip() == ".decode")
        value, call, rest = children[:at], children[at + 1], children[at + 2 :]
        need(node, "text", "decoded")
        prefix, value[0].prefix = value[0].prefix, ""
        arguments = "".join(str(child) for child in call.children[1:-1])
        text = "".join(map(str, value)) + (f", {arguments}" if arguments.strip() else "")
        return Node(syms.power, [Name(f"decoded({text})", prefix=prefix), *rest])
