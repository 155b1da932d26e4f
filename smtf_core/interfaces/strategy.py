"""Strategy: how one training is spread over hosts and devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

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
        default_for: ``(generation, more_than_one_host)`` pairs for which it is the default.
    """

    min_hosts: int = 1
    max_hosts: int | None = None
    generations: tuple[int, ...] = (1, 2)
    script_kinds: tuple[str, ...] = ("model_fn", "keras_model_fn", "estimator_fn")
    default_for: tuple[tuple[int, bool], ...] = ()


@frozen(kw_only=True)
class Cluster:
    """What the engine on one host must know of the cluster.

    Args:
        tf_config: content of ``TF_CONFIG``; empty for a single host.
        is_chief: whether this host evaluates, exports and writes results.
        train_distribute: a ``tf.distribute.Strategy`` for the engine to train under, or ``None``.
    """

    tf_config: Mapping[str, Any] = field(factory=dict)
    is_chief: bool = True
    train_distribute: Any = None


class Strategy(Protocol):
    """Runs one host's share of a training. Constructed without arguments."""

    def run(self, environment: TrainingEnvironment, train: Callable[[Cluster], TrainingResult]) -> TrainingResult:
        """Set up the cluster, call ``train`` on this host, tear the cluster down.

        Args:
            environment: this host's environment.
            train: the engine; blocks until this host's training ends.

        Returns:
            What ``train`` returned.

        Raises:
            SmtfError: a host did not come up or went away; the message names it.
        """
        ...
