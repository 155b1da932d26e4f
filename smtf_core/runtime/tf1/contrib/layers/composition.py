"""Layers applied several times.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Layers").
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.layers.layer_variables import Function


def repeat(inputs: Any, repetitions: int, layer: Function, *args: Any, **kwargs: Any) -> Any:
    """Apply a layer several times, each with its own variables: ``scope/scope_1``, ``scope/scope_2``, ….

    Args:
        inputs: of the first.
        repetitions: how many.
        layer: the layer.
        *args: for each.
        **kwargs: for each; ``scope``: of all.

    Returns:
        The last one's outputs.
    """
    scope = kwargs.pop("scope", None)
    with tf.variable_scope(scope, "Repeat", [inputs]):
        inputs = tf.convert_to_tensor(inputs)
        scope = scope or _layer_name(layer)
        for i in range(repetitions):
            inputs = layer(inputs, *args, scope=f"{scope}_{i + 1}", **kwargs)
        return inputs


def stack(inputs: Any, layer: Function, stack_args: Sequence[Any], **kwargs: Any) -> Any:
    """Apply a layer several times with different arguments: ``scope/scope_1``, ``scope/scope_2``, ….

    Args:
        inputs: of the first.
        layer: the layer.
        stack_args: for each, its argument or a list or tuple of them.
        **kwargs: for each; ``scope``: of all.

    Returns:
        The last one's outputs.

    Raises:
        ValueError: ``stack_args`` is not a list or tuple.
    """
    scope = kwargs.pop("scope", None)
    if not isinstance(stack_args, (list, tuple)):
        raise ValueError("stack_args need to be a list or tuple")  # noqa: TRY004 - TensorFlow 1's
    with tf.variable_scope(scope, "Stack", [inputs]):
        inputs = tf.convert_to_tensor(inputs)
        scope = scope or _layer_name(layer)
        for i, arguments in enumerate(stack_args):
            each = arguments if isinstance(arguments, (list, tuple)) else [arguments]
            inputs = layer(inputs, *each, scope=f"{scope}_{i + 1}", **kwargs)
        return inputs


def _layer_name(layer: Function) -> str:
    name: str = (layer.func if isinstance(layer, functools.partial) else layer).__name__
    return name
