"""``tf.contrib.slim.learning``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.slim.learning``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import training
from smtf_core.runtime.tf1.contrib.training import add_gradients_summaries as add_gradients_summaries
from smtf_core.runtime.tf1.contrib.training import clip_gradient_norms as clip_gradient_norms
from smtf_core.runtime.tf1.contrib.training import multiply_gradients as multiply_gradients


def create_train_op(
    total_loss: Any,
    optimizer: Any,
    global_step: Any = 0,
    update_ops: Any = None,
    variables_to_train: Sequence[Any] | None = None,
    clip_gradient_norm: float = 0,
    summarize_gradients: bool = False,
    gate_gradients: int = tf.train.Optimizer.GATE_OP,
    aggregation_method: Any = None,
    colocate_gradients_with_ops: bool = False,
    gradient_multipliers: Mapping[Any, Any] | None = None,
    check_numerics: bool = True,
) -> Any:
    """A tensor that trains one step and gives the loss.

    Args:
        total_loss: scalar.
        optimizer: the optimizer.
        global_step: the graph's own by default (0); None for none.
        update_ops: run before; the collection ``UPDATE_OPS`` by default.
        variables_to_train: the trainable ones by default.
        clip_gradient_norm: largest norm of a gradient; 0 for no bound.
        summarize_gradients: add histograms.
        gate_gradients: see ``compute_gradients``.
        aggregation_method: see ``compute_gradients``.
        colocate_gradients_with_ops: see ``compute_gradients``.
        gradient_multipliers: variable, or its name → factor of its gradient, before the bound.
        check_numerics: fail when the loss is not finite.
    """

    def transform(gradients: Any) -> Any:
        if gradient_multipliers:
            gradients = multiply_gradients(gradients, gradient_multipliers)
        return clip_gradient_norms(gradients, clip_gradient_norm) if clip_gradient_norm > 0 else gradients

    return training.create_train_op(
        total_loss,
        optimizer,
        global_step,
        update_ops,
        variables_to_train,
        transform,
        summarize_gradients,
        gate_gradients,
        aggregation_method,
        colocate_gradients_with_ops,
        check_numerics,
    )
