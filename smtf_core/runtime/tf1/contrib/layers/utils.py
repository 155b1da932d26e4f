"""What all layers share: which collections their variables and outputs go to.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1 import ops
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


def append_tensor_alias(tensor: Any, alias: str) -> Any:
    """Give a tensor one more alias.

    Returns:
        ``tensor``.
    """
    tensor.aliases = [*getattr(tensor, "aliases", []), alias.removesuffix("/")]
    return tensor


def get_tensor_aliases(tensor: Any) -> list[str]:
    """A tensor's aliases; of one that has none, its name."""
    return list(getattr(tensor, "aliases", None) or [tensor.op.name])


def gather_tensors_aliases(tensors: Sequence[Any]) -> list[str]:
    """The aliases of several tensors, one after the other."""
    return [alias for tensor in tensors for alias in get_tensor_aliases(tensor)]


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


def constant_value(value_or_tensor_or_var: Any, dtype: Any = None) -> Any:
    """What a value is before the graph runs; ``None``: a variable, or a tensor that is not constant.

    Raises:
        ValueError: there is no value, or it has another type than ``dtype``.
    """
    value = value_or_tensor_or_var
    if value is None:
        raise ValueError("constant_value needs a value, not None")
    if not isinstance(value, (tf.Tensor, tf.Variable)):
        return value
    if dtype is not None and value.dtype != dtype:
        raise ValueError(f"{value.name} has type {value.dtype.name}, not {tf.as_dtype(dtype).name}")
    return None if isinstance(value, tf.Variable) else tf.get_static_value(value)


def static_cond(pred: Any, fn1: Callable[[], Any], fn2: Callable[[], Any]) -> Any:
    """``fn1()`` or ``fn2()``, for a truth value of Python's."""
    return fn1() if pred else fn2()


def smart_cond(pred: Any, fn1: Callable[[], Any], fn2: Callable[[], Any], name: str | None = None) -> Any:
    """``tf.cond``, or only one of the functions where it is known before which one it will be."""
    known = constant_value(pred)
    return ops.cond(pred, fn1, fn2, name=name) if known is None else static_cond(known, fn1, fn2)


def channel_dimension(shape: Any, data_format: str, min_rank: int = 1) -> int:
    """The size of the channels of ``NHWC``, ``NCHW`` and other such formats.

    Raises:
        ValueError: it is not known, or the shape has a lower rank than ``min_rank``.
    """
    return _known_size(shape, 1 if data_format.startswith("NC") else -1, min_rank)


def last_dimension(shape: Any, min_rank: int = 1) -> int:
    """The size of the last dimension.

    Raises:
        ValueError: it is not known, or the shape has a lower rank than ``min_rank``.
    """
    return _known_size(shape, -1, min_rank)


def _known_size(shape: Any, axis: int, min_rank: int) -> int:
    sizes = tf.TensorShape(shape)
    if sizes.ndims is None or sizes.ndims < min_rank:
        raise ValueError(f"The rank of shape {sizes} must be at least {min_rank}.")
    size: int | None = sizes.as_list()[axis]
    if size is None:
        raise ValueError(f"The size of dimension {axis} of shape {sizes} must be known.")
    return size


def two_element_tuple(int_or_tuple: Any) -> tuple[int, int]:
    """Two integers, of one or of a pair (a list, a tuple, a shape).

    Raises:
        ValueError: anything else.
    """
    if isinstance(int_or_tuple, int):
        return int_or_tuple, int_or_tuple
    if isinstance(int_or_tuple, tf.TensorShape):
        int_or_tuple = int_or_tuple.as_list() if int_or_tuple.ndims == 2 else ()
    if not isinstance(int_or_tuple, (list, tuple)) or len(int_or_tuple) != 2:
        raise ValueError(f"Expected an integer or two of them, got {int_or_tuple!r}")
    return int(int_or_tuple[0]), int(int_or_tuple[1])


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
