"""The training operation and its loop.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.training.create_train_op``, ``train`` and the functions for
gradients.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf

GradientsAndVariables = Sequence[tuple[Any, Any]]

# The real one's default value for "the graph's own global step"; None means "no global step".
_USE_GLOBAL_STEP = 0


def add_gradients_summaries(grads_and_vars: GradientsAndVariables) -> list[Any]:
    """Histograms of the gradients and of their norms.

    Args:
        grads_and_vars: gradient and variable, as ``compute_gradients`` gives them; those without a gradient are left
            out, with a line in the log.

    Returns:
        The summaries: string scalars.
    """
    summaries = []
    for gradient, variable in grads_and_vars:
        if gradient is None:
            tf.logging.info("Var %s has no gradient", variable.op.name)
            continue
        values = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
        summaries.append(tf.summary.histogram(f"{variable.op.name}_gradient", values))
        summaries.append(tf.summary.histogram(f"{variable.op.name}_gradient_norm", tf.global_norm([values])))
    return summaries


def clip_gradient_norms(gradients_to_variables: GradientsAndVariables, max_norm: float) -> list[tuple[Any, Any]]:
    """Scale down every gradient whose norm is larger than ``max_norm``.

    Args:
        gradients_to_variables: gradient and variable.
        max_norm: the largest L2 norm of one gradient.

    Returns:
        The clipped gradients with their variables.
    """
    return [
        (None if gradient is None else _each(gradient, lambda values: tf.clip_by_norm(values, max_norm)), variable)
        for gradient, variable in gradients_to_variables
    ]


def clip_gradient_norms_fn(max_norm: float) -> Callable[[GradientsAndVariables], list[tuple[Any, Any]]]:
    """:func:`clip_gradient_norms` as a ``transform_grads_fn``.

    Args:
        max_norm: the largest L2 norm of one gradient.
    """
    return lambda gradients_to_variables: clip_gradient_norms(gradients_to_variables, max_norm)


def multiply_gradients(
    grads_and_vars: GradientsAndVariables, gradient_multipliers: Mapping[Any, Any]
) -> list[tuple[Any, Any]]:
    """Multiply chosen gradients, for learning rates that differ between variables.

    Args:
        grads_and_vars: gradient and variable.
        gradient_multipliers: variable, or its name → factor.

    Returns:
        The gradients with their variables.

    Raises:
        ValueError: ``grads_and_vars`` is no list, ``gradient_multipliers`` is empty or no dict, or a variable in it has
            no gradient.
    """
    if not isinstance(grads_and_vars, list):
        raise ValueError("`grads_and_vars` must be a list.")  # noqa: TRY004 - what TensorFlow 1 raises
    if not gradient_multipliers:
        raise ValueError("`gradient_multipliers` is empty.")
    if not isinstance(gradient_multipliers, dict):
        raise ValueError("`gradient_multipliers` must be a dict.")  # noqa: TRY004 - as above
    multiplied = []
    for gradient, variable in grads_and_vars:
        key = next((key for key in (_key(variable), variable.op.name) if key in _keys(gradient_multipliers)), None)
        if key is None:
            multiplied.append((gradient, variable))
            continue
        if gradient is None:
            raise ValueError(f"Requested multiple of `None` gradient for {variable.op.name}.")
        factor = tf.cast(_keys(gradient_multipliers)[key], gradient.dtype)
        multiplied.append((_each(gradient, functools.partial(operator.mul, factor)), variable))
    return multiplied


def _key(variable: Any) -> Any:
    return variable.ref() if hasattr(variable, "ref") and callable(variable.ref) else variable


def _keys(multipliers: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key if isinstance(key, str) else _key(key): factor for key, factor in multipliers.items()}


def _each(gradient: Any, change: Callable[[Any], Any]) -> Any:
    """A gradient with its values changed, dense or sparse."""
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(change(gradient.values), gradient.indices, gradient.dense_shape)
    return change(gradient)


def create_train_op(
    total_loss: Any,
    optimizer: Any,
    global_step: Any = _USE_GLOBAL_STEP,
    update_ops: Any = None,
    variables_to_train: Sequence[Any] | None = None,
    transform_grads_fn: Callable[[Any], Any] | None = None,
    summarize_gradients: bool = False,
    gate_gradients: int = tf.train.Optimizer.GATE_OP,
    aggregation_method: Any = None,
    colocate_gradients_with_ops: bool = False,
    check_numerics: bool = True,
) -> Any:
    """A tensor that trains one step and gives the loss.

    Args:
        total_loss: the loss: scalar, float.
        optimizer: a ``tf.train.Optimizer``.
        global_step: variable to count up; by default the graph's own, ``None`` for none.
        update_ops: operations to run before the gradients are computed; by default those in the collection
            ``UPDATE_OPS``.
        variables_to_train: by default all trainable ones.
        transform_grads_fn: changes the list of gradients and variables.
        summarize_gradients: add histograms of the gradients.
        gate_gradients: see ``tf.train.Optimizer.compute_gradients``.
        aggregation_method: see ``compute_gradients``.
        colocate_gradients_with_ops: see ``compute_gradients``.
        check_numerics: fail when the loss is not finite.

    Returns:
        The loss, after the step: scalar of the type of ``total_loss``.

    Raises:
        ValueError: there is nothing to train, or ``variables_to_train`` has a variable that is not trainable.
    """
    step = tf.train.get_or_create_global_step() if global_step is _USE_GLOBAL_STEP else global_step
    collected = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    updates = collected if update_ops is None else list(update_ops)
    if any(operation not in updates for operation in collected):
        tf.logging.warning("update_ops in create_train_op does not contain all the update_ops in GraphKeys.UPDATE_OPS")
    if updates:
        with tf.control_dependencies(updates):
            barrier = tf.no_op(name="update_barrier")
        with tf.control_dependencies([barrier]):
            total_loss = tf.identity(total_loss)

    trainable = tf.trainable_variables()
    variables = trainable if variables_to_train is None else list(variables_to_train)
    if not variables or any(all(variable is not one for one in trainable) for variable in variables):
        raise ValueError(f"variables_to_train must be some of the trainable variables, not {variables}")
    gradients = optimizer.compute_gradients(
        total_loss,
        variables,
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
    )
    if transform_grads_fn is not None:
        gradients = transform_grads_fn(gradients)
    if summarize_gradients:
        with tf.name_scope("summarize_grads"):
            add_gradients_summaries(gradients)
    apply = optimizer.apply_gradients(gradients, global_step=step)

    with tf.name_scope("train_op"):
        if check_numerics:
            total_loss = tf.check_numerics(total_loss, "LossTensor is inf or nan")
        with tf.control_dependencies([apply]):
            train_op = tf.identity(total_loss, name="control_dependency")
    tf.add_to_collection(tf.GraphKeys.TRAIN_OP, train_op)
    return train_op


def train(
    train_op: Any,
    logdir: str | None,
    master: str = "",
    is_chief: bool = True,
    scaffold: Any = None,
    hooks: Sequence[Any] | None = None,
    chief_only_hooks: Sequence[Any] | None = None,
    save_checkpoint_secs: float | None = 600,
    save_summaries_steps: int | None = 100,
    config: Any = None,
    max_wait_secs: int = 7200,
    run_metadata: Any = None,
) -> Any:
    """Train until a hook asks to stop.

    Args:
        train_op: what :func:`create_train_op` gives.
        logdir: folder of checkpoints and summaries.
        master: the session's target.
        is_chief: whether this process saves and initializes.
        scaffold: a ``tf.train.Scaffold``.
        hooks: hooks of all processes.
        chief_only_hooks: hooks of the chief.
        save_checkpoint_secs: seconds between checkpoints; ``None``: no checkpoints.
        save_summaries_steps: steps between summaries; ``None``: no summaries.
        config: a ``tf.ConfigProto``.
        max_wait_secs: how long others wait for the chief.
        run_metadata: filled with what the session says of each step.

    Returns:
        The last loss, or ``None`` if no step was made.

    Raises:
        ValueError: there is no ``logdir``, but something to save.
    """
    if logdir is None and is_chief:
        for name, value in (
            ("save_summaries_steps", save_summaries_steps),
            ("save_checkpoint_secs", save_checkpoint_secs),
        ):
            if value:
                raise ValueError(f"logdir cannot be None when {name} is not None")
    loss = None
    with tf.train.MonitoredTrainingSession(
        master=master,
        is_chief=is_chief,
        checkpoint_dir=logdir,
        scaffold=scaffold,
        hooks=hooks,
        chief_only_hooks=chief_only_hooks,
        save_checkpoint_secs=save_checkpoint_secs,
        save_summaries_steps=save_summaries_steps,
        config=config,
        max_wait_secs=max_wait_secs,
    ) as session:
        while not session.should_stop():
            loss = session.run(train_op, run_metadata=run_metadata)
    return loss
