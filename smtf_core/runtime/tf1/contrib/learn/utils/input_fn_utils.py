"""Inputs of exported models.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.utils.input_fn_utils``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from smtf_core.runtime.tf1.base import tf


class InputFnOps(NamedTuple):
    """Features and labels, and the placeholders that they come from."""

    features: Any
    labels: Any
    default_inputs: Any


def build_parsing_serving_input_fn(
    feature_spec: Mapping[str, Any], default_batch_size: int | None = None
) -> Callable[[], InputFnOps]:
    """A function whose model reads serialized examples.

    Args:
        feature_spec: name → ``FixedLenFeature`` or ``VarLenFeature``.
        default_batch_size: number of examples; by default any.

    Returns:
        A function that gives :class:`InputFnOps` with the placeholder ``examples``.
    """

    def input_fn() -> InputFnOps:
        examples = tf.placeholder(tf.string, [default_batch_size], name="input_example_tensor")
        return InputFnOps(tf.parse_example(examples, feature_spec), None, {"examples": examples})

    return input_fn


def build_default_serving_input_fn(
    features: Mapping[str, Any], default_batch_size: int | None = None
) -> Callable[[], InputFnOps]:
    """A function whose model reads its features as they are.

    Args:
        features: name → tensor; of it, type and shape.
        default_batch_size: number of examples; by default any.

    Returns:
        A function that gives :class:`InputFnOps` with a placeholder for each feature.
    """

    def input_fn() -> InputFnOps:
        inputs = {
            name: tf.placeholder(tensor.dtype, [default_batch_size, *tensor.shape.as_list()[1:]], name=tensor.op.name)
            for name, tensor in features.items()
        }
        return InputFnOps(inputs, None, inputs)

    return input_fn
