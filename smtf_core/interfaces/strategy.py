"""Strategy: how one training is spread over hosts and devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

from attrs import field, frozen

from smtf_core.interfaces.spec import Spec
from smtf_core.models import TrainingEnvironment, TrainingResult


@frozen(kw_only=True)
class StrategySpec(Spec):
    """Declares a distribution strategy; what it cannot do is refused before anything starts.

    Args:
        min_hosts: fewest hosts that it makes sense for.
        max_hosts: most hosts; ``None``: any number.
        generations: framework generations that it works with.
        script_kinds: model functions that it can train.
        exceptions: ``(generation, script kind)`` pairs among these that it cannot train after all.
        default_for: ``(generation, more_than_one_host)`` pairs for which it is the default, for the scripts that it can
            train.
    """

    min_hosts: int = 1
    max_hosts: int | None = None
    generations: tuple[int, ...] = (1, 2)
    script_kinds: tuple[str, ...] = ("model_fn", "keras_model_fn", "estimator_fn")
    exceptions: tuple[tuple[int, str], ...] = ()
    default_for: tuple[tuple[int, bool], ...] = ()

    def trains(self, generation: int, kind: str | None) -> bool:
        """Whether it can train scripts of a kind (``None``: not known yet) and generation."""
        if generation not in self.generations:
            return False
        return kind is None or (kind in self.script_kinds and (generation, kind) not in self.exceptions)


@frozen(kw_only=True)
class HostProcess:
    """One process of a host's share of a training.

    Args:
        role: its name, unique on its host; the process finds it in ``environment.role``.
        trains: whether it runs the script, by :meth:`Strategy.run`; otherwise it serves those that do, by
            :meth:`MultiProcessStrategy.serve`, and is ended with them.
        port: the port that it listens on where a host has a network of its own; ``None``: it does not listen.
        variables: environment variables of its own.
    """

    role: str = "trainer"
    trains: bool = True
    port: int | None = 2222
    variables: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Cluster:
    """What the engine in one process must know of the cluster.

    Args:
        tf_config: content of ``TF_CONFIG``; empty for a single host.
        is_chief: whether this process saves checkpoints, evaluates, exports and writes results.
        train_distribute: makes the ``tf.distribute.Strategy`` to train under; ``None``: no such strategy. Called when
            the script has been loaded.
        in_step: whether all processes take every step together, and so have to end at the same one.
        first_step: the global step that the others must have reached before this process begins.
    """

    tf_config: Mapping[str, Any] = field(factory=dict)
    is_chief: bool = True
    train_distribute: Callable[[], Any] | None = None
    in_step: bool = False
    first_step: int = 0


class Strategy(Protocol):
    """Runs one host's share of a training. Constructed without arguments; its module is light to import.

    When :meth:`run` is called on several hosts, they have found each other: ``environment.listening`` says where every
    process of every host is to listen, and those ports are kept free. A process that fails ends the attempt on all
    hosts, so a strategy need not watch the others.
    """

    def run(self, environment: TrainingEnvironment, train: Callable[[Cluster], TrainingResult]) -> TrainingResult:
        """Set up this process's part of the cluster and call ``train``.

        Args:
            environment: this host's environment; ``environment.role`` is the process.
            train: loads the script and runs the engine; blocks until this process's training ends.

        Returns:
            What ``train`` returned.

        Raises:
            SmtfError: the cluster cannot be set up.
        """
        ...


@runtime_checkable
class MultiProcessStrategy(Strategy, Protocol):
    """A strategy that needs more than one process on a host, or others than one that trains."""

    def processes(self, environment: TrainingEnvironment) -> tuple[HostProcess, ...]:
        """What runs on this host. The first process of the first host is the chief: when it ends, the job is done.

        Called without TensorFlow, on every host, before the hosts have found each other.
        """
        ...

    def serve(self, environment: TrainingEnvironment) -> None:
        """Run a process that does not train; must not return before it is killed."""
        ...


def processes_of(strategy: Strategy, environment: TrainingEnvironment) -> tuple[HostProcess, ...]:
    """What runs on a host under a strategy: one process that trains, unless the strategy says otherwise."""
    return strategy.processes(environment) if isinstance(strategy, MultiProcessStrategy) else (HostProcess(),)
