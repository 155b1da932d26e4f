"""Which strategy a host runs: the same on every host of a job, told from the tree and the script's text."""

from __future__ import annotations

from smtf_core.interfaces import Strategy, StrategySpec
from smtf_core.models import TrainingEnvironment
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries
from smtf_core.script_source import kind_of_file
from smtf_core.selection import choose_strategy


def choose(environment: TrainingEnvironment, plugins: PluginManager) -> tuple[Strategy, StrategySpec]:
    """The job's strategy.

    Args:
        environment: a host's.
        plugins: whose strategies there are.

    Returns:
        The strategy and what declares it.

    Raises:
        InvalidInputError: it cannot do what the job asks for.
        UnknownNameError: there is no such strategy.
        PluginError: several are the default, for instance because the script does not say of what kind it is before it
            runs; naming one with ``distribution=`` helps.
    """
    registry = Registries(plugins).strategies
    generation = environment.framework_version.generation
    # A script of some other loader may not be Python at all.
    kind = None if environment.script_loader else kind_of_file(environment.layout.code / environment.entry_point)
    spec = choose_strategy(registry, environment.distribution, generation, len(environment.hosts), kind)
    return registry.make(spec.name), spec
