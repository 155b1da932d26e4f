"""Strategy ``multi_worker_mirrored``: several hosts, every one with a copy of the model, in step."""

from __future__ import annotations

import importlib
import json
import os
import signal
from collections.abc import Callable
from typing import Any

from smtf_core.interfaces import Cluster
from smtf_core.models import TrainingEnvironment, TrainingResult


class MultiWorkerMirrored:
    """Trains with ``tf.distribute.MultiWorkerMirroredStrategy``."""

    def run(self, environment: TrainingEnvironment, train: Callable[[Cluster], TrainingResult]) -> TrainingResult:
        """See :class:`~smtf_core.interfaces.Strategy`."""
        config = {
            "cluster": {"worker": [environment.listening[host]["trainer"] for host in environment.hosts]},
            "task": {"type": "worker", "index": environment.hosts.index(environment.current_host)},
        }
        # This process is the job's own, and everything that looks for the cluster looks here.
        os.environ["TF_CONFIG"] = json.dumps(config)
        tf: Any = importlib.import_module("tensorflow")
        # Now: collective operations can be set up only before the script has used TensorFlow.
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
        # TensorFlow takes SIGTERM for itself then, as a notice of preemption that nobody here listens to.
        signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGTERM))
        return train(
            Cluster(tf_config=config, is_chief=environment.is_chief, train_distribute=lambda: strategy, in_step=True)
        )
