"""What a ``model_fn`` of ``tf.contrib.learn`` returns.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.ModelFnOps``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from smtf_core.runtime.tf1.base import estimator, tf
from smtf_core.runtime.tf1.contrib.learn.estimators.constants import ModeKeys as ModeKeys
from smtf_core.runtime.tf1.contrib.learn.estimators.constants import PredictionKey, ProblemType

_DEFAULT = tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY


class _Fields(NamedTuple):
    predictions: Any
    loss: Any
    train_op: Any
    eval_metric_ops: Mapping[str, Any]
    output_alternatives: Mapping[Any, tuple[int, Mapping[str, Any]]] | None
    training_chief_hooks: list[Any]
    training_hooks: list[Any]
    scaffold: Any
    mode: str


class ModelFnOps(_Fields):
    """A model: what it predicts, its loss, how it is trained and measured.

    Args:
        mode: one of :class:`~smtf_core.runtime.tf1.contrib.learn.estimators.constants.ModeKeys`.
        predictions: a tensor, or a dict of such.
        loss: scalar; needed to train and to evaluate.
        train_op: needed to train.
        eval_metric_ops: name → ``(value, update operation)``.
        output_alternatives: name → problem type and predictions; what exports give. By default the predictions.
        training_chief_hooks: hooks of the process that saves.
        training_hooks: hooks of every process.
        scaffold: a ``tf.train.Scaffold``.

    Raises:
        ValueError: something that the mode needs is missing.
    """

    def __new__(  # noqa: D102 - see the class
        cls,
        mode: str,
        predictions: Any = None,
        loss: Any = None,
        train_op: Any = None,
        eval_metric_ops: Mapping[str, Any] | None = None,
        output_alternatives: Mapping[Any, tuple[int, Mapping[str, Any]]] | None = None,
        training_chief_hooks: Iterable[Any] | None = None,
        training_hooks: Iterable[Any] | None = None,
        scaffold: Any = None,
    ) -> ModelFnOps:
        if mode == ModeKeys.TRAIN and train_op is None:
            raise ValueError("Missing train_op.")
        if mode in (ModeKeys.TRAIN, ModeKeys.EVAL) and loss is None:
            raise ValueError("Missing loss.")
        if mode in (ModeKeys.EVAL, ModeKeys.INFER) and predictions is None:
            raise ValueError("Missing predictions.")
        if loss is not None:
            loss = tf.convert_to_tensor(loss)
            if loss.shape.num_elements() not in (None, 1):
                raise ValueError("Loss must be scalar.")
            loss = tf.reshape(loss, []) if loss.shape.ndims else loss
        return super().__new__(
            cls,
            predictions,
            loss,
            train_op,
            dict(eval_metric_ops or {}),
            output_alternatives,
            list(training_chief_hooks or []),
            list(training_hooks or []),
            scaffold,
            mode,
        )

    def estimator_spec(self, default_serving_output_alternative_key: Any = None) -> Any:
        """The same as a ``tf.estimator.EstimatorSpec``.

        Args:
            default_serving_output_alternative_key: the output alternative that is served by default; needed where
                there are several.

        Raises:
            ValueError: there is no such alternative, or several and none is chosen.
        """
        return estimator.EstimatorSpec(
            self.mode,
            predictions=self.predictions,
            loss=self.loss,
            train_op=self.train_op,
            eval_metric_ops=dict(self.eval_metric_ops),
            export_outputs=self._export_outputs(default_serving_output_alternative_key),
            training_chief_hooks=self.training_chief_hooks,
            training_hooks=self.training_hooks,
            scaffold=self.scaffold,
        )

    def _export_outputs(self, default_key: Any) -> dict[str, Any] | None:
        if self.mode != ModeKeys.INFER:
            return None
        if not self.output_alternatives:
            return {_DEFAULT: estimator.export.PredictOutput(_named(self.predictions))}
        alternatives = self.output_alternatives
        if default_key is None and len(alternatives) > 1:
            raise ValueError(
                f"There are several output alternatives, {sorted(map(str, alternatives))}; choose the one that is "
                "served by default with default_output_alternative_key"
            )
        if default_key is None:
            (default_key,) = alternatives
        if default_key not in alternatives:
            raise ValueError(f"There is no output alternative {default_key!r} among {sorted(map(str, alternatives))}")
        outputs = {str(key): _export_output(*one) for key, one in alternatives.items() if key != default_key}
        return {_DEFAULT: _export_output(*alternatives[default_key]), **outputs}


def _named(predictions: Any) -> dict[str, Any]:
    return dict(predictions) if isinstance(predictions, Mapping) else {PredictionKey.GENERIC: predictions}


def _export_output(problem: int, predictions: Any) -> Any:
    named = _named(predictions)
    if problem == ProblemType.LINEAR_REGRESSION:
        (value,) = [named[PredictionKey.SCORES]] if PredictionKey.SCORES in named else named.values()
        return estimator.export.RegressionOutput(value)
    if problem in (ProblemType.CLASSIFICATION, ProblemType.LOGISTIC_REGRESSION):
        scores = named.get(PredictionKey.PROBABILITIES, named.get(PredictionKey.SCORES))
        classes = named.get(PredictionKey.CLASSES)
        if scores is not None or classes is not None:
            return estimator.export.ClassificationOutput(scores, _class_names(classes, scores))
    return estimator.export.PredictOutput(named)


def _class_names(classes: Any, scores: Any) -> Any:
    """The names of the classes, one for each score."""
    if scores is None:
        return classes if classes.dtype == tf.string else tf.as_string(classes)
    names = tf.as_string(tf.range(tf.shape(scores)[-1]))
    return tf.tile(tf.expand_dims(names, 0), [tf.shape(scores)[0], 1])
