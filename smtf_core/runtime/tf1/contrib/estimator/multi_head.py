"""One model with several heads. Source: TensorFlow 1.11 API documentation, ``tf.contrib.estimator.multi_head``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tensorflow_estimator.python.estimator.canned import head as _canned

from smtf_core.runtime.tf1.base import estimator, tf

_DEFAULT_SERVING = "serving_default"


def multi_head(heads: Sequence[Any], head_weights: Sequence[float] | None = None) -> Any:
    """A head made of several; the loss is the weighted sum of theirs.

    Labels are a dict by the names of the heads, and so may logits be; a tensor of logits is cut along its last
    dimension.

    Args:
        heads: heads with names.
        head_weights: weights of their losses; 1 by default.

    Returns:
        A head. Its predictions have the keys ``(name of the head, key)``, its metrics the names that the heads give
        them, its exports ``name/key``.

    Raises:
        ValueError: there are no heads, a head has no name or that of another, or the number of weights differs.
    """
    if not heads:
        raise ValueError("Must specify heads. Given: []")
    if head_weights and len(head_weights) != len(heads):
        raise ValueError(
            f"heads and head_weights must have the same size. Given {len(heads)} heads and {len(head_weights)} weights"
        )
    names = [head.name for head in heads]
    if not all(names):
        raise ValueError(f"All given heads must have name specified. Given: {names}")
    if len(set(names)) < len(names):
        raise ValueError(f"Every head must have a name of its own. Given: {names}")
    return _MultiHead(tuple(heads), tuple(head_weights or [1.0] * len(heads)))


class _MultiHead(_canned._Head):  # type: ignore[misc]
    def __init__(self, heads: tuple[Any, ...], weights: tuple[float, ...]) -> None:
        self._heads = heads
        self._weights = weights

    @property
    def name(self) -> str:
        return "_".join(head.name for head in self._heads)

    @property
    def logits_dimension(self) -> int:
        return sum(head.logits_dimension for head in self._heads)

    def create_loss(self, features: Any, mode: str, logits: Any, labels: Any) -> Any:
        """The loss that all heads share; of the parts, the single heads know."""
        parts = self._split(logits)
        losses = [
            head.create_loss(features, mode, parts[head.name], labels[head.name]).training_loss for head in self._heads
        ]
        return _canned.LossSpec(
            training_loss=self._sum(losses), unreduced_loss=None, weights=None, processed_labels=labels
        )

    def create_estimator_spec(
        self,
        features: Any,
        mode: str,
        logits: Any,
        labels: Any = None,
        optimizer: Any = None,
        train_op_fn: Callable[[Any], Any] | None = None,
        regularization_losses: Sequence[Any] | None = None,
    ) -> Any:
        """One specification of all heads; arguments as those of other heads."""
        parts = self._split(logits)
        train = mode == estimator.ModeKeys.TRAIN
        specs = []
        for head in self._heads:
            head_labels = None if labels is None else labels[head.name]
            train_op = {"train_op_fn": lambda loss: tf.no_op()} if train else {}
            specs.append(head.create_estimator_spec(features, mode, parts[head.name], labels=head_labels, **train_op))
        if mode == estimator.ModeKeys.PREDICT:
            return self._prediction(specs)

        loss = self._sum([spec.loss for spec in specs])
        if regularization_losses:
            loss = tf.add_n([loss, *regularization_losses])
        if not train:
            metrics = {key: metric for spec in specs for key, metric in spec.eval_metric_ops.items()}
            # The loss of each head among the metrics.
            for head, spec in zip(self._heads, specs, strict=True):
                metrics[f"loss/{head.name}"] = tf.metrics.mean(spec.loss)
            return estimator.EstimatorSpec(
                mode, predictions=self._predictions(specs), loss=loss, eval_metric_ops=metrics
            )
        if (optimizer is None) == (train_op_fn is None):
            raise ValueError("give one of optimizer and train_op_fn")
        if train_op_fn is not None:
            operation = train_op_fn(loss)
        else:
            operation = optimizer.minimize(loss, global_step=tf.train.get_global_step())
        with tf.name_scope(""):
            tf.summary.scalar("loss", loss)
        return estimator.EstimatorSpec(mode, loss=loss, train_op=operation)

    def _split(self, logits: Any) -> Any:
        if isinstance(logits, dict):
            return logits
        sizes = [head.logits_dimension for head in self._heads]
        return dict(zip((head.name for head in self._heads), tf.split(logits, sizes, axis=-1), strict=True))

    def _sum(self, losses: Sequence[Any]) -> Any:
        with tf.name_scope("merge_losses"):
            return tf.add_n([loss * weight for loss, weight in zip(losses, self._weights, strict=True)])

    def _predictions(self, specs: Sequence[Any]) -> dict[tuple[str, str], Any]:
        return {
            (head.name, key): value
            for head, spec in zip(self._heads, specs, strict=True)
            for key, value in (spec.predictions or {}).items()
        }

    def _prediction(self, specs: Sequence[Any]) -> Any:
        outputs = {_DEFAULT_SERVING: specs[0].export_outputs[_DEFAULT_SERVING]}
        for head, spec in zip(self._heads, specs, strict=True):
            for key, output in spec.export_outputs.items():
                outputs[head.name if key == _DEFAULT_SERVING else f"{head.name}/{key}"] = output
        predictions = self._predictions(specs)
        outputs["predict"] = estimator.export.PredictOutput(predictions)
        return estimator.EstimatorSpec(estimator.ModeKeys.PREDICT, predictions=predictions, export_outputs=outputs)
