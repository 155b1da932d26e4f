"""``tf.contrib.learn.Estimator``, as a ``tf.estimator.Estimator`` that also has the methods of its time.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.Estimator``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from smtf_core.runtime.tf1.base import estimator, tf
from smtf_core.runtime.tf1.contrib.learn.estimators.constants import ModeKeys
from smtf_core.runtime.tf1.contrib.learn.estimators.model_fn import ModelFnOps
from smtf_core.runtime.tf1.contrib.learn.metric_spec import metric_ops
from smtf_core.runtime.tf1.contrib.learn.utils.input_fn_utils import InputFnOps

Features = Any
InputFunction = Callable[[], Any]


class Estimator(estimator.Estimator):  # type: ignore[misc]
    """An estimator whose ``model_fn`` may return what it did in ``tf.contrib.learn``.

    Args:
        model_fn: function of ``features, labels[, mode, params, config, model_dir]`` that returns a
            ``ModelFnOps``, an ``EstimatorSpec`` or ``(predictions, loss, train_op)``.
        model_dir: folder of the model.
        config: a ``RunConfig`` of either kind.
        params: handed to ``model_fn``.
        feature_engineering_fn: function of ``features, labels`` that returns both, changed.

    Raises:
        ValueError: ``model_fn`` is missing or has no arguments for what it is to get.
    """

    # Of the last training or evaluation: models that ask no mode build their loss for predictions as well.
    _labels: Any

    def __init__(
        self,
        model_fn: Callable[..., Any] | None = None,
        model_dir: str | None = None,
        config: Any = None,
        params: Mapping[str, Any] | None = None,
        feature_engineering_fn: Callable[[Any, Any], tuple[Any, Any]] | None = None,
    ) -> None:
        if model_fn is None:
            raise ValueError("model_fn must be provided to Estimator.")
        arguments = set(inspect.signature(model_fn).parameters)
        if params is not None and "params" not in arguments:
            raise ValueError(f"Estimator got params, but its model_fn has no argument of that name: {model_fn}")

        def built(features: Any, labels: Any, mode: str, params: Any, config: Any) -> Any:
            if feature_engineering_fn is not None:
                features, labels = feature_engineering_fn(features, labels)
            if mode == ModeKeys.INFER:
                labels = _placeholders(self._labels)
            else:
                self._labels = labels if isinstance(labels, tf.Tensor) else None
            more = {"mode": mode, "params": params, "config": config, "model_dir": self.model_dir}
            taken = {name: value for name, value in more.items() if name in arguments}
            return _spec(model_fn(features, labels, **taken), mode, self._served_alternative)

        self._served_alternative: Any = None
        self._labels = None
        super().__init__(built, model_dir=model_dir, config=config, params=dict(params or {}))

    # The methods below take what they took in tf.contrib.learn and what tf.estimator passes.
    @staticmethod
    def _assert_members_are_not_overridden(_: Any) -> None:
        pass

    def fit(
        self,
        x: Features = None,
        y: Any = None,
        input_fn: InputFunction | None = None,
        steps: int | None = None,
        batch_size: int | None = None,
        monitors: Iterable[Any] | None = None,
        max_steps: int | None = None,
    ) -> Estimator:
        """Train.

        Args:
            x: features as arrays.
            y: labels as arrays.
            input_fn: gives features and labels, in place of ``x`` and ``y``.
            steps: for how many more steps.
            batch_size: of ``x`` and ``y``; by default all of them.
            monitors: hooks.
            max_steps: up to which step.

        Returns:
            This estimator.

        Raises:
            ValueError: both ``x`` and ``input_fn`` are given, or neither; both ``steps`` and ``max_steps``.
            TypeError: a monitor is no ``tf.train.SessionRunHook``.
        """
        self.train(
            _input_function(x, y, input_fn, batch_size, training=True),
            hooks=_hooks(monitors),
            steps=steps,
            max_steps=max_steps,
        )
        return self

    partial_fit = fit

    def evaluate(
        self,
        x: Features = None,
        y: Any = None,
        input_fn: InputFunction | None = None,
        feed_fn: Any = None,
        batch_size: int | None = None,
        steps: int | None = None,
        metrics: Mapping[Any, Any] | None = None,
        name: str | None = None,
        checkpoint_path: str | None = None,
        hooks: Sequence[Any] | None = None,
        log_progress: bool = True,
    ) -> Any:
        """Evaluate.

        Args:
            x: features as arrays; or an input function, as ``tf.estimator`` has it here.
            y: labels as arrays.
            input_fn: gives features and labels, in place of ``x`` and ``y``.
            feed_fn: not available.
            batch_size: of ``x`` and ``y``; by default all of them.
            steps: how many batches; by default until the input ends.
            metrics: more metrics: name → ``MetricSpec``.
            name: of the evaluation, for summaries.
            checkpoint_path: the checkpoint; by default the latest.
            hooks: of the session.
            log_progress: ``tf.estimator`` always logs it.

        Returns:
            Name → value, ``loss`` and ``global_step`` among them.

        Raises:
            ValueError: ``feed_fn`` is given, or see :meth:`fit`.
        """
        if feed_fn is not None:
            raise ValueError("feed_fn is not available; let input_fn give the data")
        if callable(x):
            x, input_fn = None, x
        data = _input_function(x, y, input_fn, batch_size, training=False)
        measured = self if metrics is None else _measured(self, metrics)
        return estimator.Estimator.evaluate(
            measured, data, steps=steps, hooks=hooks, checkpoint_path=checkpoint_path, name=name
        )

    def predict(
        self,
        x: Features = None,
        input_fn: InputFunction | None = None,
        batch_size: int | None = None,
        outputs: Sequence[str] | None = None,
        as_iterable: bool = True,
        iterate_batches: bool = False,
        **others: Any,
    ) -> Any:
        """Predict.

        Args:
            x: features as arrays; or an input function, as ``tf.estimator`` has it here.
            input_fn: gives features, in place of ``x``.
            batch_size: of ``x``; by default all of it.
            outputs: names of predictions; by default all.
            as_iterable: yield one example at a time; otherwise everything at once.
            iterate_batches: yield batches.
            others: what ``tf.estimator`` takes besides.

        Returns:
            Predictions: dicts where the model has named ones, else arrays.
        """
        if callable(x):
            x, input_fn = None, x
        data = _WatchedInput(_input_function(x, None, input_fn, batch_size, training=False))
        batches = data.until_it_repeats(
            super().predict(data, predict_keys=outputs, yield_single_examples=False, **others)
        )
        if not as_iterable:
            return _together(batches)
        return batches if iterate_batches else _examples(batches)

    def export_saved_model(
        self, export_dir_base: str, serving_input_receiver_fn: InputFunction, *args: Any, **others: Any
    ) -> Any:
        """See ``tf.estimator.Estimator.export_saved_model``; the function may give ``InputFnOps``."""
        return super().export_saved_model(export_dir_base, _receiver(serving_input_receiver_fn), *args, **others)

    def export_savedmodel(
        self,
        export_dir_base: str,
        serving_input_fn: InputFunction,
        default_output_alternative_key: Any = None,
        assets_extra: Mapping[str, str] | None = None,
        as_text: bool = False,
        checkpoint_path: str | None = None,
        strip_default_attrs: bool = False,
    ) -> Any:
        """Write a SavedModel.

        Args:
            export_dir_base: folder above it.
            serving_input_fn: gives ``InputFnOps`` or a ``ServingInputReceiver``.
            default_output_alternative_key: the output alternative that is served by default.
            assets_extra: further files: where in the SavedModel → path.
            as_text: write text.
            checkpoint_path: the checkpoint; by default the latest.
            strip_default_attrs: today's TensorFlow always does.

        Returns:
            Path of the SavedModel, bytes.
        """
        self._served_alternative = default_output_alternative_key
        try:
            return self.export_saved_model(
                export_dir_base, serving_input_fn, assets_extra, as_text=as_text, checkpoint_path=checkpoint_path
            )
        finally:
            self._served_alternative = None


def _placeholders(labels: Any) -> Any:
    if labels is None:
        return None
    shape = None if labels.shape.ndims is None else [None, *labels.shape.as_list()[1:]]
    return tf.placeholder(labels.dtype, shape)


def _spec(made: Any, mode: str, served: Any) -> Any:
    """What a ``model_fn`` of either kind returned, as an ``EstimatorSpec``."""
    if isinstance(made, estimator.EstimatorSpec):
        return made
    if not isinstance(made, ModelFnOps):
        if not isinstance(made, (tuple, list)) or len(made) != 3:
            raise ValueError(
                "model_fn must return a ModelFnOps, an EstimatorSpec or (predictions, loss, train_op), "
                f"but it returned {made!r}"
            )
        predictions, loss, train_op = made
        made = ModelFnOps(mode, predictions, loss, train_op)
    return made.estimator_spec(served)


def _measured(trained: Any, metrics: Mapping[Any, Any]) -> Any:
    """An estimator like ``trained`` with more metrics."""

    def model_fn(features: Any, labels: Any, mode: str, config: Any) -> Any:
        spec = trained._call_model_fn(features, labels, mode, config)
        more = metric_ops(metrics, features, labels, spec.predictions)
        return spec._replace(eval_metric_ops={**spec.eval_metric_ops, **more})

    return estimator.Estimator(model_fn, model_dir=trained.model_dir, config=trained.config)


def _hooks(monitors: Iterable[Any] | None) -> list[Any]:
    hooks = list(monitors or ())
    wrong = [one for one in hooks if not isinstance(one, tf.train.SessionRunHook)]
    if wrong:
        raise TypeError(f"monitors must be tf.train.SessionRunHooks, not {wrong[0]!r}")
    return hooks


def _input_function(x: Any, y: Any, input_fn: Any, batch_size: int | None, *, training: bool) -> InputFunction:
    if input_fn is not None:
        if x is not None or y is not None or batch_size is not None:
            raise ValueError("Can not provide both input_fn and x, y or batch_size.")
        return input_fn  # type: ignore[no-any-return]
    if x is None:
        raise ValueError("Either x or input_fn must be provided.")
    features = {key: np.asarray(value) for key, value in x.items()} if isinstance(x, Mapping) else np.asarray(x)
    labels = (
        {k: np.asarray(v) for k, v in y.items()} if isinstance(y, Mapping) else None if y is None else np.asarray(y)
    )
    size = len(next(iter(features.values())) if isinstance(features, dict) else features)
    made: InputFunction = estimator.inputs.numpy_input_fn(
        features, labels, batch_size=batch_size or size, num_epochs=None if training else 1, shuffle=training
    )
    return made


def _arrays(given: Any) -> Any:
    if isinstance(given, Mapping):
        return {name: np.asarray(one) for name, one in given.items()}
    return np.asarray(given)


class _WatchedInput:
    """An input function, and whether it gives the same batch for ever: tensors without queues or iterators.

    Predictions of such an input are those of one batch, in ``tf.contrib.learn``.
    """

    def __init__(self, input_fn: InputFunction) -> None:
        self._input_fn = input_fn
        self._repeats = False

    def __call__(self) -> Any:
        given = self._input_fn()
        if not isinstance(given, tf.data.Dataset):
            graph = tf.get_default_graph()
            advances = any(operation.type.startswith("IteratorGetNext") for operation in graph.get_operations())
            self._repeats = not advances and not graph.get_collection(tf.GraphKeys.QUEUE_RUNNERS)
        return given

    def until_it_repeats(self, batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            yield batch
            if self._repeats:
                return


def _examples(batches: Iterator[Any]) -> Iterator[Any]:
    for batch in batches:
        if isinstance(batch, dict):
            yield from (dict(zip(batch, example, strict=True)) for example in zip(*batch.values(), strict=True))
        else:
            yield from batch


def _together(found: Iterator[Any]) -> Any:
    batches = list(found)
    if batches and isinstance(batches[0], dict):
        return {key: np.concatenate([batch[key] for batch in batches]) for key in batches[0]}
    return np.concatenate(batches) if batches else np.array([])


def _receiver(serving_input_fn: InputFunction) -> InputFunction:
    def receiver() -> Any:
        given = serving_input_fn()
        if not isinstance(given, InputFnOps):
            return given
        features = given.features if isinstance(given.features, Mapping) else {"feature": given.features}
        return estimator.export.ServingInputReceiver(features, given.default_inputs)

    return receiver
