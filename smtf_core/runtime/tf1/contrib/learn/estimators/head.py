"""Heads of the canned estimators of ``tf.contrib.learn``: what turns logits into predictions, loss and metrics.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn``; names of scopes and metrics: its checkpoints and
evaluations.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.learn.estimators.constants import ModeKeys, PredictionKey, ProblemType
from smtf_core.runtime.tf1.contrib.learn.estimators.model_fn import ModelFnOps
from smtf_core.runtime.tf1.contrib.lookup import index_table_from_tensor, index_to_string_table_from_tensor

TrainOpFn = Callable[[Any], Any]


class Head:
    """Makes a model of logits.

    Args:
        name: its scope.
        logits_dimension: how many logits an example has.
        problem: the problem type.
        weight_column_name: feature with the weights of the examples.
    """

    def __init__(self, name: str, logits_dimension: int, problem: int, weight_column_name: str | None) -> None:
        self._name = name
        self.logits_dimension = logits_dimension
        self._problem = problem
        self._weight_column_name = weight_column_name

    def create_model_fn_ops(
        self, features: Mapping[Any, Any], mode: str, labels: Any, train_op_fn: TrainOpFn, logits: Any
    ) -> ModelFnOps:
        """The model.

        Args:
            features: by name.
            mode: what it is built for.
            labels: of the examples, a tensor.
            train_op_fn: makes the training operation of a loss.
            logits: ``[batch, logits_dimension]``.
        """
        with tf.variable_scope(None, default_name=self._name, values=[logits]):
            predictions = self._predictions(logits)
            if mode == ModeKeys.INFER:
                return ModelFnOps(mode, predictions, output_alternatives={None: (self._problem, predictions)})
            if labels is None:
                raise ValueError("labels must be provided when training or evaluating.")
            labels = self._label_numbers(labels)
            weights = self._weights(features)
            losses = self._losses(logits, labels)
            if mode == ModeKeys.TRAIN:
                loss = tf.reduce_mean(losses if weights is None else losses * weights, name="loss")
                return ModelFnOps(mode, predictions, loss, train_op_fn(loss))
            # Evaluations tell the weighted mean, which training does not divide by the weights.
            weighted = tf.losses.compute_weighted_loss(
                losses, 1.0 if weights is None else weights, loss_collection=None, reduction=tf.losses.Reduction.MEAN
            )
            return ModelFnOps(mode, predictions, weighted, eval_metric_ops=self._metrics(predictions, labels, weights))

    def _weights(self, features: Mapping[Any, Any]) -> Any:
        if self._weight_column_name is None:
            return None
        return tf.reshape(tf.to_float(features[self._weight_column_name]), [-1, 1])

    def _label_numbers(self, labels: Any) -> Any:
        """Labels as the loss needs them, ``[batch, 1 or more]``."""
        return tf.expand_dims(labels, 1) if labels.shape.ndims == 1 else labels

    @abstractmethod
    def _predictions(self, logits: Any) -> dict[str, Any]: ...

    @abstractmethod
    def _losses(self, logits: Any, labels: Any) -> Any:
        """The loss of each example, ``[batch, …]``."""

    def _metrics(self, predictions: Mapping[str, Any], labels: Any, weights: Any) -> dict[str, Any]:
        return {}


class RegressionHead(Head):
    """Numbers, by the squared error; see :class:`Head`."""

    def __init__(self, label_dimension: int, weight_column_name: str | None) -> None:
        super().__init__("regression_head", label_dimension, ProblemType.LINEAR_REGRESSION, weight_column_name)

    def _predictions(self, logits: Any) -> dict[str, Any]:
        scores = tf.squeeze(logits, axis=[1]) if self.logits_dimension == 1 else logits
        return {PredictionKey.SCORES: scores}

    def _losses(self, logits: Any, labels: Any) -> Any:
        return tf.squared_difference(logits, tf.to_float(labels))


class _ClassificationHead(Head):
    def __init__(
        self, name: str, logits_dimension: int, problem: int, weights: str | None, label_keys: Sequence[str] | None
    ) -> None:
        super().__init__(name, logits_dimension, problem, weights)
        self._label_keys = list(label_keys) if label_keys is not None else None

    def _label_numbers(self, labels: Any) -> Any:
        labels = super()._label_numbers(labels)
        if self._label_keys is not None:
            return index_table_from_tensor(tf.constant(self._label_keys)).lookup(labels)
        return labels

    def _classes(self, numbers: Any) -> Any:
        if self._label_keys is None:
            return numbers
        return index_to_string_table_from_tensor(tf.constant(self._label_keys)).lookup(numbers)


class BinaryHead(_ClassificationHead):
    """Two classes, by the sigmoid of one logit; see :class:`Head`."""

    def __init__(self, weight_column_name: str | None, label_keys: Sequence[str] | None) -> None:
        super().__init__("binary_logistic_head", 1, ProblemType.LOGISTIC_REGRESSION, weight_column_name, label_keys)

    def _predictions(self, logits: Any) -> dict[str, Any]:
        both = tf.concat([tf.zeros_like(logits), logits], 1)
        return {
            PredictionKey.LOGITS: logits,
            PredictionKey.LOGISTIC: tf.sigmoid(logits, name=PredictionKey.LOGISTIC),
            PredictionKey.PROBABILITIES: tf.nn.softmax(both, name=PredictionKey.PROBABILITIES),
            PredictionKey.CLASSES: self._classes(tf.argmax(both, 1)),
        }

    def _losses(self, logits: Any, labels: Any) -> Any:
        return tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.to_float(labels), logits=logits)

    def _metrics(self, predictions: Mapping[str, Any], labels: Any, weights: Any) -> dict[str, Any]:
        chances = predictions[PredictionKey.LOGISTIC]
        labels = tf.to_float(labels)
        positive = tf.to_float(tf.greater_equal(chances, 0.5))
        # The class of an example is that of the larger logit: 0 where both are the same.
        classes = tf.to_float(tf.greater(predictions[PredictionKey.LOGITS], 0))
        return {
            "accuracy": tf.metrics.accuracy(labels, classes, weights),
            "labels/prediction_mean": tf.metrics.mean(chances, weights),
            "labels/actual_label_mean": tf.metrics.mean(labels, weights),
            "accuracy/baseline_label_mean": tf.metrics.mean(labels, weights),
            "auc": tf.metrics.auc(labels, chances, weights),
            "auc_precision_recall": tf.metrics.auc(labels, chances, weights, curve="PR"),
            "accuracy/threshold_0.500000_mean": tf.metrics.accuracy(labels, positive, weights),
            "precision/positive_threshold_0.500000_mean": tf.metrics.precision(labels, positive, weights),
            "recall/positive_threshold_0.500000_mean": tf.metrics.recall(labels, positive, weights),
        }


class MultiClassHead(_ClassificationHead):
    """More than two classes of which one applies; see :class:`Head`."""

    def __init__(self, n_classes: int, weight_column_name: str | None, label_keys: Sequence[str] | None) -> None:
        super().__init__("multi_class_head", n_classes, ProblemType.CLASSIFICATION, weight_column_name, label_keys)

    def _predictions(self, logits: Any) -> dict[str, Any]:
        return {
            PredictionKey.LOGITS: logits,
            PredictionKey.PROBABILITIES: tf.nn.softmax(logits, name=PredictionKey.PROBABILITIES),
            PredictionKey.CLASSES: self._classes(tf.argmax(logits, 1)),
        }

    def _losses(self, logits: Any, labels: Any) -> Any:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.squeeze(labels, axis=[1]), logits=logits)
        return tf.expand_dims(losses, 1)

    def _metrics(self, predictions: Mapping[str, Any], labels: Any, weights: Any) -> dict[str, Any]:
        numbers = tf.expand_dims(tf.argmax(predictions[PredictionKey.LOGITS], 1), 1)
        return {"accuracy": tf.metrics.accuracy(tf.to_int64(labels), numbers, weights)}


def classification_head(
    n_classes: int, weight_column_name: str | None, label_keys: Sequence[str] | None
) -> BinaryHead | MultiClassHead:
    """The head for so many classes.

    Raises:
        ValueError: there are fewer than two, or another number of ``label_keys``.
    """
    if n_classes is None or n_classes < 2:
        raise ValueError(f"n_classes must be > 1 for classification: {n_classes}.")
    if label_keys is not None and len(label_keys) != n_classes:
        raise ValueError(f"Length of label_keys must equal n_classes. {len(label_keys)} and {n_classes}.")
    if n_classes == 2:
        return BinaryHead(weight_column_name, label_keys)
    return MultiClassHead(n_classes, weight_column_name, label_keys)
