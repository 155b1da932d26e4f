"""The networks and linear models of the canned estimators of ``tf.contrib.learn``, with the variables they had there.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn``; names of variables: its checkpoints.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import layers
from smtf_core.runtime.tf1.contrib.layers.feature_column import _FeatureColumn
from smtf_core.runtime.tf1.contrib.learn.estimators.constants import ModeKeys
from smtf_core.runtime.tf1.contrib.learn.estimators.head import Head
from smtf_core.runtime.tf1.contrib.learn.estimators.model_fn import ModelFnOps

_DNN, _LINEAR = "dnn", "linear"
_DNN_RATE, _MOST_LINEAR_RATE = 0.05, 0.2
_MIN_SLICE = 64 << 20


def _columns(given: Any) -> tuple[Any, ...]:
    return tuple(given or ())


@frozen
class Network:
    """The deep part of a model."""

    hidden_units: Sequence[int]
    feature_columns: tuple[Any, ...] = field(converter=_columns)
    optimizer: Any = None
    activation_fn: Callable[[Any], Any] | None = tf.nn.relu
    dropout: float | None = None
    gradient_clip_norm: float | None = None
    embedding_lr_multipliers: Mapping[Any, float] | None = None
    input_layer_min_slice_size: int | None = None

    def logits(self, features: Mapping[Any, Any], mode: str, dimension: int, shards: int) -> Any:
        """``[batch, dimension]``; variables are below the present scope."""
        slices = tf.min_max_variable_partitioner(shards, min_slice_size=self.input_layer_min_slice_size or _MIN_SLICE)
        with tf.variable_scope("input_from_feature_columns", values=_tensors(features), partitioner=slices) as scope:
            if all(isinstance(column, _FeatureColumn) for column in self.feature_columns):
                net = layers.input_from_feature_columns(
                    features, self.feature_columns, weight_collections=[_DNN], scope=scope
                )
            else:
                net = tf.feature_column.input_layer(features, self.feature_columns, weight_collections=[_DNN])
        for number, units in enumerate(self.hidden_units):
            with tf.variable_scope(f"hiddenlayer_{number}", values=[net]) as scope:
                net = layers.fully_connected(
                    net, units, activation_fn=self.activation_fn, variables_collections=[_DNN], scope=scope
                )
                if self.dropout is not None and mode == ModeKeys.TRAIN:
                    net = layers.dropout(net, keep_prob=1.0 - self.dropout)
            _summarize(net, scope.name)
        with tf.variable_scope("logits", values=[net]) as scope:
            logits = layers.fully_connected(
                net, dimension, activation_fn=None, variables_collections=[_DNN], scope=scope
            )
        _summarize(logits, scope.name)
        return logits

    def train(self, loss: Any, *, advance: bool = True) -> Any:
        """The operation that trains this part."""
        variables = tf.get_collection(_DNN)
        multipliers = {
            variable: factor
            for column, factor in (self.embedding_lr_multipliers or {}).items()
            for variable in variables
            if f"/input_from_feature_columns/{column.name}/" in f"/{variable.op.name}"
        }
        return layers.optimize_loss(
            loss,
            tf.train.get_global_step(),
            _DNN_RATE,
            self.optimizer or "Adagrad",
            gradient_multipliers=multipliers or None,
            clip_gradients=self.gradient_clip_norm,
            variables=variables,
            name=_DNN,
            summaries=[],
            increment_global_step=advance,
        )


@frozen
class Linear:
    """The linear part of a model."""

    feature_columns: tuple[Any, ...] = field(converter=_columns)
    optimizer: Any = None
    gradient_clip_norm: float | None = None
    joint_weights: bool = False

    def logits(self, features: Mapping[Any, Any], dimension: int, scope: Any) -> Any:
        """``[batch, dimension]``; variables are below ``scope``."""
        if not all(isinstance(column, _FeatureColumn) for column in self.feature_columns):
            return tf.feature_column.linear_model(
                features, self.feature_columns, units=dimension, weight_collections=[_LINEAR]
            )
        sums = (
            layers.joint_weighted_sum_from_feature_columns
            if self.joint_weights
            else layers.weighted_sum_from_feature_columns
        )
        logits, _, _ = sums(features, self.feature_columns, dimension, weight_collections=[_LINEAR], scope=scope)
        return logits

    @property
    def learning_rate(self) -> float:
        """The default: it falls with the number of columns."""
        return min(_MOST_LINEAR_RATE, 1.0 / math.sqrt(len(self.feature_columns)))

    def train(self, loss: Any) -> Any:
        """The operation that trains a model that has this part only."""
        variables = tf.get_collection(_LINEAR)
        gradients = tf.gradients(loss, variables)
        if self.gradient_clip_norm:
            gradients, _ = tf.clip_by_global_norm(gradients, self.gradient_clip_norm)
        optimizer = self.optimizer or tf.train.FtrlOptimizer(self.learning_rate)
        if isinstance(optimizer, str):
            optimizer = layers.OPTIMIZER_CLS_NAMES[optimizer](learning_rate=self.learning_rate)
        elif not isinstance(optimizer, tf.train.Optimizer):
            optimizer = optimizer()
        return optimizer.apply_gradients(
            list(zip(gradients, variables, strict=True)), global_step=tf.train.get_global_step()
        )

    def train_beside_network(self, loss: Any, *, advance: bool) -> Any:
        """The operation that trains this part of a wide and deep model."""
        return layers.optimize_loss(
            loss,
            tf.train.get_global_step(),
            self.learning_rate,
            self.optimizer or "Ftrl",
            clip_gradients=self.gradient_clip_norm,
            variables=tf.get_collection(_LINEAR),
            name=_LINEAR,
            summaries=[],
            increment_global_step=advance,
        )


ModelFn = Callable[..., ModelFnOps]


def network_model(head: Head, network: Network) -> ModelFn:
    """``model_fn`` of a network."""

    def model_fn(features: Any, labels: Any, mode: str, config: Any) -> ModelFnOps:
        named = _named(features)
        shards = max(1, config.num_ps_replicas)
        parts = tf.min_max_variable_partitioner(shards)
        with tf.variable_scope(_DNN, values=_tensors(named), partitioner=parts):
            logits = network.logits(named, mode, head.logits_dimension, shards)
            return head.create_model_fn_ops(named, mode, labels, network.train, logits)

    return model_fn


def linear_model(head: Head, linear: Linear) -> ModelFn:
    """``model_fn`` of a linear model."""

    def model_fn(features: Any, labels: Any, mode: str, config: Any) -> ModelFnOps:
        named = _named(features)
        parts = tf.min_max_variable_partitioner(max(1, config.num_ps_replicas), min_slice_size=_MIN_SLICE)
        with tf.variable_scope(_LINEAR, values=_tensors(named), partitioner=parts) as scope:
            logits = linear.logits(named, head.logits_dimension, scope)
            return head.create_model_fn_ops(named, mode, labels, linear.train, logits)

    return model_fn


def combined_model(head: Head, network: Network | None, linear: Linear | None, *, one_step: bool) -> ModelFn:
    """``model_fn`` of a network, a linear model, or both together.

    Args:
        head: the head.
        network: the deep part.
        linear: the linear part.
        one_step: count a step of both parts once; in TensorFlow 1 each part counted it unless told otherwise.

    Raises:
        ValueError: there is neither part.
    """
    if not (network and network.feature_columns) and not (linear and linear.feature_columns):
        raise ValueError("Either linear_feature_columns or dnn_feature_columns must be defined.")

    def model_fn(features: Any, labels: Any, mode: str, config: Any) -> ModelFnOps:
        named = _named(features)
        shards = max(1, config.num_ps_replicas)
        parts: list[Any] = []
        trainers: list[Callable[..., Any]] = []
        if network is not None and network.feature_columns:
            partitioner = tf.min_max_variable_partitioner(shards)
            with tf.variable_scope(_DNN, values=_tensors(named), partitioner=partitioner):
                parts.append(network.logits(named, mode, head.logits_dimension, shards))
            trainers.append(network.train)
        if linear is not None and linear.feature_columns:
            partitioner = tf.min_max_variable_partitioner(shards, min_slice_size=_MIN_SLICE)
            with tf.variable_scope(_LINEAR, values=_tensors(named), partitioner=partitioner) as scope:
                parts.append(linear.logits(named, head.logits_dimension, scope))
            trainers.append(linear.train_beside_network)

        def train(loss: Any) -> Any:
            trained = tf.group(*(trainer(loss, advance=not one_step) for trainer in trainers))
            if not one_step:
                return trained
            with tf.control_dependencies([trained]):
                return tf.assign_add(tf.train.get_global_step(), 1).op

        return head.create_model_fn_ops(named, mode, labels, train, tf.add_n(parts))

    return model_fn


def _named(features: Any) -> dict[Any, Any]:
    return dict(features) if isinstance(features, Mapping) else {"": features}


def _tensors(features: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(features.values())


def _summarize(value: Any, tag: str) -> None:
    tf.summary.scalar(f"{tag}/fraction_of_zero_values", tf.nn.zero_fraction(value))
    tf.summary.histogram(f"{tag}/activation", value)
