"""The canned estimators of ``tf.contrib.learn``.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.DNNClassifier`` and the like. New code uses those of
``tf.estimator``, whose variables have other names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.learn.estimators.canned_model import (
    Linear,
    Network,
    combined_model,
    linear_model,
    network_model,
)
from smtf_core.runtime.tf1.contrib.learn.estimators.constants import PredictionKey
from smtf_core.runtime.tf1.contrib.learn.estimators.estimator import Estimator
from smtf_core.runtime.tf1.contrib.learn.estimators.head import RegressionHead, classification_head

Engineering = Callable[[Any, Any], tuple[Any, Any]] | None


def _no_centered_bias(asked: bool) -> None:
    if asked:
        raise ValueError("enable_centered_bias is not available; leave it out: the logits have a bias of their own")


class _Canned(Estimator):
    """What all canned estimators do: by default they predict the one thing that they are for."""

    _predicts: str

    def predict(
        self,
        x: Any = None,
        input_fn: Any = None,
        batch_size: int | None = None,
        outputs: Sequence[str] | None = None,
        as_iterable: bool = True,
        iterate_batches: bool = False,
        **others: Any,
    ) -> Any:
        """See ``Estimator.predict``; without ``outputs`` the classes or scores alone, unless ``tf.estimator`` asks."""
        if outputs is not None or callable(x):
            return super().predict(x, input_fn, batch_size, outputs, as_iterable, iterate_batches, **others)
        return self._one(self._predicts, x, input_fn, batch_size, as_iterable)

    def _one(self, key: str, x: Any, input_fn: Any, batch_size: int | None, as_iterable: bool) -> Any:
        found = super().predict(x, input_fn, batch_size, [key], as_iterable)
        return (one[key] for one in found) if as_iterable else found[key]


class _Classifier(_Canned):
    _predicts = PredictionKey.CLASSES

    def predict_classes(
        self, x: Any = None, input_fn: Any = None, batch_size: int | None = None, as_iterable: bool = True
    ) -> Any:
        """The class of each example."""
        return self._one(PredictionKey.CLASSES, x, input_fn, batch_size, as_iterable)

    def predict_proba(
        self, x: Any = None, input_fn: Any = None, batch_size: int | None = None, as_iterable: bool = True
    ) -> Any:
        """The probabilities of each example's classes."""
        return self._one(PredictionKey.PROBABILITIES, x, input_fn, batch_size, as_iterable)


class _Regressor(_Canned):
    _predicts = PredictionKey.SCORES

    def predict_scores(
        self, x: Any = None, input_fn: Any = None, batch_size: int | None = None, as_iterable: bool = True
    ) -> Any:
        """The numbers of each example."""
        return self._one(PredictionKey.SCORES, x, input_fn, batch_size, as_iterable)


class DNNClassifier(_Classifier):
    """A network that classifies.

    Args:
        hidden_units: units of each hidden layer.
        feature_columns: columns of ``tf.contrib.layers``, or of ``tf.feature_column``.
        model_dir: folder of the model.
        n_classes: how many classes; labels are their numbers.
        weight_column_name: feature with the weights of the examples.
        optimizer: a ``tf.train.Optimizer``, its name, or a function; Adagrad by default.
        activation_fn: of the hidden layers.
        dropout: share of the units that is left out in training.
        gradient_clip_norm: the largest norm of the gradients.
        enable_centered_bias: not available.
        config: a ``RunConfig``.
        feature_engineering_fn: see :class:`~smtf_core.runtime.tf1.contrib.learn.estimators.estimator.Estimator`.
        embedding_lr_multipliers: embedding column → factor of its learning rate.
        input_layer_min_slice_size: smallest part of an embedding on a parameter server, in bytes.
        label_keys: the labels, if they are strings.

    Raises:
        ValueError: an argument is wrong or not available.
    """

    def __init__(
        self,
        hidden_units: Sequence[int],
        feature_columns: Any,
        model_dir: str | None = None,
        n_classes: int = 2,
        weight_column_name: str | None = None,
        optimizer: Any = None,
        activation_fn: Callable[[Any], Any] | None = tf.nn.relu,
        dropout: float | None = None,
        gradient_clip_norm: float | None = None,
        enable_centered_bias: bool = False,
        config: Any = None,
        feature_engineering_fn: Engineering = None,
        embedding_lr_multipliers: Mapping[Any, float] | None = None,
        input_layer_min_slice_size: int | None = None,
        label_keys: Sequence[str] | None = None,
    ) -> None:
        _no_centered_bias(enable_centered_bias)
        network = Network(
            hidden_units,
            feature_columns,
            optimizer,
            activation_fn,
            dropout,
            gradient_clip_norm,
            embedding_lr_multipliers,
            input_layer_min_slice_size,
        )
        head = classification_head(n_classes, weight_column_name, label_keys)
        super().__init__(network_model(head, network), model_dir, config, feature_engineering_fn=feature_engineering_fn)


class DNNRegressor(_Regressor):
    """A network that predicts ``label_dimension`` numbers; the other arguments are those of :class:`DNNClassifier`."""

    def __init__(
        self,
        hidden_units: Sequence[int],
        feature_columns: Any,
        model_dir: str | None = None,
        weight_column_name: str | None = None,
        optimizer: Any = None,
        activation_fn: Callable[[Any], Any] | None = tf.nn.relu,
        dropout: float | None = None,
        gradient_clip_norm: float | None = None,
        enable_centered_bias: bool = False,
        config: Any = None,
        feature_engineering_fn: Engineering = None,
        label_dimension: int = 1,
        embedding_lr_multipliers: Mapping[Any, float] | None = None,
        input_layer_min_slice_size: int | None = None,
    ) -> None:
        _no_centered_bias(enable_centered_bias)
        network = Network(
            hidden_units,
            feature_columns,
            optimizer,
            activation_fn,
            dropout,
            gradient_clip_norm,
            embedding_lr_multipliers,
            input_layer_min_slice_size,
        )
        head = RegressionHead(label_dimension, weight_column_name)
        super().__init__(network_model(head, network), model_dir, config, feature_engineering_fn=feature_engineering_fn)


