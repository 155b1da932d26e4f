"""What of a model a metric measures. Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.MetricSpec``."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any


class MetricSpec:
    """A metric, and the names of what it is given.

    Args:
        metric_fn: a function of predictions, labels and perhaps weights, by whatever names it has for them.
        prediction_key: which prediction, where there are several.
        label_key: which label, where there are several.
        weight_key: the feature with the weights.
    """

    def __init__(
        self,
        metric_fn: Callable[..., Any],
        prediction_key: str | None = None,
        label_key: str | None = None,
        weight_key: str | None = None,
    ) -> None:
        self.metric_fn = metric_fn
        self.prediction_key = prediction_key
        self.label_key = label_key
        self.weight_key = weight_key

    def create_metric_ops(self, inputs: Any, labels: Any, predictions: Any) -> Any:
        """Build the metric.

        Args:
            inputs: the features.
            labels: a tensor, or a dict of such.
            predictions: a tensor, or a dict of such.

        Returns:
            What ``metric_fn`` returns, e.g. ``(value, update operation)``.

        Raises:
            ValueError: a key is missing, unknown, or there is nothing to choose from.
        """
        given = {
            "predictions": _chosen(predictions, self.prediction_key, "prediction", self),
            "labels": _chosen(labels, self.label_key, "label", self),
        }
        if self.weight_key is not None:
            given["weights"] = _chosen(inputs, self.weight_key, "weight", self)
        names = _argument_names(self.metric_fn)
        call = {}
        for role, value in given.items():
            name = next((name for name in _NAMES[role] if name in names), None)
            if name is not None:
                call[name] = value
            elif role == "weights":
                raise ValueError(f"Got weight_key, but the metric takes no weights: {self}")
        if len(call) < len(given):  # a metric with names of its own takes predictions, labels, weights in this order
            return self.metric_fn(*given.values())
        return self.metric_fn(**call)

    def __str__(self) -> str:
        function = self.metric_fn.func if isinstance(self.metric_fn, functools.partial) else self.metric_fn
        name = getattr(function, "__name__", type(function).__name__)
        return (
            f"MetricSpec(metric_fn={name}, prediction_key={self.prediction_key}, label_key={self.label_key}, "
            f"weight_key={self.weight_key})"
        )


_NAMES = {
    "predictions": ("predictions", "prediction", "predicted", "logits", "y_pred", "outputs"),
    "labels": ("labels", "label", "targets", "target", "ground_truth", "y_true"),
    "weights": ("weights", "weight", "sample_weight"),
}


def _argument_names(function: Callable[..., Any]) -> set[str]:
    taken = function.keywords if isinstance(function, functools.partial) else {}
    return set(inspect.signature(function).parameters) - set(taken)


def _chosen(given: Any, key: str | None, what: str, spec: MetricSpec) -> Any:
    if not isinstance(given, Mapping):
        if key is not None:
            raise ValueError(f"{spec} has {what}_key, but there is one {what} without a name: {given}")
        return given
    if key is None:
        if len(given) > 1:
            raise ValueError(f"{spec} needs {what}_key: there are {sorted(given)}")
        (value,) = given.values()
        return value
    if key not in given:
        raise ValueError(f"{spec}: {what}_key is not among {sorted(given)}")
    return given[key]


def metric_ops(metrics: Mapping[Any, Any], inputs: Any, labels: Any, predictions: Any) -> dict[str, Any]:
    """Build metrics.

    Args:
        metrics: name → :class:`MetricSpec` or function; ``(name, prediction key)`` → function.
        inputs: the features.
        labels: a tensor, or a dict of such.
        predictions: a tensor, or a dict of such.
    """
    built = {}
    for name, metric in metrics.items():
        if isinstance(metric, MetricSpec):
            built[name] = metric.create_metric_ops(inputs, labels, predictions)
        elif isinstance(name, tuple):
            built[name[0]] = metric(_chosen(predictions, name[1], "prediction", MetricSpec(metric, name[1])), labels)
        else:
            built[name] = metric(_chosen(predictions, None, "prediction", MetricSpec(metric)), labels)
    return built
