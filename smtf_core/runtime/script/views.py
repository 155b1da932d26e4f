"""Views: what a module sees when it imports, without changing anything for the rest of the process.

Python looks ``__import__`` up in the builtins of the *importing* module. A module loaded here gets builtins of its own,
whose ``__import__`` answers chosen top-level names (``tensorflow``, ``numpy``, …) with proxies and leaves all others
alone.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from os.path import realpath
from types import CodeType, ModuleType
from typing import Any, Protocol

Import = Callable[..., Any]


class Names(Protocol):
    """Decides what the dotted names below one view stand for."""

    def lookup(self, view: ModuleView, name: str) -> Any:
        """What ``view.name`` is; modules may be returned as they are and are wrapped when they belong to the view.

        Raises:
            AttributeError: there is no such name; the message is shown to the user, also when it was an import.
        """
        ...

    def covers(self, module: ModuleType) -> bool:
        """Whether a module found by :meth:`lookup` is to be seen through a view as well."""
        ...


class ModuleView(ModuleType):
    """A module as seen by a script: its own names first, then those of the module behind it.

    Args:
        path: the dotted name by which the script knows it, e.g. ``'tensorflow.contrib.layers'``.
        target: the module behind it.
        names: who resolves names.
    """

    def __init__(self, path: str, target: ModuleType, names: Names) -> None:
        super().__init__(path, target.__doc__)
        self.__dict__.update(__path__=[], __package__=path, _smtf_target=target, _smtf_names=names)

    @property
    def target(self) -> ModuleType:
        """The module behind the view."""
        target: ModuleType = self.__dict__["_smtf_target"]
        return target

    def __getattr__(self, name: str) -> Any:
        names: Names = self.__dict__["_smtf_names"]
        value = names.lookup(self, name)
        if isinstance(value, ModuleType) and not isinstance(value, ModuleView) and names.covers(value):
            value = ModuleView(f"{self.__name__}.{name}", value, names)
        self.__dict__[name] = value
        return value

    def public_names(self) -> list[str]:
        """What ``from … import *`` takes: what the module behind the view offers, as far as there is such a name.

        Other modules that it has imported for itself are not among that.
        """
        offered = getattr(self.target, "__all__", None)
        if offered is not None:
            return [name for name in offered if hasattr(self, name)]
        names = [name for name in dir(self) if not name.startswith("_") and hasattr(self, name)]
        return [name for name in names if self._is_its_own(getattr(self, name))]

    def _is_its_own(self, value: Any) -> bool:
        module = value.target if isinstance(value, ModuleView) else value
        return not isinstance(module, ModuleType) or module.__name__.startswith(f"{self.target.__name__}.")

    def __dir__(self) -> list[str]:
        return sorted({*dir(self.target), *(name for name in self.__dict__ if not name.startswith("_smtf"))})

    def __repr__(self) -> str:
        return f"<module {self.__name__!r} as a script sees it, over {self.target.__name__!r}>"


def target_attribute(target: ModuleType, name: str) -> Any:
    """``target.name``, importing it when it is a submodule that nobody has imported yet.

    Raises:
        AttributeError: neither an attribute nor a submodule.
    """
    try:
        return getattr(target, name)
    except AttributeError:
        dotted = f"{target.__name__}.{name}"
        try:
            return import_module(dotted)
        except ModuleNotFoundError as error:
            if error.name is not None and not dotted.startswith(error.name):
                raise  # the submodule exists, but something that it needs does not
            raise AttributeError(f"module {target.__name__!r} has no attribute {name!r}") from None


class Views:
    """A set of views and the ``__import__`` that serves them.

    Args:
        roots: top-level name → maker of its view; called at the first import of that name.
        otherwise: the ``__import__`` for everything else.
    """

    def __init__(self, roots: Mapping[str, Callable[[], ModuleType]], otherwise: Import = builtins.__import__) -> None:
        self._makers = dict(roots)
        self._made: dict[str, ModuleType] = {}
        self._otherwise = otherwise

    def root(self, name: str) -> ModuleType:
        """The view of top-level name ``name``."""
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __contains__(self, name: str) -> bool:
        return name in self._makers

    def builtins(self) -> dict[str, Any]:
        """Builtins for a module that is to import through these views."""
        return {**vars(builtins), "__import__": self.import_}

    def import_(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the signature of builtins.__import__
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """:func:`builtins.__import__` with views; same arguments, same result."""
        root, *parts = name.split(".")
        if level != 0 or root not in self:
            return self._otherwise(name, globals, locals, fromlist, level)
        top = module = self.root(root)
        for part in parts:
            try:
                found = getattr(module, part)
            except AttributeError as error:
                raise ModuleNotFoundError(str(error), name=name) from error
            if isinstance(found, ModuleType):
                module = found
            elif not _defined_below(module, found):
                raise ModuleNotFoundError(f"No module named {name!r}: {part!r} is not a module", name=name)
        for item in fromlist or ():
            if item == "*" and isinstance(module, ModuleView):
                module.__dict__["__all__"] = module.public_names()
            elif item != "*":
                try:
                    getattr(module, item)
                except AttributeError as error:
                    # The interpreter's own "cannot import name" would hide what the view knows about the name.
                    raise ImportError(str(error), name=name) from error
        return module if fromlist else top


def _defined_below(package: ModuleType, function: Any) -> bool:
    """Whether a package has a function from a file of its own.

    The file once had the function's name, as ``contrib.framework.python.ops.arg_scope``; the package stands for it.
    """
    target = package.target if isinstance(package, ModuleView) else package
    return callable(function) and str(getattr(function, "__module__", "")).startswith(f"{target.__name__}.")


Compile = Callable[[bytes, str], CodeType]


def compile_python(data: bytes, filename: str) -> CodeType:
    """Python's own way from a file's content to code."""
    code: CodeType = compile(data, filename, "exec", dont_inherit=True)
    return code


class ViewedLoader(SourceFileLoader):
    """Runs a source file with builtins of its own.

    Args:
        fullname: the module's name.
        path: its file.
        scope: the builtins.
        before: called with the module before its code runs.
        compiler: makes code of the file's content.
    """

    def __init__(
        self,
        fullname: str,
        path: str,
        scope: Callable[[], dict[str, Any]],
        before: Callable[[ModuleType], object] | None = None,
        compiler: Compile = compile_python,
    ) -> None:
        super().__init__(fullname, path)
        self._scope = scope
        self._before = before
        self._compiler = compiler

    def get_code(self, fullname: str) -> CodeType:
        """Compile without a cache beside the user's file; tracebacks name the real file, not a link to it."""
        path = self.get_filename(fullname)
        return self._compiler(self.get_data(path), realpath(path))

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        module.__dict__["__builtins__"] = self._scope()
        code = self.get_code(self.name)
        if self._before is not None:
            self._before(module)
        exec(code, module.__dict__)


