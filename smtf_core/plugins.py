"""PluginManager: finds plugins, keeps broken and unwanted ones out, calls hooks and says whose fault an error is.

There is no module-level manager. Every entry into smtf makes its own or is given one, so an embedder decides what is
loaded and several may live in one process.
"""

from __future__ import annotations

import inspect
import logging
import os
import warnings
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from importlib.metadata import Distribution, EntryPoint, distributions
from types import CodeType, ModuleType
from typing import Any

import pluggy
from attrs import define

from smtf_core import hookspecs
from smtf_core.deprecation import deprecations
from smtf_core.errors import ObserverError, PluginError

ENTRY_POINT_GROUP = "smtf"
DISABLE_VARIABLE = "SMTF_DISABLE_PLUGINS"

_log = logging.getLogger("smtf")


@define
class Plugin:
    """One plugin, loaded or not.

    Args:
        name: the entry point's name, or the name that an embedder's object got.
        distribution: ``'smtf-ray 1.2'``; ``'(embedded)'`` for objects passed in.
        value: the entry point's ``module[:attribute]``.
        state: ``'active'``, ``'disabled'`` or ``'broken'``.
        error: what is wrong with a broken one.
    """

    name: str
    distribution: str
    value: str
    state: str = "active"
    error: BaseException | None = None
    module: object | None = None

    def __str__(self) -> str:
        return f"plugin {self.name!r} of {self.distribution}"


class PluginManager:
    """The plugins of one user of smtf.

    Args:
        plugins: modules or objects with hook implementations, or ``'package.module'`` strings; registered before entry
            points.
        autoload: whether to load the entry points of group ``smtf``.
        disabled: :mod:`fnmatch` patterns of entry point names to leave alone, in addition to those in the environment
            variable ``SMTF_DISABLE_PLUGINS`` (comma-separated).

    Raises:
        PluginError: something in ``plugins`` is not a valid plugin. (A broken entry point is listed, not raised.)

    Example::

        PluginManager(plugins=[MyObserver()], autoload=False)
    """

    def __init__(
        self, plugins: Iterable[object] = (), *, autoload: bool = True, disabled: Iterable[str] | None = None
    ) -> None:
        self._pluggy = _Pluggy(hookspecs.PROJECT)
        self._pluggy.add_hookspecs(hookspecs)
        self._plugins: list[Plugin] = []
        #: What a :class:`~smtf_core.registry.Registry` has made to be shared: (kind, name) → implementation.
        self.shared: dict[tuple[str, str], Any] = {}
        patterns = [*(disabled or ()), *os.environ.get(DISABLE_VARIABLE, "").split(",")]
        self._disabled = [pattern.strip() for pattern in patterns if pattern.strip()]
        if autoload:
            self._discover()
        # Pluggy asks the last one registered first: what is passed in decides before what happens to be installed.
        for plugin in plugins:
            self.register(plugin)

    @property
    def hook(self) -> pluggy.HookRelay:
        """Pluggy's hook caller, for decisions: ``plugins.hook.smtf_configure_job(job=job)``."""
        return self._pluggy.hook

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """All plugins that were found, in order of discovery; disabled and broken ones included."""
        return tuple(self._plugins)

    @property
    def broken(self) -> tuple[Plugin, ...]:
        """The plugins that could not be loaded, or whose ``smtf_register_*`` hook raised."""
        return tuple(plugin for plugin in self._plugins if plugin.state == "broken")

    def register(self, plugin: object, name: str | None = None) -> None:
        """Add a plugin object or module, or the module that a string names.

        Args:
            plugin: the object.
            name: what to list it as; its module or class name when omitted.

        Raises:
            PluginError: it implements a hook that does not exist, or is registered already.
            ImportError: the module that the string names cannot be imported.
        """
        loaded = import_module(plugin) if isinstance(plugin, str) else plugin
        value = loaded.__name__ if isinstance(loaded, (ModuleType, type)) else type(loaded).__qualname__
        record = Plugin(name or self._free_name(value), "(embedded)", value)
        self._add(record, loaded)
        self._plugins.append(record)

    def mark_broken(self, plugin: Plugin, error: BaseException) -> None:
        """Take a plugin out of service; it stays listed with its error."""
        plugin.state, plugin.error = "broken", error
        if plugin.module is not None:
            self._pluggy.unregister(plugin.module)
            plugin.module = None

    def implementations(self, hook: str) -> Iterator[tuple[Plugin, pluggy.HookImpl]]:
        """The implementations of ``hook`` with the plugin that each belongs to, in registration order."""
        by_module = {id(plugin.module): plugin for plugin in self._plugins if plugin.module is not None}
        for implementation in getattr(self.hook, hook).get_hookimpls():
            yield by_module[id(implementation.plugin)], implementation

    def hooks_of(self, plugin: Plugin) -> list[str]:
        """Names of the hooks that a plugin implements, without optional ones of other versions of smtf."""
        if plugin.module is None:
            return []
        callers = self._pluggy.get_hookcallers(plugin.module) or []
        return sorted(caller.name for caller in callers if caller.has_spec())

    def deprecated_of(self, plugin: Plugin) -> Iterator[tuple[pluggy.HookImpl, str]]:
        """What a plugin implements or takes though it is to go, each with what is said of it."""
        for name in self.hooks_of(plugin):
            leaving = deprecations(getattr(hookspecs, name))
            own = [found for found in getattr(self.hook, name).get_hookimpls() if found.plugin is plugin.module]
            for implementation in own:
                for argument in ("", *implementation.argnames):
                    if argument in leaving:
                        thing = f"argument {argument!r} of hook {name}" if argument else f"hook {name}"
                        yield implementation, f"{thing} is {leaving[argument]}"

    def observe(self, hook: str, **arguments: Any) -> None:
        """Call an observer hook.

        Args:
            hook: ``smtf_before_*``, ``smtf_after_*`` or ``smtf_on_*_error``.
            **arguments: the hook's arguments.

        Raises:
            ObserverError: an implementation raised; names the plugin. Never for ``smtf_on_*_error``, where it is
                logged.
        """
        if hook.startswith("smtf_on_"):
            self._observe_error(hook, arguments)
            return
        try:
            getattr(self.hook, hook)(**arguments)
        except Exception as error:
            raise ObserverError(
                f"{self._culprit(hook, error)} raised in {hook}: {type(error).__name__}: {error}"
            ) from error

    def _observe_error(self, hook: str, arguments: dict[str, Any]) -> None:
        """Tell every observer of an error, also those that come after one that raises."""
        caller = getattr(self.hook, hook)
        plugins = [plugin.module for plugin in self._plugins if plugin.module is not None]
        for plugin, _ in list(self.implementations(hook)):
            others = [module for module in plugins if module is not plugin.module]
            try:
                self._pluggy.subset_hook_caller(caller.name, others)(**arguments)
            except Exception:  # noqa: BLE001 - logged: it must not hide the error that is being told
                _log.exception("%s raised in %s; the original error follows", plugin, hook)

    def _discover(self) -> None:
        for distribution, entry in _entry_points():
            label = f"{distribution.metadata['Name']} {distribution.version}"
            record = Plugin(entry.name, label, entry.value)
            self._plugins.append(record)
            if any(fnmatchcase(entry.name, pattern) for pattern in self._disabled):
                record.state = "disabled"
                continue
            try:
                self._add(record, entry.load())
            except Exception as error:  # noqa: BLE001 - one broken plugin never takes the others down
                record.state, record.error = "broken", error
                _log.debug("%s is broken", record, exc_info=True)

    def _add(self, record: Plugin, loaded: object) -> None:
        if unknown := list(_unknown_hooks(loaded)):
            raise PluginError(
                f"{record} implements hooks that do not exist: {', '.join(unknown)}; see `smtf plugins --hooks`"
            )
        try:
            self._pluggy.register(loaded, name=f"{record.distribution}:{record.name}")
        except (ValueError, pluggy.PluginValidationError) as error:
            # Pluggy registers hook by hook; take back what it had done before it found the fault.
            if self._pluggy.is_registered(loaded) and not any(plugin.module is loaded for plugin in self._plugins):
                self._pluggy.unregister(loaded)
            raise PluginError(f"{record}: {error}") from error
        record.module = loaded
        try:
            self._warn_of_deprecated(record)
        except DeprecationWarning:  # where warnings are errors
            self._pluggy.unregister(loaded)
            record.module = None
            raise

    def _warn_of_deprecated(self, record: Plugin) -> None:
        for implementation, text in self.deprecated_of(record):
            function = inspect.unwrap(implementation.function)
            code = getattr(function, "__code__", None)
            warnings.warn_explicit(
                f"{record}: {text}",
                DeprecationWarning,
                filename=code.co_filename if code else record.value,
                lineno=code.co_firstlineno if code else 1,
                # Python's memory of what it has said at this place: a second manager need not say it again.
                registry=getattr(function, "__globals__", {}).setdefault("__warningregistry__", {}),
            )

    def _free_name(self, name: str) -> str:
        taken = {plugin.name for plugin in self._plugins}
        candidates = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 2))
        return next(candidate for candidate in candidates if candidate not in taken)

    def _culprit(self, hook: str, error: BaseException) -> str:
        owners: dict[CodeType, Plugin] = {
            implementation.function.__code__: plugin
            for plugin, implementation in self.implementations(hook)
            if hasattr(implementation.function, "__code__")
        }
        traceback = error.__traceback__
        while traceback is not None:
            if (owner := owners.get(traceback.tb_frame.f_code)) is not None:
                return str(owner)
            traceback = traceback.tb_next
        return "a plugin"


