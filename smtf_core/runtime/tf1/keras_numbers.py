"""How Keras of TensorFlow 1.4 to 1.11 counted: metrics as means of batches, crossentropy of probabilities.

Source: both compared with TensorFlow 1.11 itself, on batches of different sizes and targets that do not sum to one.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

_LAST_TO_COUNT_SO = (1, 11)


def count_as_keras_did(script_version: Callable[[], Any]) -> None:
    """Wrap two functions of Keras 2, for threads that run a script of those releases. Doing it again changes nothing.

    Args:
        script_version: the release that this thread's script is written for; ``None`` where there is none.
    """

    def counts_so() -> bool:
        version = script_version()
        return version is not None and version.minor_version <= _LAST_TO_COUNT_SO

    backend: Any = importlib.import_module("tf_keras.src.backend")
    metrics: Any = importlib.import_module("tf_keras.src.metrics.base_metric")
    if getattr(backend._get_logits, "smtf_genuine", None) is None:
        backend._get_logits = _keeping_probabilities(backend._get_logits, counts_so)
        metrics.Reduce.update_state = _averaging_batches(metrics, counts_so)


def _keeping_probabilities(genuine: Callable[..., Any], counts_so: Callable[[], bool]) -> Callable[..., Any]:
    """Keras has since exchanged the output of a softmax or sigmoid layer for what went into it.

    The loss of such logits has another gradient where targets do not sum to one, as smoothed and multiple labels.
    """

    @functools.wraps(genuine)
    def get_logits(output: Any, from_logits: Any, *arguments: Any, **options: Any) -> Any:
        return (output, from_logits) if counts_so() else genuine(output, from_logits, *arguments, **options)

    get_logits.smtf_genuine = genuine  # type: ignore[attr-defined]
    return get_logits


def _averaging_batches(metrics: Any, counts_so: Callable[[], bool]) -> Callable[..., Any]:
    """A metric function's mean was one of batches, in which a smaller last one counted as much as the others."""
    genuine = metrics.Reduce.update_state

    @functools.wraps(genuine)
    def update_state(self: Any, values: Any, sample_weight: Any = None) -> Any:
        if isinstance(self, metrics.MeanMetricWrapper) and counts_so():
            values, sample_weight = _mean_of_batch(values, sample_weight), None
        return genuine(self, values, sample_weight)

    update_state.smtf_genuine = genuine  # type: ignore[attr-defined]
    return update_state


def _mean_of_batch(values: Any, weights: Any) -> Any:
    tf: Any = importlib.import_module("tensorflow")
    if weights is None:
        return tf.reduce_mean(values)
    losses: Any = importlib.import_module("tf_keras.src.utils.losses_utils")
    values, _, weights = losses.squeeze_or_expand_dimensions(values, sample_weight=weights)
    weights = tf.cast(weights, values.dtype) * tf.ones_like(values)
    return tf.math.divide_no_nan(tf.reduce_sum(values * weights), tf.reduce_sum(weights))
