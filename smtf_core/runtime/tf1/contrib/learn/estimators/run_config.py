"""``tf.contrib.learn.RunConfig``: the configuration of a run, with the arguments of its time.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.RunConfig``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import estimator, tf
from smtf_core.runtime.tf1.contrib.learn.estimators.constants import TaskType as TaskType


class RunConfig(estimator.RunConfig):  # type: ignore[misc]
    """A ``tf.estimator.RunConfig``; every estimator takes it.

    Args:
        master: address of the TensorFlow server; by default what ``TF_CONFIG`` says.
        num_cores: how many threads operations run in; 0: TensorFlow's choice.
        log_device_placement: log where operations are placed.
        gpu_memory_fraction: share of a GPU's memory to take.
        tf_random_seed: seed of graphs.
        save_summary_steps: steps between summaries.
        save_checkpoints_secs: seconds between checkpoints; 600 if neither this nor the next is given.
        save_checkpoints_steps: steps between checkpoints.
        keep_checkpoint_max: how many checkpoints are kept.
        keep_checkpoint_every_n_hours: hours after which one more is kept.
        log_step_count_steps: steps between lines of the log.
        protocol: of the server.
        evaluation_master: address of the server on which to evaluate.
        model_dir: folder of the model.
        session_config: a ``tf.ConfigProto`` in place of the one that the arguments make.
    """

    def __init__(
        self,
        master: str | None = None,
        num_cores: int = 0,
        log_device_placement: bool = False,
        gpu_memory_fraction: float = 1,
        tf_random_seed: int | None = None,
        save_summary_steps: int = 100,
        save_checkpoints_secs: int | None = 0,
        save_checkpoints_steps: int | None = None,
        keep_checkpoint_max: int = 5,
        keep_checkpoint_every_n_hours: int = 10000,
        log_step_count_steps: int = 100,
        protocol: str | None = None,
        evaluation_master: str = "",
        model_dir: str | None = None,
        session_config: Any = None,
    ) -> None:
        made = tf.ConfigProto(
            log_device_placement=log_device_placement,
            inter_op_parallelism_threads=num_cores,
            intra_op_parallelism_threads=num_cores,
            gpu_options=tf.GPUOptions(per_process_gpu_memory_fraction=gpu_memory_fraction),
        )
        # 0 stands for "not given": None would turn saving by time off.
        every = {"save_checkpoints_secs": save_checkpoints_secs or None} if save_checkpoints_secs != 0 else {}
        if save_checkpoints_steps is not None:
            every["save_checkpoints_steps"] = save_checkpoints_steps
        super().__init__(
            model_dir=model_dir,
            tf_random_seed=tf_random_seed,
            save_summary_steps=save_summary_steps,
            keep_checkpoint_max=keep_checkpoint_max,
            keep_checkpoint_every_n_hours=keep_checkpoint_every_n_hours,
            log_step_count_steps=log_step_count_steps,
            protocol=protocol,
            session_config=session_config or made,
            **every,
        )
        self._tf_config = made
        if master is not None:
            self._master = master
        if evaluation_master:
            self._evaluation_master = evaluation_master

    @property
    def tf_config(self) -> Any:
        """The ``tf.ConfigProto`` that the arguments made."""
        return self._tf_config

    @property
    def environment(self) -> str:
        """``cloud`` in a cluster, else ``local``."""
        return "cloud" if self.cluster_spec else "local"

    @staticmethod
    def get_task_id() -> int:
        """Number of this process among those of its kind."""
        number: int = estimator.RunConfig().task_id or 0
        return number
