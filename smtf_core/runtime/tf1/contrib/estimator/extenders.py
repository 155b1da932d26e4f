"""Estimators and optimizers with something added.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.estimator.forward_features`` and ``clip_gradients_by_norm``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import estimator as _estimator
from smtf_core.runtime.tf1.base import tf


def forward_features(
    estimator: Any, keys: str | Sequence[str] | None = None, sparse_default_values: Mapping[str, Any] | None = None
) -> Any:
    """An estimator whose predictions also have features, e.g. the key of each example.

    Args:
        estimator: whose ``model_fn`` gives a dict of predictions.
        keys: the features; by default all.
        sparse_default_values: name of a sparse feature → value of its empty places, for those to be made dense.

    Returns:
        An estimator with the same folder and configuration.

    Raises:
        TypeError: ``keys`` is neither a name nor a list of names, or the predictions are no dict.
        KeyError: there is no such feature.
        ValueError: a prediction has that name, or a feature is sparse without a value for its empty places.
    """
    names = [keys] if isinstance(keys, str) else keys
    if names is not None and not (isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names)):
        raise TypeError(f"keys should be either a string or a list of strings. Given: {keys!r}")

    def model_fn(features: Any, labels: Any, mode: str, config: Any) -> Any:
        spec = estimator._call_model_fn(features, labels, mode, config)
        if not spec.predictions:
            return spec
        if not isinstance(spec.predictions, dict):
            raise TypeError(f"Predictions should be a dict to be able to forward features. Given: {spec.predictions!r}")
        predictions = dict(spec.predictions)
        for name in features if names is None else names:
            if name not in features:
                raise KeyError(f"keys should be exist in features. Key {name!r} is not in features: {list(features)}")
            if name in predictions:
                raise ValueError(f"Cannot forward feature key {name!r}: it exists in predictions, {list(predictions)}")
            predictions[name] = _dense(name, features[name], sparse_default_values or {})
        outputs = spec.export_outputs
        if outputs:
            outputs = {key: _with_features(output, spec.predictions, predictions) for key, output in outputs.items()}
        return spec._replace(predictions=predictions, export_outputs=outputs)

    return _estimator.Estimator(model_fn, model_dir=estimator.model_dir, config=estimator.config)


def _dense(name: str, feature: Any, defaults: Mapping[str, Any]) -> Any:
    if isinstance(feature, tf.SparseTensor):
        if name not in defaults:
            raise ValueError(f"Feature {name!r} is sparse; give the value of its empty places in sparse_default_values")
        return tf.sparse_tensor_to_dense(feature, defaults[name])
    return feature


def _with_features(output: Any, before: Mapping[str, Any], predictions: Mapping[str, Any]) -> Any:
    """The output with the features, if it is the one that gives the predictions."""
    predict = _estimator.export.PredictOutput
    if isinstance(output, predict) and set(output.outputs) == set(before):
        return predict(dict(predictions))
    return output


def clip_gradients_by_norm(optimizer: Any, clip_norm: Any) -> Any:
    """An optimizer that scales all gradients down together when their global norm is larger than ``clip_norm``.

    Args:
        optimizer: a ``tf.train.Optimizer``; it keeps its slots under its own names.
        clip_norm: scalar, positive.

    Returns:
        A ``tf.train.Optimizer``.
    """
    return _ClippedOptimizer(optimizer, clip_norm)


class _ClippedOptimizer(tf.train.Optimizer):  # type: ignore[misc]
    def __init__(self, optimizer: Any, clip_norm: Any) -> None:
        super().__init__(use_locking=False, name="ClipByNorm" + optimizer.get_name())
        self._inner = optimizer
        self._clip_norm = clip_norm

    def compute_gradients(self, *args: Any, **kwargs: Any) -> Any:
        return self._inner.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Any:
        gradients, variables = zip(*grads_and_vars, strict=True)
        clipped, _ = tf.clip_by_global_norm(gradients, self._clip_norm)
        return self._inner.apply_gradients(list(zip(clipped, variables, strict=True)), global_step, name)

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        return self._inner.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> Any:
        return self._inner.get_slot_names(*args, **kwargs)

    def variables(self) -> Any:
        return self._inner.variables()
