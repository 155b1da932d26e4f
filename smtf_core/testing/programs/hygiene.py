"""``hygiene HOOKS REFUSED…``: imports a ``hooks`` module, with some packages refused, and calls what declares.

Prints JSON: the modules that came with it, and the refused packages that something asked for.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries

_OWN = ("smtf_core", "smtf_backends", "smtf_serving")


class _Refuse:
    """A finder that lets no module of some packages be found, as if they were not installed."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._packages = frozenset(packages)
        self.asked: list[str] = []

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """See :class:`importlib.abc.MetaPathFinder`."""
        if name.partition(".")[0] not in self._packages:
            return None
        self.asked.append(name)
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main(hooks: str, *refused: str) -> None:
    """Look at one module."""
    Registries(PluginManager(autoload=False)).all()
    finder = _Refuse(refused)
    sys.meta_path.insert(0, finder)
    before = set(sys.modules)
    try:
        plugins = PluginManager(plugins=[hooks], autoload=False)
    except ModuleNotFoundError:
        if not finder.asked:
            raise
    else:
        Registries(plugins).all()
    imported = sorted(name for name in set(sys.modules) - before if name.partition(".")[0] not in _OWN)
    print(json.dumps({"imported": imported, "refused": finder.asked}))


if __name__ == "__main__":
    main(*sys.argv[1:])
