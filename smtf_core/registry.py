"""Registry: name → spec → lazily made implementation, for one plugin kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from smtf_core.errors import MissingExtraError, PluginError, UnknownNameError

if TYPE_CHECKING:
    from smtf_core.interfaces import (
        BackendSpec,
        CheckpointStoreSpec,
        InputModeSpec,
        ScriptLoaderSpec,
        ServingAdapterSpec,
        StrategySpec,
    )
from smtf_core.interfaces.spec import Spec
from smtf_core.plugins import Plugin, PluginManager

S = TypeVar("S", bound=Spec)


class Registry(Generic[S]):
    """What the plugins provide of one kind.

    Args:
        plugins: whose ``smtf_register_*`` hooks are asked, each on its own, so that a broken one does not hide the
            others.
        hook: the hook.
        kind: the kind's name in messages, e.g. ``'backend'``.
    """

    def __init__(self, plugins: PluginManager, hook: str, kind: str) -> None:
        self._plugins = plugins
        self._kind = kind
        self._entries: list[tuple[S, Plugin]] = []
        for plugin, implementation in list(plugins.implementations(hook)):
            try:
                specs = cast(Sequence[S], implementation.function())
                for spec in specs:
                    if not isinstance(spec, Spec):
                        raise PluginError(f"{plugin}: {hook} must return Spec records, not {spec!r}")
            except Exception as error:  # noqa: BLE001 - one broken plugin never takes the others down
                plugins.mark_broken(plugin, error)
                continue
            self._entries += [(spec, plugin) for spec in specs]

    @property
    def kind(self) -> str:
        """The kind's name."""
        return self._kind

    @property
    def entries(self) -> tuple[tuple[S, Plugin], ...]:
        """Every spec with the plugin that declares it."""
        return tuple(self._entries)

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted({spec.name for spec, _ in self._entries})

    def find(self, name: str) -> S:
        """The spec called ``name``.

        Raises:
            UnknownNameError: there is none; the message lists what there is, and the plugins that are broken.
            PluginError: several plugins declare it; the message names their distributions.
        """
        spec = self.pick(lambda spec: spec.name == name, f"named {name!r}")
        if spec is None:
            raise self._unknown(name)
        return spec

    def pick(self, fits: Callable[[S], bool], what: str) -> S | None:
        """The only spec that fits, or ``None``.

        Args:
            fits: the condition.
            what: the condition in words, for the message.

        Raises:
            PluginError: several fit.
        """
        found = [(spec, plugin) for spec, plugin in self._entries if fits(spec)]
        if len(found) > 1:
            owners = " and ".join(f"{spec.name!r} by {plugin}" for spec, plugin in found)
            raise PluginError(
                f"more than one {self._kind} {what}: {owners}. Uninstall one, or name one plugin in "
                "SMTF_DISABLE_PLUGINS."
            )
        return found[0][0] if found else None

    def make(self, name: str, *arguments: Any) -> Any:
        """Import the factory of ``name`` and call it.

        Args:
            name: the implementation's name.
            *arguments: what the kind's Protocol says that its constructor takes.

        Returns:
            The implementation.

        Raises:
            UnknownNameError: see :meth:`find`.
            MissingExtraError: a package that it needs is not installed; the message has the ``pip`` line.
            PluginError: the factory does not exist.
        """
        return self.factory(name)(*arguments)

    def shared(self, name: str) -> Any:
        """The one implementation of ``name`` that all users of these plugins share, made when it is first asked for.

        Raises:
            SmtfError: see :meth:`make`.
        """
        made = self._plugins.shared
        if (self._kind, name) not in made:
            made[self._kind, name] = self.make(name, self._plugins)
        return made[self._kind, name]

    def factory(self, name: str) -> Callable[..., Any]:
        """The factory of ``name``, imported; raises as :meth:`make` does."""
        spec = self.find(name)
        owner = next(plugin for declared, plugin in self._entries if declared is spec)
        module, _, attribute = spec.factory.partition(":")
        try:
            factory: Callable[..., Any] = getattr(import_module(module), attribute)
        except ImportError as error:
            if spec.extra:
                raise MissingExtraError(
                    f"{self._kind} {name!r} needs a package that is not installed ({error}). Run: pip "
                    f"install '{spec.extra}'"
                ) from error
            raise PluginError(f"{owner}: {self._kind} {name!r} cannot be imported: {error}") from error
        except AttributeError as error:
            raise PluginError(
                f"{owner}: {self._kind} {name!r} declares factory {spec.factory!r}, which does not exist"
            ) from error
        return factory

    def _unknown(self, name: str) -> UnknownNameError:
        names = self.names()
        message = f"there is no {self._kind} {name!r}; there is: {', '.join(names) or 'none'}."
        if close := get_close_matches(name, names, n=1):
            message += f" Did you mean {close[0]!r}?"
        broken = self._plugins.broken
        for plugin in broken:
            cause = f"{type(plugin.error).__name__}: {plugin.error}"
            message += f"\n{plugin} is broken and may be the one that provides it: {cause}"
        for plugin in self._plugins.plugins:
            if plugin.state == "disabled":
                message += f"\n{plugin} is disabled by SMTF_DISABLE_PLUGINS and may be the one that provides it."
        unknown = UnknownNameError(message)
        unknown.__cause__ = broken[0].error if broken else None
        return unknown


class Registries:
    """The registries of all six kinds, made on first use.

    Args:
        plugins: the plugins that fill them.
    """

    def __init__(self, plugins: PluginManager) -> None:
        self._plugins = plugins
        self._made: dict[str, Registry[Any]] = {}

    def _get(self, hook: str, kind: str) -> Registry[Any]:
        if hook not in self._made:
            self._made[hook] = Registry(self._plugins, hook, kind)
        return self._made[hook]

    @property
    def backends(self) -> Registry[BackendSpec]:
        """Where a job executes."""
        return self._get("smtf_register_backends", "backend")

    @property
    def input_modes(self) -> Registry[InputModeSpec]:
        """How a channel's data reaches the script."""
        return self._get("smtf_register_input_modes", "input mode")

    @property
    def strategies(self) -> Registry[StrategySpec]:
        """How a training is spread over hosts."""
        return self._get("smtf_register_strategies", "distribution strategy")

    @property
    def checkpoint_stores(self) -> Registry[CheckpointStoreSpec]:
        """Where checkpoints live."""
        return self._get("smtf_register_checkpoint_stores", "checkpoint store")

    @property
    def script_loaders(self) -> Registry[ScriptLoaderSpec]:
        """How a file becomes functions."""
        return self._get("smtf_register_script_loaders", "script loader")

    @property
    def serving_adapters(self) -> Registry[ServingAdapterSpec]:
        """How an exported model answers."""
        return self._get("smtf_register_serving_adapters", "serving adapter")

    def all(self) -> tuple[Registry[Any], ...]:
        """All six, in the order of a job."""
        return (
            self.script_loaders,
            self.input_modes,
            self.strategies,
            self.checkpoint_stores,
            self.serving_adapters,
            self.backends,
        )
