"""ScriptImporter: the code folder as a private package, so that several jobs can run in one process side by side.

In the legacy container the code folder was ``sys.path[0]``. Here its modules are found first as well, but live in
``sys.modules`` below a name of the job's own; neither ``sys.path`` nor another job's ``helpers`` is touched. Where the
plain names are free, they go by those as well, so that what a script pickles can be unpickled, here and elsewhere.
"""

from __future__ import annotations

import builtins
import importlib
import itertools
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from smtf_core.lost_packages import lost_name, requirement
from smtf_core.runtime.script.lost_library import METHOD, library_views, method
from smtf_core.runtime.script.source import ScriptCompiler
from smtf_core.runtime.script.views import ModuleView, ViewedFinder, ViewedLoader, Views, target_attribute

_numbers = itertools.count(1)


class ScriptImporter:
    """Imports a script and its helpers.

    Args:
        code: the code folder.
        entry_point: the script, relative to it; its own folder is searched after the code folder.
        roots: top-level names that the script sees through views.
        py_version: which Python it is for; ``None``: as its source tells.
    """

    def __init__(
        self,
        code: Path,
        entry_point: str,
        roots: Mapping[str, Callable[[], ModuleType]],
        py_version: str | None = None,
    ) -> None:
        self._package = f"smtf_script_{next(_numbers)}"
        self._code = code
        self._entry = code / entry_point
        self._compile = ScriptCompiler(py_version)
        self.views = Views({**library_views(), **roots, "importlib": self._importlib_view}, self._import)
        self._finder = ViewedFinder(
            self._package,
            self._builtins,
            self._search,
            before=self._give_plain_name,
            compiler=self._compile,
        )
        self._plain_names: list[str] = []

    def load(self) -> ModuleType:
        """Run the entry point.

        Returns:
            Its module.

        Raises:
            Exception: whatever the script raises.
        """
        package = ModuleType(self._package)
        package.__path__ = self._search()
        sys.modules[self._package] = package
        sys.meta_path.insert(0, self._finder)
        # As a module of the private package it is the same one when a helper imports the script by its name.
        stem = re.sub(r"\W", "_", self._entry.stem)
        name = f"{self._package}.{stem}"
        spec = ModuleSpec(
            name,
            ViewedLoader(name, str(self._entry), self._builtins, self._give_plain_name, self._compile),
            origin=str(self._entry),
        )
        spec.has_location = True
        module = module_from_spec(spec)
        sys.modules[name] = module
        assert spec.loader is not None
        try:
            spec.loader.exec_module(module)
        except BaseException:
            self.close()
            raise
        return module

    def close(self) -> None:
        """Forget the script and its helpers."""
        self._finder.uninstall()
        while self._plain_names:
            sys.modules.pop(self._plain_names.pop(), None)

    def _builtins(self) -> dict[str, Any]:
        return {**self.views.builtins(), METHOD: method}

    def _give_plain_name(self, module: ModuleType) -> None:
        """Let a module be known by its plain name, if nobody else is."""
        plain = module.__name__.removeprefix(f"{self._package}.")
        if sys.modules.setdefault(plain, module) is not module:
            return
        self._plain_names.append(plain)
        # `from . import x` asks a package for its own name; that must be the one under which our finder looks.
        if not hasattr(module, "__path__"):
            module.__name__ = plain

    def _search(self) -> list[str]:
        """Where the script's own modules are: code folder, script's folder, and folders of theirs on ``sys.path``."""
        folders = [self._code, self._entry.parent]
        real = self._code.resolve()
        folders += [Path(entry) for entry in sys.path if entry and Path(entry).resolve().is_relative_to(real)]
        return list(dict.fromkeys(map(str, folders)))

    def _owns(self, root: str) -> bool:
        """Whether ``import root`` means a module of the script's own."""
        if f"{self._package}.{root}" in sys.modules:
            return True
        if root in sys.stdlib_module_names and root in sys.modules:
            return False
        spec = PathFinder.find_spec(root, self._search())
        if spec is None:
            return False
        # A mere folder of that name does not hide an installed package, just as on sys.path.
        return spec.loader is not None or (root not in sys.modules and find_spec(root) is None)

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the signature of builtins.__import__
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        root = name.partition(".")[0]
        if level == 0 and self._owns(root):
            module = builtins.__import__(f"{self._package}.{name}", globals, locals, fromlist or ("__name__",), 0)
            return module if fromlist else sys.modules[f"{self._package}.{root}"]
        try:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        except ModuleNotFoundError as error:
            package = globals.get("__package__") if globals is not None else None
            if error.name == root and level == 0 and package and find_spec(f".{root}", package) is not None:
                # Beside the importing file, in its package: Python 2 looked there without being told.
                return builtins.__import__(name, globals, locals, fromlist or (), 1)
            beside = self._entry.resolve().parent
            if error.name == root and level == 0 and any((beside / file).exists() for file in (root, f"{root}.py")):
                raise ModuleNotFoundError(
                    f"No module named {root!r}. It lies beside the script, but only the script was brought along: "
                    f"set source_dir (--source-dir) to {str(beside)!r}",
                    name=root,
                ) from None
            _tell_remedy(error, name, fromlist or ())
            raise
        except ImportError as error:
            _tell_remedy(error, name, fromlist or ())
            raise

    def _importlib_view(self) -> ModuleType:
        """``importlib`` whose ``import_module`` sees what an import statement of the script sees."""
        views = self.views

        def import_module(name: str, package: str | None = None) -> ModuleType:
            if name.startswith("."):
                return importlib.import_module(name, package)
            module: ModuleType = views.import_(name, fromlist=("__name__",))
            return module

        view = ModuleView("importlib", importlib, _Plain())
        view.__dict__["import_module"] = import_module
        return view


def _tell_remedy(error: ImportError, name: str, fromlist: Sequence[str]) -> None:
    """Say in an import's error what to install, or what its package has in the name's place."""
    root = name.partition(".")[0]
    lost = next(
        (found for item in [*fromlist, ""] if (found := lost_name(f"{name}.{item}".rstrip("."))) is not None), None
    )
    if lost is not None:
        remedy = lost
    elif isinstance(error, ModuleNotFoundError) and error.name == root:
        remedy = f"Run pip install {requirement(root)}, or name it in requirements_file."
    else:
        return
    error.msg = f"{error.msg}. {remedy}"
    error.args = (error.msg,)


class _Plain:
    """Names of a view that only replaces a few attributes of its target."""

    def lookup(self, view: ModuleView, name: str) -> Any:
        return target_attribute(view.target, name)

    def covers(self, module: ModuleType) -> bool:
        return False
