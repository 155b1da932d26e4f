"""Which implementation a job gets, and whether it can do what the job asks; one place for client and runtime."""

from __future__ import annotations

from fnmatch import fnmatchcase

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import BackendSpec, CheckpointStoreSpec, InputModeSpec, ServingAdapterSpec, StrategySpec
from smtf_core.models import Channel
from smtf_core.models.uri import scheme_of
from smtf_core.registry import Registry


def choose_backend(registry: Registry[BackendSpec], name: str | None, instance_type: str) -> BackendSpec:
    """The backend called ``name``, or the one that claims the instance type.

    Raises:
        InvalidInputError: nobody claims the instance type.
        UnknownNameError: there is no backend of that name.
        PluginError: several do.
    """
    if name is not None:
        return registry.find(name)
    spec = registry.pick(
        lambda spec: any(fnmatchcase(instance_type, pattern) for pattern in spec.instance_types),
        f"for train_instance_type {instance_type!r}",
    )
    if spec is None:
        known = ", ".join(
            f"{pattern!r} ({spec.name})" for spec, _ in registry.entries for pattern in spec.instance_types
        )
        raise InvalidInputError(
            f"no backend runs train_instance_type {instance_type!r}; there is: {known or 'none'}. "
            f"Choose one of these, name a backend with backend=, or install the plugin that brings it."
        )
    return spec


def choose_strategy(
    registry: Registry[StrategySpec], name: str | None, generation: int, hosts: int, kind: str | None
) -> StrategySpec:
    """The strategy called ``name``, or the default.

    Args:
        registry: the strategies that there are.
        name: what ``distribution=`` says; ``None`` for the default.
        generation: the script's framework generation.
        hosts: the job's number of hosts.
        kind: the script's model function; ``None``: not known yet.

    Raises:
        InvalidInputError: there is no default, or the strategy cannot do it.
        UnknownNameError: there is no such strategy.
    """
    if name is None:
        case = (generation, hosts > 1)
        spec = registry.pick(
            lambda spec: case in spec.default_for and spec.trains(generation, kind),
            f"that is the default for {kind or 'a script'} of generation {generation}.x on {hosts} host(s)",
        )
        if spec is None:
            raise InvalidInputError(
                f"no distribution strategy is the default for {hosts} hosts with {kind or ''} scripts of generation "
                f"{generation}.x; "
                f"set train_instance_count=1, or install a plugin that brings a strategy and name it with distribution="
            )
    else:
        spec = registry.find(name)
    if hosts < spec.min_hosts or (spec.max_hosts is not None and hosts > spec.max_hosts):
        most = "or more" if spec.max_hosts is None else f"to {spec.max_hosts}"
        raise InvalidInputError(
            f"distribution strategy {spec.name!r} runs on {spec.min_hosts} {most} hosts, not on {hosts}"
        )
    if generation not in spec.generations:
        raise InvalidInputError(
            f"distribution strategy {spec.name!r} does not train scripts of generation {generation}.x"
        )
    if not spec.trains(generation, kind):
        able = [name for name in spec.script_kinds if spec.trains(generation, name)]
        raise InvalidInputError(
            f"distribution strategy {spec.name!r} cannot train {kind} scripts of generation {generation}.x, only "
            f"{', '.join(able)}"
        )
    return spec


def choose_input_mode(
    registry: Registry[InputModeSpec], backend: BackendSpec, channel: Channel, default: str
) -> InputModeSpec:
    """The input mode of a channel.

    Args:
        registry: the input modes that there are.
        backend: the job's backend.
        channel: the channel.
        default: the job's input mode.

    Raises:
        InvalidInputError: the backend does not support it, or it cannot read the channel's URI.
        UnknownNameError: there is no such input mode.
    """
    name = channel.input_mode or default
    if backend.input_modes is not None and name not in backend.input_modes:
        raise InvalidInputError(
            f"channel {channel.name!r}: backend {backend.name!r} has no input mode {name!r}; it has "
            f"{', '.join(backend.input_modes)}"
        )
    spec = registry.find(name)
    schemes = spec.schemes if backend.channel_schemes is None else backend.channel_schemes
    if scheme_of(channel.uri) not in schemes:
        reader = f"input mode {name!r}" if backend.channel_schemes is None else f"backend {backend.name!r}"
        raise InvalidInputError(
            f"channel {channel.name!r}: {reader} cannot read {channel.uri!r}; it reads "
            f"{', '.join('local paths and file://' if known == 'file' else f'{known}://' for known in schemes)}"
        )
    return spec


def choose_checkpoint_store(registry: Registry[CheckpointStoreSpec], uri: str) -> CheckpointStoreSpec:
    """The checkpoint store for a ``checkpoint_path``.

    Raises:
        UnknownNameError: no store has that scheme.
    """
    return registry.find(scheme_of(uri))


def choose_serving_adapter(registry: Registry[ServingAdapterSpec], name: str) -> ServingAdapterSpec:
    """The serving adapter of that name, or the one that has it as another name (``'tensorflow-serving'``).

    Raises:
        UnknownNameError: there is none.
        PluginError: several have it.
    """
    spec = registry.pick(lambda spec: name == spec.name or name in spec.aliases, f"called {name!r}")
    return registry.find(name) if spec is None else spec
