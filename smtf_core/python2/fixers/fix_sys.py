"""``reload(sys); sys.setdefaultencoding('utf-8')``: Python 3's default encoding is UTF-8."""

from __future__ import annotations

from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import Name


class FixSys(BaseFix):  # type: ignore[misc]  # the converter has no types
    """``reload(sys)`` becomes ``sys``, whose streams it would replace; setting the default encoding becomes nothing."""

    BM_compatible = False
    order = "pre"
    # Before the converter's own fix_reload.
    run_order = 4
    PATTERN = """
        power< any+ setting=trailer< '.' 'setdefaultencoding' > trailer< '(' any ')' > >
        | power< reload='reload' trailer< '(' 'sys' ')' > rest=any* >
    """

    def transform(self, node: Any, results: dict[str, Any]) -> Any:
        """See the converter."""
        if "setting" in results:
            return Name("None", prefix=node.prefix)
        rest = "".join(map(str, results["rest"]))
        return Name(f"sys{rest}", prefix=node.prefix)
