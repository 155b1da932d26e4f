"""An estimator with its data: train, evaluate, export in one call.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.Experiment``. New code uses
``tf.estimator.train_and_evaluate``; jobs of smtf train and evaluate on their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.learn.estimators.estimator import Estimator
from smtf_core.runtime.tf1.contrib.learn.export_strategy import ExportStrategy

_CONTINUOUS = (
    "evaluation beside a training, in a process of its own, is not available: use train_and_evaluate, or "
    "tf.estimator.train_and_evaluate"
)


class Experiment:
    """An estimator, its input, and how often it is evaluated and exported.

    Args:
        estimator: of ``tf.estimator`` or ``tf.contrib.learn``.
        train_input_fn: gives features and labels to train with.
        eval_input_fn: gives features and labels to evaluate with.
        eval_metrics: more metrics (``tf.contrib.learn`` only).
        train_steps: train up to this step; ``None``: until the input ends.
        eval_steps: batches of an evaluation; ``None``: until the input ends.
        train_monitors: hooks of the training.
        eval_hooks: hooks of evaluations.
        local_eval_frequency: old name of ``min_eval_frequency``.
        eval_delay_secs: kept for its name: evaluations wait for checkpoints here.
        continuous_eval_throttle_secs: see ``eval_delay_secs``.
        min_eval_frequency: evaluate at a checkpoint when so many steps have passed; 0: at the end only.
        delay_workers_by_global_step: whether workers start later the later they are.
        export_strategies: what is exported at the end.
        train_steps_per_iteration: steps between evaluations of ``continuous_train_and_eval``.
        checkpoint_and_export: export at each evaluation, too.
        saving_listeners: told when checkpoints are saved (``tf.estimator`` and ``tf.contrib.learn``).
        check_interval_secs: see ``eval_delay_secs``.

    Raises:
        ValueError: ``eval_metrics`` with an estimator of ``tf.estimator``.
    """

    def __init__(
        self,
        estimator: Any,
        train_input_fn: Callable[[], Any],
        eval_input_fn: Callable[[], Any],
        eval_metrics: Mapping[Any, Any] | None = None,
        train_steps: int | None = None,
        eval_steps: int | None = 100,
        train_monitors: Sequence[Any] | None = None,
        eval_hooks: Sequence[Any] | None = None,
        local_eval_frequency: int | None = None,
        eval_delay_secs: float = 120,
        continuous_eval_throttle_secs: float = 60,
        min_eval_frequency: int | None = None,
        delay_workers_by_global_step: bool = False,
        export_strategies: ExportStrategy | Sequence[ExportStrategy] | None = None,
        train_steps_per_iteration: int | None = None,
        checkpoint_and_export: bool = False,
        saving_listeners: Sequence[Any] | None = None,
        check_interval_secs: float = 5,
    ) -> None:
        if eval_metrics is not None and not isinstance(estimator, Estimator):
            raise ValueError("`eval_metrics` must be `None` with `tf.estimator.Estimator`; use its eval_metric_ops")
        self._estimator = estimator
        self._train_input_fn = train_input_fn
        self._eval_input_fn = eval_input_fn
        self._eval_metrics = eval_metrics
        self._train_steps = train_steps
        self._eval_steps = eval_steps
        self._train_hooks = list(train_monitors or [])
        self._eval_hooks = list(eval_hooks or [])
        given = local_eval_frequency if min_eval_frequency is None else min_eval_frequency
        self._eval_frequency = 1 if given is None else given
        self._export_at_evaluations = checkpoint_and_export
        self._saving_listeners = list(saving_listeners or [])
        self.reset_export_strategies(export_strategies)

    @property
    def estimator(self) -> Any:
        """The estimator."""
        return self._estimator

    @property
    def train_steps(self) -> int | None:
        """Up to which step it is trained."""
        return self._train_steps

    @property
    def eval_steps(self) -> int | None:
        """Batches of an evaluation."""
        return self._eval_steps

    def reset_export_strategies(
        self, new_export_strategies: ExportStrategy | Sequence[ExportStrategy] | None = None
    ) -> list[ExportStrategy]:
        """Choose other export strategies.

        Returns:
            Those that there were.
        """
        before = list(getattr(self, "_export_strategies", []))
        given = new_export_strategies
        self._export_strategies = [given] if isinstance(given, ExportStrategy) else list(given or [])
        return before

    def extend_train_hooks(self, additional_hooks: Sequence[Any]) -> None:
        """Add hooks of the training."""
        self._train_hooks += additional_hooks

    def train(self, delay_secs: float | None = None) -> Any:
        """Train; nothing to wait for, ``delay_secs``, where there is one process.

        Returns:
            The estimator.
        """
        return self._train(self._saving_listeners)

    def _train(self, listeners: Sequence[Any]) -> Any:
        return self._estimator.train(
            self._train_input_fn,
            hooks=self._train_hooks,
            max_steps=self._train_steps,
            saving_listeners=list(listeners) or None,
        )

    def evaluate(self, delay_secs: float | None = None, name: str | None = None) -> Any:
        """Evaluate the latest checkpoint.

        Returns:
            Name → value.
        """
        return self._evaluate(self._eval_steps, name)

    def _evaluate(self, steps: int | None, name: str | None = None) -> Any:
        metrics = {} if self._eval_metrics is None else {"metrics": self._eval_metrics}
        return self._estimator.evaluate(
            input_fn=self._eval_input_fn, steps=steps, hooks=self._eval_hooks, name=name, **metrics
        )

    def train_and_evaluate(self) -> tuple[Any, list[Any]]:
        """Train, evaluating at checkpoints; evaluate and export at the end.

        Returns:
            The last metrics, and the paths of the exports.
        """
        listeners = list(self._saving_listeners)
        if self._eval_frequency > 0:
            listeners.append(_EvaluationListener(self, self._eval_frequency))
        self._train(listeners)
        metrics = self.evaluate()
        return metrics, self._export(metrics)

    def _at_checkpoint(self) -> None:
        metrics = self.evaluate()
        if self._export_at_evaluations:
            self._export(metrics)

    def local_run(self) -> tuple[Any, list[Any]]:
        """Old name of :meth:`train_and_evaluate`."""
        return self.train_and_evaluate()

    def test(self) -> tuple[Any, list[Any]]:
        """Train and evaluate for one step, and export: whether it works at all."""
        self._estimator.train(self._train_input_fn, hooks=self._train_hooks, steps=1)
        metrics = self._evaluate(1)
        return metrics, self._export(metrics)

    def _export(self, metrics: Any) -> list[Any]:
        checkpoint = tf.train.latest_checkpoint(self._estimator.model_dir)
        folder = Path(self._estimator.model_dir) / "export"
        return [
            one.export(self._estimator, str(folder / one.name), checkpoint_path=checkpoint, eval_result=metrics)
            for one in self._export_strategies
        ]

    def continuous_eval(self, *args: Any, **kwargs: Any) -> None:
        """Not available.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(f"Experiment.continuous_eval: {_CONTINUOUS}")

    continuous_eval_on_train_data = continuous_eval
    continuous_train_and_eval = continuous_eval

    def run_std_server(self) -> None:
        """Serve variables to the cluster of ``TF_CONFIG``, until the process is ended.

        Raises:
            ValueError: ``TF_CONFIG`` has no cluster.
        """
        config = self._estimator.config
        if not config.cluster_spec or not config.task_type:
            raise ValueError("Could not start server; be sure to specify cluster_spec and task_type in TF_CONFIG")
        tf.train.Server(
            config.cluster_spec, job_name=config.task_type, task_index=config.task_id, config=config.session_config
        ).join()


class _EvaluationListener(tf.train.CheckpointSaverListener):  # type: ignore[misc]
    """Evaluates at checkpoints."""

    def __init__(self, experiment: Experiment, every: int) -> None:
        self._experiment = experiment
        self._every = every
        self._last: int | None = None

    def after_save(self, session: Any, global_step_value: int) -> None:
        if self._last is None:
            self._last = global_step_value  # the checkpoint before the first step
        elif global_step_value - self._last >= self._every:
            self._last = global_step_value
            self._experiment._at_checkpoint()
