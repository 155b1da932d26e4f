"""How Keras of TensorFlow 1.4 to 1.11 counted: metrics as means of batches, crossentropy of probabilities.

Source: both compared with TensorFlow 1.11 itself, on batches of different sizes and targets that do not sum to one.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.scripts_only import replace_for_scripts

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
    replace_for_scripts(backend, "_get_logits", _keeping_probabilities, counts_so)
    averaging = functools.partial(_averaging_batches, metrics.MeanMetricWrapper)
    replace_for_scripts(metrics.Reduce, "update_state", averaging, counts_so)


def _keeping_probabilities(genuine: Callable[..., Any]) -> Callable[..., Any]:
    """Keras has since exchanged the output of a softmax or sigmoid layer for what went into it.

    The loss of such logits has another gradient where targets do not sum to one, as smoothed and multiple labels.
    """

    def get_logits(output: Any, from_logits: Any, *arguments: Any, **options: Any) -> Any:
        return output, from_logits

    return get_logits


def _averaging_batches(metric_of_function: type, genuine: Callable[..., Any]) -> Callable[..., Any]:
    """A metric function's mean was one of batches, in which a smaller last one counted as much as the others."""

    def update_state(self: Any, values: Any, sample_weight: Any = None) -> Any:
        if isinstance(self, metric_of_function):
            values, sample_weight = _mean_of_batch(values, sample_weight), None
        return genuine(self, values, sample_weight)

    return update_state


def _mean_of_batch(values: Any, weights: Any) -> Any:
    tf: Any = importlib.import_module("tensorflow")
    if weights is None:
        return tf.reduce_mean(values)
    losses: Any = importlib.import_module("tf_keras.src.utils.losses_utils")
    values, _, weights = losses.squeeze_or_expand_dimensions(values, sample_weight=weights)
    weights = tf.cast(weights, values.dtype) * tf.ones_like(values)
    return tf.math.divide_no_nan(tf.reduce_sum(values * weights), tf.reduce_sum(weights))
