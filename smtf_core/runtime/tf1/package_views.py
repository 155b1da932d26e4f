"""The third-party packages that a script of generation 1.x sees: today's, with the names that they have dropped since.

Which names, and where the same thing is today, :mod:`smtf_core.lost_packages` says.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from smtf_core.lost_packages import RESTORED_PACKAGES, lost_name, packages_on_the_way, requirement, restored
from smtf_core.runtime.script.views import ModuleView, target_attribute


class PackageNames:
    """Resolves the names of a package that has dropped some; for those that do not come back, the error has a remedy.

    Args:
        root: the top-level package.
        replaced: dotted name → what a script finds in its place, beside the names of ``lost_packages``.
    """

    def __init__(self, root: str, replaced: Mapping[str, Any] | None = None) -> None:
        self._on_the_way = packages_on_the_way(root)
        self._replaced = replaced or {}

    def lookup(self, view: ModuleView, name: str) -> Any:
        """See :class:`~smtf_core.runtime.script.views.Names`."""
        dotted = f"{view.__name__}.{name}"
        if dotted in self._replaced:
            return self._replaced[dotted]
        today = restored(dotted)
        if today is not None:
            return _found(dotted, today)
        try:
            return target_attribute(view.target, name)
        except AttributeError as error:
            if dotted in self._on_the_way:
                return ModuleType(dotted)
            remedy = lost_name(dotted)
            raise AttributeError(f"{error}. {remedy}" if remedy else str(error)) from None

    def covers(self, module: ModuleType) -> bool:
        """The modules below which a name is missing."""
        return module.__name__ in self._on_the_way


def _found(dotted: str, today: str) -> Any:
    """What is at a dotted name, or what it says to install."""
    module, _, name = today.rpartition(".")
    try:
        return target_attribute(importlib.import_module(module), name) if module else importlib.import_module(today)
    except ModuleNotFoundError as error:
        root = str(error.name).partition(".")[0]
        remedy = f"Run pip install {requirement(root)}, or name it in requirements_file."
        raise AttributeError(f"{dotted} is {today} today. {error.msg}. {remedy}") from error


def installed(root: str) -> Any:
    """A top-level package.

    Raises:
        ModuleNotFoundError: it is not installed; it tells how to install it.
    """
    try:
        return importlib.import_module(root)
    except ModuleNotFoundError as error:
        if error.name != root:
            raise
        remedy = f"Run pip install {requirement(root)}, or name it in requirements_file."
        raise ModuleNotFoundError(f"{error.msg}. {remedy}", name=root) from None


def package_view(root: str) -> ModuleView:
    """What importing a top-level package gives a script of generation 1.x.

    Raises:
        ModuleNotFoundError: it is not installed; it tells how to install it.
    """
    return ModuleView(root, installed(root), PackageNames(root))


def package_views() -> dict[str, Callable[[], ModuleType]]:
    """Top-level package → maker of what a script of generation 1.x sees of it."""
    return {root: functools.partial(package_view, root) for root in RESTORED_PACKAGES if root != "pandas"}


def yaml_load(stream: Any, Loader: Any = None) -> Any:  # noqa: N803 - PyYAML's name
    """``yaml.load``: without a loader, PyYAML's full one (its default in release 5.1; 6.0 asks for one)."""
    yaml = importlib.import_module("yaml")
    return yaml.load(stream, Loader or yaml.FullLoader)
