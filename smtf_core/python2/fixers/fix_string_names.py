"""Names of the ``string`` module that Python 3 renamed. Source: Python 2.7 documentation, ``string``."""

from __future__ import annotations

from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import Name

_RENAMED = {"letters": "ascii_letters", "lowercase": "ascii_lowercase", "uppercase": "ascii_uppercase"}


class FixStringNames(BaseFix):  # type: ignore[misc]  # the converter has no types
    """``string.letters`` becomes ``string.ascii_letters``, and so on."""

    BM_compatible = True
    PATTERN = """
        power< 'string' trailer< '.' name=('letters' | 'lowercase' | 'uppercase') > any* >
        | import_from< 'from' 'string' 'import' name=('letters' | 'lowercase' | 'uppercase') >
    """

    def transform(self, node: Any, results: dict[str, Any]) -> None:
        """See the converter."""
        name = results["name"][0]
        name.replace(Name(_RENAMED[name.value], prefix=name.prefix))
