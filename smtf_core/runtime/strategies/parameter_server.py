"""Strategy ``parameter_server``: asynchronous training, as the legacy container did it on more than one host.

Source: the legacy container's TF_CONFIG: the first host is the master, the others are workers, every host runs a
parameter server as well. The engine is TensorFlow's own distributed runtime.
"""

from __future__ import annotations

import functools
import importlib
import logging
import math
import time
from collections.abc import Callable
from typing import Any

from smtf_core.interfaces import Cluster, HostProcess
from smtf_core.models import TrainingEnvironment, TrainingResult

_log = logging.getLogger("smtf")

_PS = "ps"
_PS_PORT = 2223
# Source: tf.contrib.learn.Experiment, delay_workers_by_global_step.
_STEPS_OF_DELAY = 8000.0


class ParameterServer:
    """Trains on every host; parameter servers on every host keep the variables."""

    def processes(self, environment: TrainingEnvironment) -> tuple[HostProcess, ...]:
        """See :class:`~smtf_core.interfaces.MultiProcessStrategy`."""
        # A parameter server must not take the GPUs' memory from the trainer.
        return HostProcess(), HostProcess(
            role=_PS, trains=False, port=_PS_PORT, variables={"CUDA_VISIBLE_DEVICES": "-1"}
        )

    def serve(self, environment: TrainingEnvironment) -> None:
        """See :class:`~smtf_core.interfaces.MultiProcessStrategy`."""
        _start_server(tf_config(environment)).join()

    def run(self, environment: TrainingEnvironment, train: Callable[[Cluster], TrainingResult]) -> TrainingResult:
        """See :class:`~smtf_core.interfaces.Strategy`."""
        config = tf_config(environment)
        settings = environment.settings
        worker = environment.hosts.index(environment.current_host)  # 0: the master
        first_step = 0
        if settings.delay_workers_by_global_step:
            first_step = int(_STEPS_OF_DELAY * math.log(worker)) if worker else 0
        elif worker:
            delay = settings.cluster.worker_start_delay_secs * worker
            if delay:
                _log.info("this worker starts in %g s (worker_start_delay_secs)", delay)
                time.sleep(delay)
        if worker:
            _wait_briefly()
        # In a variable, because the server ends with the object.
        server = _start_server(config)
        result = train(Cluster(tf_config=config, is_chief=environment.is_chief, first_step=first_step))
        del server
        return result


def tf_config(environment: TrainingEnvironment) -> dict[str, Any]:
    """Content of ``TF_CONFIG`` for this process."""
    listening = environment.listening
    trainers = [listening[host]["trainer"] for host in environment.hosts]
    cluster = {
        "master": trainers[:1],
        "worker": trainers[1:],
        "ps": [listening[host][_PS] for host in environment.hosts],
    }
    index = environment.hosts.index(environment.current_host)
    if environment.role == _PS:
        task: dict[str, Any] = {"type": "ps", "index": index}
    else:
        task = {"type": "worker", "index": index - 1} if index else {"type": "master", "index": 0}
    return {"cluster": cluster, "task": task, "environment": "cloud"}


def _wait_briefly() -> None:
    """Have this process look every second whether the chief has initialised the variables, not every 30 s.

    ``MonitoredTrainingSession`` has no argument for that. The process is a worker's own.
    """
    sessions: Any = importlib.import_module("tensorflow.python.training.session_manager")
    sessions.SessionManager = functools.partial(sessions.SessionManager, recovery_wait_secs=1)


def _start_server(config: dict[str, Any]) -> Any:
    tf: Any = importlib.import_module("tensorflow").compat.v1
    return tf.train.Server(
        tf.train.ClusterSpec(config["cluster"]), job_name=config["task"]["type"], task_index=config["task"]["index"]
    )
