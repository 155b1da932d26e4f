"""Imports of modules whose Python 3 namesake does something else with the same calls."""

from __future__ import annotations

from typing import Any

from fissix.fixer_base import BaseFix
from fissix.fixer_util import Name, syms, token

_LIBRARY = "smtf_core.python2.library"
_MODULES = {
    "StringIO": "stringio",
    "base64": "base64",
    "cPickle": "pickle",
    "cStringIO": "stringio",
    "commands": "subprocess",
    "csv": "csv",
    "hashlib": "hashlib",
    "itertools": "itertools",
    "math": "math",
    "pickle": "pickle",
    "string": "string",
    "struct": "struct",
    "subprocess": "subprocess",
}


class FixLibrary(BaseFix):  # type: ignore[misc]  # the converter has no types
    """``cPickle``, ``csv``, both ``StringIO`` and their likes become our modules of Python 2's behaviour."""

    BM_compatible = False
    # Before the converter's own fix_imports, which knows some of the names.
    run_order = 4
    PATTERN = "import_name< 'import' names=any > | import_from< 'from' module=any 'import' any* >"

    def transform(self, node: Any, results: dict[str, Any]) -> None:
        """See the converter."""
        if "module" in results:
            if results["module"].type == token.NAME:
                self._rename(results["module"])
            return
        names = results["names"]
        for name in list(names.children) if names.type == syms.dotted_as_names else [names]:
            if name.type == syms.dotted_as_name and name.children[0].type == token.NAME:
                self._rename(name.children[0])
            elif name.type == token.NAME:
                self._rename(name, f" as {name.value}")

    @staticmethod
    def _rename(name: Any, suffix: str = "") -> None:
        if name.value in _MODULES:
            name.replace(Name(f"{_LIBRARY}.{_MODULES[name.value]}{suffix}", prefix=name.prefix))
