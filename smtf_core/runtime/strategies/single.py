"""Strategy ``single``: one host trains alone."""

from __future__ import annotations

from collections.abc import Callable

from smtf_core.interfaces import Cluster
from smtf_core.models import TrainingEnvironment, TrainingResult


class SingleHost:
    """Trains on the only host.

    The legacy container told a single host that it is the master of a cluster of one and started no server; an
    estimator with an empty ``TF_CONFIG`` does the same.
    """

    def run(self, environment: TrainingEnvironment, train: Callable[[Cluster], TrainingResult]) -> TrainingResult:
        """See :class:`~smtf_core.interfaces.Strategy`."""
        return train(Cluster())