class ViewedFinder(MetaPathFinder):
    """Loads every module below one package through views. Put it first in ``sys.meta_path``.

    Args:
        package: the package's name; it and everything below it are loaded by this finder.
        scope: the builtins for its modules.
        search: folders in which the names right below ``package`` are looked up; ``None``: where Python finds the
            package.
        stand_ins: modules below the package that are not loaded but made: full name → maker.
        before: called with every module before its code runs.
        compiler: makes code of a file's content.
    """

    def __init__(
        self,
        package: str,
        scope: Callable[[], dict[str, Any]],
        search: Callable[[], list[str]] | None = None,
        stand_ins: Mapping[str, Callable[[], Mapping[str, Any]]] | None = None,
        before: Callable[[ModuleType], object] | None = None,
        compiler: Compile = compile_python,
    ) -> None:
        self._package = package
        self._scope = scope
        self._search = search
        self._stand_ins = stand_ins or {}
        self._before = before
        self._compiler = compiler

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See :class:`importlib.abc.MetaPathFinder`."""
        below = fullname.startswith(f"{self._package}.")
        if not below and fullname != self._package:
            return None
        if fullname in self._stand_ins:
            return ModuleSpec(fullname, _StandInLoader(self._stand_ins[fullname]), is_package=True)
        where = (
            self._search() if self._search is not None and fullname.count(".") == self._package.count(".") + 1 else path
        )
        spec = PathFinder.find_spec(fullname, where)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = ViewedLoader(fullname, spec.loader.path, self._scope, self._before, self._compiler)
        return spec

    def uninstall(self) -> None:
        """Forget the finder and every module that it has loaded."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        for name in list(sys.modules):  # a copy, made in one go: other threads import meanwhile
            if name == self._package or name.startswith(f"{self._package}."):
                del sys.modules[name]


class _StandInLoader(Loader):
    """Makes a module from a dict of names."""

    def __init__(self, names: Callable[[], Mapping[str, Any]]) -> None:
        self._names = names

    def create_module(self, spec: ModuleSpec) -> None:
        """Let Python make an ordinary module."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill it."""
        module.__dict__.update(self._names())
