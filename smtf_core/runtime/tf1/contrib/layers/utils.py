"""What all layers share: which collections their variables and outputs go to.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf


def get_variable_collections(variables_collections: Any, name: str) -> Any:
    """The collections for one of a layer's variables: of a list, all; of a dict, those for ``name``."""
    if isinstance(variables_collections, Mapping):
        return variables_collections.get(name)
    return variables_collections


def collect_named_outputs(collections: Any, alias: str, outputs: Any) -> Any:
    """Add a layer's output to collections, with the layer's name as an alias.

    Returns:
        ``outputs``.
    """
    if collections:
        outputs.aliases = [*getattr(outputs, "aliases", []), alias]
        tf.add_to_collections([collections] if isinstance(collections, str) else collections, outputs)
    return outputs


def convert_collection_to_dict(collection: str, clear_collection: bool = False) -> dict[str, Any]:
    """The outputs of a collection by their aliases (or names).

    Args:
        collection: the key.
        clear_collection: empty it afterwards.

    Returns:
        Alias → tensor.
    """
    outputs = {
        alias: tensor
        for tensor in tf.get_collection(collection)
        for alias in getattr(tensor, "aliases", [tensor.op.name])
    }
    if clear_collection:
        tf.get_default_graph().clear_collection(collection)
    return outputs


def n_positive_integers(n: int, value: Any) -> tuple[int, ...]:
    """``n`` positive integers, of one or of a sequence of ``n``.

    Raises:
        ValueError: anything else.
    """
    values: Sequence[Any] = [value] * n if isinstance(value, int) else list(value)
    if len(values) != n or any(int(v) < 1 for v in values):
        raise ValueError(f"Expected {n} positive integers, got {value!r}")
    return tuple(int(v) for v in values)


def finish(scope: Any, outputs: Any, activation_fn: Callable[[Any], Any] | None, outputs_collections: Any) -> Any:
    """The end of a layer: its activation, its output collections."""
    if activation_fn is not None:
        outputs = activation_fn(outputs)
    return collect_named_outputs(outputs_collections, scope.name, outputs)


def last_size(inputs: Any, axis: int = -1) -> int:
    """The static size of an axis.

    Raises:
        ValueError: it is not known.
    """
    size = inputs.shape.as_list()[axis] if inputs.shape.ndims is not None else None
    if size is None:
        raise ValueError(f"The size of dimension {axis} of the inputs must be known; their shape is {inputs.shape}.")
    return int(size)
