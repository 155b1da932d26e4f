"""The built-in ``file``, which was another name for ``open``."""

from __future__ import annotations

from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import Name


class FixFile(BaseFix):  # type: ignore[misc]  # the converter has no types
    """``file(…)`` becomes ``open(…)``."""

    BM_compatible = True
    PATTERN = "power< name='file' trailer< '(' any* ')' > any* >"

    def transform(self, node: Any, results: dict[str, Any]) -> None:
        """See the converter."""
        results["name"].replace(Name("open", prefix=results["name"].prefix))
