"""Strategy ``single``: one host trains alone."""

from __future__ import annotations

from collections.abc import Callable

from smtf_core.interfaces import Cluster
from smtf_core.models import TrainingEnvironment, TrainingResult

_PORT = 2222  # the legacy container's port for masters and workers


class SingleHost:
    """Trains on the only host, without a server.

    The legacy container told a single host that it is the master of a cluster of one, and scripts ask for that
    (``run_config.task_type == "master"``); TensorFlow starts no server for it.
    """

    def run(self, environment: TrainingEnvironment, train: Callable[[Cluster], TrainingResult]) -> TrainingResult:
        """See :class:`~smtf_core.interfaces.Strategy`."""
        if environment.framework_version.generation > 1:
            return train(Cluster())
        master = {"master": [f"{environment.current_host}:{_PORT}"]}
        return train(
            Cluster(tf_config={"cluster": master, "task": {"type": "master", "index": 0}, "environment": "cloud"})
        )