class LinearClassifier(_Classifier):
    """A linear model that classifies; see :class:`DNNClassifier`. The optimizer is Ftrl by default."""

    def __init__(
        self,
        feature_columns: Any,
        model_dir: str | None = None,
        n_classes: int = 2,
        weight_column_name: str | None = None,
        optimizer: Any = None,
        gradient_clip_norm: float | None = None,
        enable_centered_bias: bool = False,
        _joint_weight: bool = False,
        config: Any = None,
        feature_engineering_fn: Engineering = None,
        label_keys: Sequence[str] | None = None,
    ) -> None:
        _no_centered_bias(enable_centered_bias)
        linear = Linear(feature_columns, optimizer, gradient_clip_norm, _joint_weight)
        head = classification_head(n_classes, weight_column_name, label_keys)
        super().__init__(linear_model(head, linear), model_dir, config, feature_engineering_fn=feature_engineering_fn)


class LinearRegressor(_Regressor):
    """A linear model that predicts ``label_dimension`` numbers; see :class:`LinearClassifier`."""

    def __init__(
        self,
        feature_columns: Any,
        model_dir: str | None = None,
        weight_column_name: str | None = None,
        optimizer: Any = None,
        gradient_clip_norm: float | None = None,
        enable_centered_bias: bool = False,
        label_dimension: int = 1,
        _joint_weights: bool = False,
        config: Any = None,
        feature_engineering_fn: Engineering = None,
    ) -> None:
        _no_centered_bias(enable_centered_bias)
        linear = Linear(feature_columns, optimizer, gradient_clip_norm, _joint_weights)
        head = RegressionHead(label_dimension, weight_column_name)
        super().__init__(linear_model(head, linear), model_dir, config, feature_engineering_fn=feature_engineering_fn)


class DNNLinearCombinedClassifier(_Classifier):
    """A network and a linear model whose logits are added; see :class:`DNNClassifier`.

    With ``fix_global_step_increment_bug`` a step counts once; otherwise each part counts it, as it did there.
    """

    def __init__(
        self,
        model_dir: str | None = None,
        n_classes: int = 2,
        weight_column_name: str | None = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = None,
        _joint_linear_weights: bool = False,
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = None,
        dnn_hidden_units: Sequence[int] | None = None,
        dnn_activation_fn: Callable[[Any], Any] | None = tf.nn.relu,
        dnn_dropout: float | None = None,
        gradient_clip_norm: float | None = None,
        enable_centered_bias: bool = False,
        config: Any = None,
        feature_engineering_fn: Engineering = None,
        embedding_lr_multipliers: Mapping[Any, float] | None = None,
        input_layer_min_slice_size: int | None = None,
        label_keys: Sequence[str] | None = None,
        fix_global_step_increment_bug: bool = False,
    ) -> None:
        _no_centered_bias(enable_centered_bias)
        linear = Linear(linear_feature_columns, linear_optimizer, gradient_clip_norm, _joint_linear_weights)
        network = _network(
            dnn_hidden_units,
            dnn_feature_columns,
            dnn_optimizer,
            dnn_activation_fn,
            dnn_dropout,
            gradient_clip_norm,
            embedding_lr_multipliers,
            input_layer_min_slice_size,
        )
        head = classification_head(n_classes, weight_column_name, label_keys)
        model_fn = combined_model(head, network, linear, one_step=fix_global_step_increment_bug)
        super().__init__(model_fn, model_dir, config, feature_engineering_fn=feature_engineering_fn)


class DNNLinearCombinedRegressor(_Regressor):
    """A network and a linear model that predict numbers together; see :class:`DNNLinearCombinedClassifier`."""

    def __init__(
        self,
        model_dir: str | None = None,
        weight_column_name: str | None = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = None,
        _joint_linear_weights: bool = False,
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = None,
        dnn_hidden_units: Sequence[int] | None = None,
        dnn_activation_fn: Callable[[Any], Any] | None = tf.nn.relu,
        dnn_dropout: float | None = None,
        gradient_clip_norm: float | None = None,
        enable_centered_bias: bool = False,
        label_dimension: int = 1,
        config: Any = None,
        feature_engineering_fn: Engineering = None,
        embedding_lr_multipliers: Mapping[Any, float] | None = None,
        input_layer_min_slice_size: int | None = None,
        fix_global_step_increment_bug: bool = False,
    ) -> None:
        _no_centered_bias(enable_centered_bias)
        linear = Linear(linear_feature_columns, linear_optimizer, gradient_clip_norm, _joint_linear_weights)
        network = _network(
            dnn_hidden_units,
            dnn_feature_columns,
            dnn_optimizer,
            dnn_activation_fn,
            dnn_dropout,
            gradient_clip_norm,
            embedding_lr_multipliers,
            input_layer_min_slice_size,
        )
        head = RegressionHead(label_dimension, weight_column_name)
        model_fn = combined_model(head, network, linear, one_step=fix_global_step_increment_bug)
        super().__init__(model_fn, model_dir, config, feature_engineering_fn=feature_engineering_fn)


def _network(hidden_units: Sequence[int] | None, feature_columns: Any, *others: Any) -> Network | None:
    if not feature_columns:
        return None
    if not hidden_units:
        raise ValueError("dnn_hidden_units must be defined when dnn_feature_columns is specified.")
    return Network(hidden_units, feature_columns, *others)
