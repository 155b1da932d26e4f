"""The estimator engine: trains ``model_fn``, ``estimator_fn`` and (generation 1.x) ``keras_model_fn`` scripts.

Source: the legacy container trained with ``tf.estimator.train_and_evaluate`` (1.6 on) or
    ``tf.contrib.learn.Experiment`` (1.4, 1.5). This
engine calls ``Estimator.train`` with a listener that evaluates and exports by an EvaluationPolicy, which covers both,
and always ends with an evaluation and an export.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from smtf_core.errors import ScriptError
from smtf_core.models import TrainingResult
from smtf_core.models.settings import RUN_CONFIG_KEYS
from smtf_core.runtime.engines.engine import StuckStepGuard, Training, is_keras_2
from smtf_core.runtime.engines.evaluation import EvaluationClock
from smtf_core.runtime.engines.hooks_tf import StepHook, StopHook, WaitHook, saving_listener
from smtf_core.runtime.engines.one_folder import save_on_the_chief
from smtf_core.runtime.engines.tensorflow1 import write_as_tensorflow_1
from smtf_core.runtime.engines.tf_config import tf_config
from smtf_core.runtime.export import EXPORTS, remove_unfinished
from smtf_core.runtime.script import calling
from smtf_core.stores import latest_checkpoint


def train(training: Training) -> tuple[TrainingResult, str | None]:
    """Train, evaluate and export.

    Args:
        training: the job.

    Returns:
        The result, and the newest SavedModel folder (``None`` without ``serving_input_fn``, or when stopped).

    Raises:
        ScriptError: the script's model does not keep the contract.
        Exception: whatever the script or TensorFlow raises.
    """
    with training.script.scope(), tf_config(training.cluster.tf_config):
        return _EstimatorRun(training).run()


class _EstimatorRun:
    def __init__(self, training: Training) -> None:
        self._training = training
        self._environment = training.environment
        self._api: Any = importlib.import_module(
            f"tensorflow_estimator._api.v{training.environment.framework_version.generation}.estimator"
        )
        self._estimator = self._make_estimator()
        self._clock = EvaluationClock(training.environment.settings.evaluation)
        self._train_input = calling.input_function(training.script, "train_input_fn", training.environment)
        self._eval_input = calling.input_function(training.script, "eval_input_fn", training.environment)
        self._serving_input = calling.serving_input_function(training.script)
        self._evaluated_step: int | None = None
        self._servable: str | None = None
        self._servable_step: int | None = None

    def run(self) -> tuple[TrainingResult, str | None]:
        training = self._training
        exports = training.model_dir / EXPORTS
        remove_unfinished(exports)
        training.reporter.phase("training")
        self._train()
        self._note_checkpoint()
        training.reporter.trained()
        if training.stop.requested or not training.cluster.is_chief:
            return training.result(), None
        step = training.reporter.checkpoint.step if training.reporter.checkpoint else 0
        if self._evaluated_step != step:
            self._evaluate(step)
        if self._serving_input is not None and self._servable_step != step:
            self._export(step, final=True)
        return training.result(), self._servable

    # --- training -------------------------------------------------------------------------------------------------

    def _train(self) -> None:
        """Train to the end, in one piece or in the pieces that ``train_steps_per_iteration`` asks for."""
        target, piece = self._environment.training_steps, self._environment.settings.train_steps_per_iteration
        if piece is None or not self._training.cluster.is_chief:  # only the chief evaluates between the pieces
            self._train_until(target)
            return
        step = self._current_step()
        while not self._training.stop.requested and (target is None or step < target):
            goal = step + piece if target is None else min(step + piece, target)
            self._train_until(goal)
            self._note_checkpoint()
            step = self._current_step()
            if not self._training.stop.requested and self._evaluated_step != step:
                self._evaluate(step)
            if step < goal:
                break  # the input has ended

    def _train_until(self, step: int | None) -> None:
        hook = StepHook(self._training.reporter, self._training.stop, StuckStepGuard(self._training.script.path))
        first = self._training.cluster.first_step
        waiting = [WaitHook(first, self._training.stop)] if first else []
        listeners = [saving_listener(self._after_save)] if self._training.cluster.is_chief else None
        with self._training.stop.interrupted_by(hook.close_session):
            self._estimator.train(self._train_input, hooks=[*waiting, hook], max_steps=step, saving_listeners=listeners)

    def _after_save(self, step: int) -> None:
        self._note_checkpoint()
        if self._clock.due(step) and not self._training.stop.requested:
            self._evaluate(step)
            if self._environment.settings.evaluation.export_each_time and self._serving_input is not None:
                self._export(step, final=False)
            self._training.reporter.phase("training")

    def _note_checkpoint(self) -> None:
        checkpoint = latest_checkpoint(self._training.model_dir)
        if checkpoint is not None and self._training.cluster.is_chief:
            self._training.reporter.saved(checkpoint)

    def _current_step(self) -> int:
        checkpoint = latest_checkpoint(self._training.model_dir)
        return checkpoint.step if checkpoint else 0

    # --- evaluation and export ------------------------------------------------------------------------------------

    def _evaluate(self, step: int) -> None:
        self._training.reporter.phase("evaluating")
        self._clock.mark(step)
        metrics = dict(
            self._estimator.evaluate(
                self._eval_input, steps=self._environment.evaluation_steps, hooks=[StopHook(self._training.stop)]
            )
        )
        metrics.pop("global_step", None)
        self._training.reporter.evaluated(step, metrics)
        self._evaluated_step = step

    def _export(self, step: int, *, final: bool) -> None:
        self._training.stop.check()
        self._training.reporter.phase("exporting")
        exporter = self._api.LatestExporter(EXPORTS.name, self._serving_input, exports_to_keep=5)
        checkpoint = self._training.reporter.checkpoint
        exported = exporter.export(
            self._estimator,
            str(self._training.model_dir / EXPORTS),
            checkpoint.path if checkpoint else None,
            self._training.reporter.evaluations[-1].metrics if self._training.reporter.evaluations else None,
            final,
        )
        self._servable = exported.decode() if isinstance(exported, bytes) else exported
        self._servable_step = step

    # --- the estimator --------------------------------------------------------------------------------------------

    def _make_estimator(self) -> Any:
        training, environment = self._training, self._environment
        make_distribution = training.cluster.train_distribute
        config = self._api.RunConfig(
            model_dir=str(training.model_dir),
            train_distribute=make_distribution() if make_distribution is not None else None,
            **environment.settings.run_config,
        )
        make: dict[str, Callable[[Any], Any]] = {
            "model_fn": self._from_model_fn,
            "keras_model_fn": self._from_keras,
            "estimator_fn": self._from_estimator_fn,
        }
        estimator = make[training.script.kind](config)
        if environment.framework_version.generation == 1:
            write_as_tensorflow_1(
                estimator, environment.framework_version, keras=training.script.kind == "keras_model_fn"
            )
        if "ps" in training.cluster.tf_config.get("cluster", {}):
            save_on_the_chief(estimator, training.script.path)
        return estimator

    def _from_model_fn(self, config: Any) -> Any:
        model_fn = calling.model_function(self._training.script)
        return self._api.Estimator(model_fn, config=config, params=self._training.script.hyperparameters)

    def _from_keras(self, config: Any) -> Any:
        model = calling.keras_model(self._training.script)
        if not is_keras_2(model):
            raise ScriptError(
                f"{self._training.script.path}: keras_model_fn returned a Keras 3 model; a script for "
                "TensorFlow 1.x builds its model with "
                f"tf.keras. For Keras 3 use framework_version='2.16' or later."
            )
        keras_lib = importlib.import_module("tensorflow_estimator.python.estimator.keras_lib")
        # 'saver' is what TensorFlow 1 wrote: variables by name, so that its checkpoints can be restored.
        return keras_lib.model_to_estimator(keras_model=model, config=config, checkpoint_format="saver")

    def _from_estimator_fn(self, config: Any) -> Any:
        script = self._training.script
        estimator = script.functions["estimator_fn"](config, script.hyperparameters)
        if not callable(getattr(estimator, "train", None)) or not hasattr(estimator, "model_dir"):
            raise ScriptError(
                f"{script.path}: estimator_fn must return a tf.estimator.Estimator, but it returned {estimator!r}"
            )
        if Path(estimator.model_dir) != Path(config.model_dir):
            _adopt(estimator, config, script.path, self._api.RunConfig())
        return estimator


def _adopt(estimator: Any, config: Any, path: str, default: Any) -> None:
    """Make an estimator that was built without ``run_config`` use it after all.

    Such an estimator would train into a temporary folder of its own and everything would be lost (a top complaint of
    the mode).

    Raises:
        ScriptError: it was given another folder on purpose.
    """
    chosen = Path(estimator.model_dir)
    if chosen.parent != Path(tempfile.gettempdir()):
        raise ScriptError(
            f"{path}: estimator_fn returned an estimator with model_dir {str(chosen)!r}, where nothing would be kept. "
            f"Pass config=run_config to the estimator and leave model_dir out; checkpoints go to checkpoint_path."
        )
    theirs = estimator.config
    # What the script's own RunConfig left at TensorFlow's default comes from the job.
    missing = {key: getattr(config, key) for key in RUN_CONFIG_KEYS if getattr(theirs, key) == getattr(default, key)}
    if "save_checkpoints_secs" not in missing or "save_checkpoints_steps" not in missing:
        missing.pop("save_checkpoints_secs", None)
        missing.pop("save_checkpoints_steps", None)
    merged = theirs.replace(model_dir=config.model_dir)
    for key, value in missing.items():
        # RunConfig.replace refuses to set both checkpoint intervals at once, even when one of them becomes None.
        setattr(merged, f"_{key}", value)
    logging = importlib.import_module("tensorflow").compat.v1.logging
    logging.warning(
        "estimator_fn ignored run_config; its model_dir and checkpoint settings are set to the job's: %s",
        config.model_dir,
    )
    estimator._config = merged
    estimator._model_dir = config.model_dir
    if chosen.is_dir() and not any(chosen.iterdir()):
        chosen.rmdir()
