"""Run an experiment as the process's place in the cluster asks.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.learn_runner.run``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.contrib.learn.estimators.constants import TaskType
from smtf_core.runtime.tf1.contrib.learn.experiment import Experiment
from smtf_core.runtime.tf1.contrib.training import HParams

_SCHEDULES = {
    TaskType.MASTER: "train_and_evaluate",
    "chief": "train_and_evaluate",
    TaskType.PS: "run_std_server",
    TaskType.WORKER: "train",
    "evaluator": "continuous_eval",
}


def run(
    experiment_fn: Callable[..., Experiment],
    output_dir: str | None = None,
    schedule: str | None = None,
    run_config: Any = None,
    hparams: Any = None,
) -> Any:
    """Make an experiment and run it.

    Args:
        experiment_fn: function of ``run_config, hparams``, or of ``output_dir``.
        output_dir: folder of the model, for the second kind of function.
        schedule: method of the experiment; by default what fits the task that ``TF_CONFIG`` gives the process.
        run_config: a ``RunConfig`` with a ``model_dir``, for the first kind of function.
        hparams: ``tf.contrib.training.HParams``.

    Returns:
        What the method returns.

    Raises:
        ValueError: arguments are missing, exclude one another or are of wrong types; there is no such schedule.
        TypeError: the function returns no ``Experiment``.
    """
    if output_dir is not None and run_config is not None:
        raise ValueError("Cannot provide both `output_dir` and `run_config`")
    if not callable(experiment_fn):
        raise TypeError("Experiment builder 'experiment_fn' is not callable.")
    if hparams is not None and not isinstance(hparams, HParams):
        raise ValueError("`hparams` must be `HParams` instance")
    if run_config is not None:
        if not run_config.model_dir:
            raise ValueError("Must specify a model directory `model_dir` in `run_config`.")
        experiment = experiment_fn(run_config=run_config, hparams=hparams)
    elif output_dir:
        experiment = experiment_fn(output_dir)
    else:
        raise ValueError("Must specify an output directory")
    if not isinstance(experiment, Experiment):
        raise TypeError(f"Experiment builder did not return an Experiment instance, got {type(experiment)} instead.")
    config = experiment.estimator.config
    schedule = schedule or _SCHEDULES.get(config.task_type if config.cluster_spec else "", "train_and_evaluate")
    method = getattr(experiment, schedule, None)
    if not callable(method):
        raise ValueError(f"Schedule references non-existent task {schedule}")  # noqa: TRY004 - what TensorFlow 1 raises
    return method()