class _Pluggy(pluggy.PluginManager):
    """Pluggy, silent about what is deprecated: its warnings cannot say which plugin they are for, ours do."""

    def parse_hookspec_opts(self, module_or_class: Any, name: str) -> Any:
        options = super().parse_hookspec_opts(module_or_class, name)
        return {**options, "warn_on_impl": None, "warn_on_impl_args": None} if options else None


def _unknown_hooks(loaded: object) -> Iterator[str]:
    """The hooks that a plugin implements and does not call optional, though there are none of that name."""
    for name in dir(loaded):
        marked = getattr(_get(loaded, name), f"{hookspecs.PROJECT}_impl", None)
        if marked is not None and not marked["optionalhook"]:
            hook = marked["specname"] or name
            if not hasattr(hookspecs, hook):
                yield hook


def _get(holder: object, name: str) -> object:
    # A property of an embedder's object may raise; pluggy skips those as well.
    try:
        return getattr(holder, name, None)
    except Exception:  # noqa: BLE001
        return None


def _entry_points() -> list[tuple[Distribution, EntryPoint]]:
    """The entry points of our group, each with its distribution, in an order that does not depend on the disk."""
    found: dict[tuple[str, str], tuple[Distribution, EntryPoint]] = {}
    for distribution in distributions():
        for entry in distribution.entry_points:
            if entry.group == ENTRY_POINT_GROUP:
                # A distribution can be found twice on sys.path; the first one is the one that Python imports.
                found.setdefault((distribution.metadata["Name"], entry.name), (distribution, entry))
    return [found[key] for key in sorted(found, key=lambda key: (key[0] != "smtf", key))]
