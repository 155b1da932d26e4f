"""``optimize_loss``: a training operation of a loss.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers.optimize_loss``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf

OPTIMIZER_CLS_NAMES = {
    "Adagrad": tf.train.AdagradOptimizer,
    "Adam": tf.train.AdamOptimizer,
    "Ftrl": tf.train.FtrlOptimizer,
    "Momentum": lambda learning_rate: tf.train.MomentumOptimizer(learning_rate, momentum=0.9),
    "RMSProp": tf.train.RMSPropOptimizer,
    "SGD": tf.train.GradientDescentOptimizer,
}
OPTIMIZER_SUMMARIES = ["learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm"]

Gradients = list[tuple[Any, Any]]


def optimize_loss(
    loss: Any,
    global_step: Any,
    learning_rate: Any,
    optimizer: Any,
    gradient_noise_scale: float | None = None,
    gradient_multipliers: dict[Any, Any] | None = None,
    clip_gradients: float | Callable[[Gradients], Gradients] | None = None,
    learning_rate_decay_fn: Callable[[Any, Any], Any] | None = None,
    update_ops: Sequence[Any] | None = None,
    variables: Sequence[Any] | None = None,
    name: str | None = None,
    summaries: Sequence[str] | None = None,
    colocate_gradients_with_ops: bool = False,
    increment_global_step: bool = True,
) -> Any:
    """An operation that trains for one step and gives the loss.

    Args:
        loss: scalar.
        global_step: the step; ``None``: the graph's.
        learning_rate: float or scalar tensor; ``None``: the optimizer has its own.
        optimizer: a name (see ``OPTIMIZER_CLS_NAMES``), a class, an instance, or a function of the learning rate (or
            of nothing) that gives an instance.
        gradient_noise_scale: standard deviation of noise on the gradients.
        gradient_multipliers: variable or its name → factor of its gradient.
        clip_gradients: the largest global norm, or a function from gradients and variables to such.
        learning_rate_decay_fn: a function of learning rate and step that gives the learning rate.
        update_ops: run before the loss; those of ``UPDATE_OPS`` by default.
        variables: to train; the trainable ones by default.
        name: scope; ``OptimizeLoss``.
        summaries: of ``OPTIMIZER_SUMMARIES``; the loss, a decayed learning rate and the gradients' norm by default.
        colocate_gradients_with_ops: see ``tf.gradients``.
        increment_global_step: whether the step advances.

    Returns:
        The loss, after a step.

    Raises:
        ValueError: an argument has a wrong type or value.
    """
    loss = tf.convert_to_tensor(loss)
    if loss.shape.ndims not in (0, None):
        raise ValueError(f"Expected scalar shape for {loss.name}, saw shape: {loss.shape}.")
    step = tf.train.get_global_step() if global_step is None else global_step
    if global_step is not None:
        tf.train.assert_global_step(step)
    with tf.variable_scope(name, "OptimizeLoss", [loss, step]):
        updates = list(tf.get_collection(tf.GraphKeys.UPDATE_OPS) if update_ops is None else update_ops)
        if updates:
            with tf.control_dependencies(updates):
                loss = tf.identity(loss)
        rate = _learning_rate(learning_rate)
        if summaries is None:
            summaries = ["loss", "learning_rate", "global_gradient_norm"]
        for wanted in summaries:
            if wanted not in OPTIMIZER_SUMMARIES:
                raise ValueError(
                    f"Summaries should be one of [{', '.join(OPTIMIZER_SUMMARIES)}], you provided {wanted}."
                )
        if rate is not None and learning_rate_decay_fn is not None:
            if step is None:
                raise ValueError("global_step is required for learning_rate_decay_fn.")
            rate = learning_rate_decay_fn(rate, step)
            if "learning_rate" in summaries:
                tf.summary.scalar("learning_rate", rate)
        opt = _optimizer(optimizer, rate)
        gradients: Gradients = opt.compute_gradients(
            loss,
            tf.trainable_variables() if variables is None else variables,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        if gradient_noise_scale is not None:
            gradients = [(_noisy(g, gradient_noise_scale), v) for g, v in gradients]
        if gradient_multipliers is not None:
            gradients = _multiplied(gradients, gradient_multipliers)
        if "global_gradient_norm" in summaries or "gradient_norm" in summaries:
            tf.summary.scalar("global_norm/gradient_norm", tf.global_norm([g for g, _ in gradients]))
        clipped = _clipped(gradients, clip_gradients)
        if "loss" in summaries:
            tf.summary.scalar("loss", loss)
        for gradient, variable in clipped:
            if gradient is None:
                continue
            values = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
            short = variable.name.replace(":", "_")
            if "gradients" in summaries:
                tf.summary.histogram(f"gradients/{short}", values)
            if "gradient_norm" in summaries:
                tf.summary.scalar(f"gradient_norm/{short}", tf.global_norm([values]))
        if clip_gradients is not None and ("global_gradient_norm" in summaries or "gradient_norm" in summaries):
            tf.summary.scalar("global_norm/clipped_gradient_norm", tf.global_norm([g for g, _ in clipped]))
        trained = opt.apply_gradients(clipped, global_step=step if increment_global_step else None, name="train")
        with tf.control_dependencies([trained]):
            return tf.identity(loss, name="control_dependency")


def _learning_rate(learning_rate: Any) -> Any:
    if learning_rate is None:
        return None
    if tf.is_tensor(learning_rate) and learning_rate.shape.ndims == 0:
        return learning_rate
    if isinstance(learning_rate, (float, int)):
        if learning_rate < 0.0:
            raise ValueError(f"Invalid learning_rate {learning_rate}.")
        return tf.get_variable(
            "learning_rate", [], trainable=False, initializer=tf.constant_initializer(float(learning_rate))
        )
    raise ValueError(f"Learning rate should be 0d Tensor or float. Got {learning_rate!r}")


def _optimizer(optimizer: Any, rate: Any) -> Any:
    if isinstance(optimizer, str):
        if rate is None:
            raise ValueError(f"Learning rate is None, but should be specified if optimizer is string ({optimizer}).")
        if optimizer not in OPTIMIZER_CLS_NAMES:
            names = ", ".join(OPTIMIZER_CLS_NAMES)
            raise ValueError(f"Optimizer name should be one of [{names}], you provided {optimizer}.")
        return OPTIMIZER_CLS_NAMES[optimizer](learning_rate=rate)
    if isinstance(optimizer, type) and issubclass(optimizer, tf.train.Optimizer):
        if rate is None:
            raise ValueError(f"Learning rate is None, but should be specified if optimizer is class ({optimizer}).")
        return optimizer(learning_rate=rate)
    if isinstance(optimizer, tf.train.Optimizer):
        return optimizer
    if callable(optimizer):
        made = optimizer() if rate is None and not inspect.signature(optimizer).parameters else optimizer(rate)
        if isinstance(made, tf.train.Optimizer):
            return made
        raise ValueError(f"Unrecognized optimizer: function should return subclass of Optimizer. Got {made}.")
    raise ValueError(
        f"Unrecognized optimizer: should be string, subclass of Optimizer, instance of subclass of Optimizer or "
        f"function with one argument. Got {optimizer}."
    )


def _noisy(gradient: Any, scale: float) -> Any:
    if gradient is None:
        return None
    values = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
    noisy = values + tf.truncated_normal(tf.shape(values)) * scale
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(noisy, gradient.indices, gradient.dense_shape)
    return noisy


def _multiplied(gradients: Gradients, multipliers: dict[Any, Any]) -> Gradients:
    if not isinstance(multipliers, dict) or not multipliers:
        raise ValueError("gradient_multipliers must be a dictionary of variables or names, and not empty.")
    by_name = {(key if isinstance(key, str) else key.op.name): factor for key, factor in multipliers.items()}
    result = []
    for gradient, variable in gradients:
        factor = by_name.get(variable.op.name, by_name.get(variable.name))
        if factor is not None:
            if gradient is None:
                raise ValueError("Requested multiple of `None` gradient.")
            result.append((_times(gradient, factor), variable))
        else:
            result.append((gradient, variable))
    return result


def _times(gradient: Any, factor: Any) -> Any:
    if isinstance(gradient, tf.IndexedSlices):
        values = gradient.values * tf.cast(factor, gradient.values.dtype)
        return tf.IndexedSlices(values, gradient.indices, gradient.dense_shape)
    return gradient * tf.cast(factor, gradient.dtype)


def _clipped(gradients: Gradients, clip: Any) -> Gradients:
    if clip is None:
        return gradients
    if isinstance(clip, (float, int)):
        clipped, _ = tf.clip_by_global_norm([g for g, _ in gradients], clip)
        return list(zip(clipped, [v for _, v in gradients], strict=True))
    if callable(clip):
        return list(clip(gradients))
    raise ValueError(f"Unknown type {type(clip)} for clip_gradients")
