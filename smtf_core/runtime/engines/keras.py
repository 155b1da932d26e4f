"""The Keras engine: trains ``keras_model_fn`` scripts of generation 2.x natively, with Keras's own ``fit``.

Checkpoints are ``tf.train.Checkpoint``s of model and optimizer named ``model.ckpt-<step>``, so stores and resumption
work as they do for estimators. The global step is the optimizer's iteration count.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from smtf_core.errors import JobStoppedError, ScriptError
from smtf_core.models import Checkpoint, TrainingResult
from smtf_core.runtime.engines.engine import Training, is_keras_2
from smtf_core.runtime.engines.evaluation import EvaluationClock
from smtf_core.runtime.engines.in_step import InStep
from smtf_core.runtime.engines.keras_distribution import distribute_keras_3
from smtf_core.runtime.engines.keras_serving import export_model
from smtf_core.runtime.engines.keras_summaries import KerasSummaries
from smtf_core.runtime.export import EXPORTS, remove_unfinished, write_servable
from smtf_core.runtime.logs import in_this_log
from smtf_core.runtime.script import calling

R = TypeVar("R")

_NEVER_ENDS = 1 << 62  # Keras wants a number of steps where the input itself has no end


def train(training: Training) -> tuple[TrainingResult, str | None]:
    """Train, evaluate and export.

    Args:
        training: the job.

    Returns:
        The result, and the SavedModel folder (``None`` when stopped).

    Raises:
        ScriptError: the script's model or input does not keep the contract.
        Exception: whatever the script or Keras raises.
    """
    return _KerasRun(training).run()


class _KerasRun:
    def __init__(self, training: Training) -> None:
        self._training = training
        self._environment = training.environment
        self._tensorflow: Any = importlib.import_module("tensorflow")
        make_distribution = training.cluster.train_distribute
        self._distribution = None if make_distribution is None else make_distribution()
        with self._scope():
            self._model = calling.keras_model(training.script)
        self._in_step = (
            InStep(self._distribution, chief=training.cluster.is_chief) if training.cluster.in_step else None
        )
        self._saved_step: int | None = None
        self._clock = EvaluationClock(training.environment.settings.evaluation)
        self._serving_input = calling.serving_input_function(training.script)
        self._summaries = KerasSummaries(training.model_dir, training.environment)
        self._evaluated_step: int | None = None

    @property
    def _step(self) -> int:
        return int(self._model.optimizer.iterations.numpy())

    def run(self) -> tuple[TrainingResult, str | None]:
        training = self._training
        exports = training.model_dir / EXPORTS
        remove_unfinished(exports)
        data = self._dataset("train_input_fn")
        with self._scope():
            self._build(self._model, data)
            if self._distribution is not None and not is_keras_2(self._model):
                distribute_keras_3(self._model, self._batch(data), self._distribution)
            self._manager = self._checkpoint_manager(self._model)
        self._restore(data)
        self._clock.due(self._step)  # the checkpoint before the first step, which is not evaluated
        training.reporter.phase("training")
        try:
            self._fit(data)
            self._save()
            training.reporter.trained()
            chief = training.cluster.is_chief
            if chief and not training.stop.requested and self._evaluated_step != self._step:
                self._evaluate()
        finally:
            self._summaries.close()
        if training.stop.requested or not chief:
            return training.result(), None
        training.reporter.phase("exporting")
        model = self._lone_model()
        servable = write_servable(exports, lambda path: export_model(model, str(path), self._serving_input))
        return training.result(), str(servable)

    def _dataset(self, name: str) -> Any:
        returned = calling.input_function(self._training.script, name, self._environment)()
        if isinstance(returned, self._tensorflow.data.Dataset):
            return returned
        if isinstance(returned, tuple) and len(returned) == 2:
            # As with estimators: a pair of tensors is one batch, given again at every step.
            return self._tensorflow.data.Dataset.from_tensors(returned).repeat()
        raise ScriptError(
            f"{self._training.script.path}: {name} must return a batched tf.data.Dataset of (features, "
            "labels), or such a pair; "
            f"it returned {type(returned).__name__}"
        )

    def _batch(self, data: Any) -> Any:
        batch = next(iter(data.take(1)), None)
        if batch is None:
            raise ScriptError(f"{self._training.script.path}: an input function returned an empty dataset")
        return batch

    def _scope(self) -> AbstractContextManager[Any]:
        return nullcontext() if self._distribution is None else self._distribution.scope()

    def _build(self, model: Any, data: Any) -> None:
        """Make all variables exist, so that a checkpoint can be restored into them."""
        if not model.built:
            model(self._batch(data)[0])
        optimizer, variables = model.optimizer, model.trainable_variables
        if hasattr(optimizer, "build"):
            optimizer.build(variables)
        else:  # one of Keras 2's legacy optimizers
            optimizer._create_all_weights(variables)

    def _checkpoint_manager(self, model: Any) -> Any:
        config = self._environment.settings.run_config
        return self._tensorflow.train.CheckpointManager(
            self._tensorflow.train.Checkpoint(model=model, optimizer=model.optimizer),
            str(self._training.model_dir),
            max_to_keep=int(config.get("keep_checkpoint_max", 5)) or None,
            keep_checkpoint_every_n_hours=config.get("keep_checkpoint_every_n_hours"),
            checkpoint_name="model.ckpt",
        )

    def _restore(self, data: Any) -> None:
        """Go on from the newest checkpoint, if there is one."""
        if self._in_step is None:
            with self._scope():
                self._restore_into(self._manager)
            return
        # The others have no checkpoint, and restoring is an operation of all: the chief restores into a model of its
        # own and hands the values round.
        values = None
        if self._training.cluster.is_chief and self._manager.latest_checkpoint:
            model = calling.keras_model(self._training.script)
            self._build(model, data)
            self._restore_into(self._checkpoint_manager(model))
            values = [self._tensorflow.convert_to_tensor(variable) for variable in _variables_of(model)]
        with self._scope():
            self._in_step.share(_variables_of(self._model), values)

    def _restore_into(self, manager: Any) -> None:
        if not manager.latest_checkpoint:
            return
        status = manager.checkpoint.restore(manager.latest_checkpoint)
        try:
            status.assert_existing_objects_matched()
        except AssertionError as error:
            raise ScriptError(
                f"{self._training.script.path}: the checkpoint {manager.latest_checkpoint} is not "
                f"one of this model ({error}). "
                f"Use another checkpoint_path for a changed model."
            ) from error

    def _fit(self, data: Any) -> None:
        target = self._environment.training_steps
        remaining = None if target is None else target - self._step
        if remaining is not None and remaining <= 0:
            return
        callback = self._callback()
        # One epoch of all remaining steps: a second epoch would begin the user's input again.
        cardinality = int(data.cardinality())
        endless = cardinality == self._tensorflow.data.INFINITE_CARDINALITY
        if remaining is not None and 0 <= cardinality < remaining:
            remaining = None  # the input ends before; Keras would warn about a promise that nobody made
        steps = remaining if remaining is not None else (_NEVER_ENDS if endless else None)
        if self._in_step is not None:
            data = data.with_options(self._sharding())
        self._model.fit(data, epochs=1, steps_per_epoch=steps, verbose=0, shuffle=False, callbacks=[callback])

    def _sharding(self) -> Any:
        """How a dataset that every host has made becomes theirs together: as one host would have read it."""
        policy = self._tensorflow.data.experimental.AutoShardPolicy
        apart = any(channel.sharded for channel in self._environment.channels.values())
        options = self._tensorflow.data.Options()
        options.experimental_distribute.auto_shard_policy = policy.OFF if apart else policy.DATA
        return options

    def _lone_model(self) -> Any:
        """The model as it was saved last, without a distribution: what one process can evaluate and export alone."""
        if self._distribution is None:
            return self._model
        model = calling.keras_model(self._training.script)
        if not model.built:
            model(self._batch(self._dataset("eval_input_fn"))[0])
        checkpoint = self._tensorflow.train.Checkpoint(model=model)
        checkpoint.restore(self._manager.latest_checkpoint).expect_partial()
        return model

    def _evaluation(self, callbacks: list[Any]) -> Mapping[str, Any]:
        data = self._dataset("eval_input_fn")
        steps = self._environment.evaluation_steps
        if steps is not None:
            data = data.take(steps)
        metrics: Mapping[str, Any] = self._lone_model().evaluate(data, verbose=0, return_dict=True, callbacks=callbacks)
        return metrics

    def _outside(self, work: Callable[[], R]) -> R:
        """Do something that is not for all hosts: Keras 2 calls callbacks in the scope of its strategy.

        Scopes belong to threads.
        """
        if self._distribution is None:
            return work()
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(in_this_log(work)).result()

    def _callback(self) -> Any:
        run, training = self, self._training
        every, seconds = (
            self._environment.settings.run_config.get(f"save_checkpoints_{unit}") for unit in ("steps", "secs")
        )

        class Progress(_keras_of(self._model).callbacks.Callback):  # type: ignore[misc]
            def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
                self.saved_step, self.saved_time = run._step, time.monotonic()

            def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
                step = run._step
                loss = float((logs or {})["loss"])
                training.reporter.steps(step, loss)
                run._summaries.step(step, loss)
                # Keras reports the mean since the last reset; a loss curve wants the loss of this step.
                run._model.reset_metrics()
                stop = training.stop.requested
                save = every is not None and step - self.saved_step >= every  # at the same step everywhere
                timed = seconds is not None and time.monotonic() - self.saved_time >= seconds
                if run._in_step is not None:
                    stop, timed = run._in_step.agree(stop=stop, save=timed)
                if stop:
                    training.stop.request("another host was asked to stop")
                    run._model.stop_training = True
                elif save or timed:
                    self.saved_step, self.saved_time = step, time.monotonic()
                    run._save()
                    if training.cluster.is_chief and run._clock.due(step):
                        run._evaluate()
                        if run._distribution is None:  # otherwise another model was evaluated
                            run._model.reset_metrics()
                        training.reporter.phase("training")

        return Progress()

    def _save(self) -> None:
        """Save; in step, all hosts do, because some variables are kept apart on each, but the chief's alone counts."""
        step = self._step
        if self._saved_step != step:
            path = self._manager.save(checkpoint_number=step)
            self._saved_step = step
            if self._training.cluster.is_chief:
                self._training.reporter.saved(Checkpoint(path=path, step=step))

    def _evaluate(self) -> None:
        step, stop = self._step, self._training.stop
        self._training.reporter.phase("evaluating")
        self._clock.mark(step)

        class Leave(_keras_of(self._model).callbacks.Callback):  # type: ignore[misc]
            def on_test_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
                stop.check()

        try:
            metrics = self._outside(lambda: self._evaluation([Leave()]))
        except JobStoppedError:
            if self._in_step is None:  # otherwise all stop together, soon
                self._model.stop_training = True
            return
        self._training.reporter.evaluated(step, metrics)
        self._summaries.evaluation(step, {name: float(value) for name, value in metrics.items()})
        self._evaluated_step = step


def _variables_of(model: Any) -> list[Any]:
    """All variables of a model and its optimizer, in an order that depends on the model only."""
    kept = model.optimizer.variables  # a method in some of Keras 2
    return [*model.variables, *(kept() if callable(kept) else kept)]


def _keras_of(model: Any) -> Any:
    """The Keras that a model belongs to: ``tf_keras`` or Keras 3."""
    return importlib.import_module("tf_keras" if is_keras_2(model) else "keras")
