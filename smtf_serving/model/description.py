"""What a loaded model can be asked, in words for people, with made-up values to begin with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from smtf_core.interfaces import CallDescription, Request, TensorDescription
from smtf_serving.model.loaded import LoadedModel
from smtf_serving.model.signatures import Signature, TensorSpec
from smtf_serving.model.synthetic import parses_examples, synthetic_inputs

_DIGITS = 2
# More numbers than this are nothing to look at.
_MAX_VALUES = 20_000


def described(name: str, version: int, model: LoadedModel, signature: Signature, example: Request) -> CallDescription:
    """One signature of a model.

    Args:
        name: the model's name.
        version: its version.
        model: the model.
        signature: of it.
        example: a request for it.
    """
    return CallDescription(
        model=name,
        version=version,
        signature=signature.name,
        method=signature.method.rpartition("/")[2] or "predict",
        inputs=_tensors(signature.inputs.values()),
        outputs=_tensors(signature.outputs.values()),
        example=example,
    )


def example_values(model: LoadedModel, signature: Signature) -> dict[str, Any] | None:
    """Made-up values of one row by input, as JSON has them; ``None`` if there are too many to be shown.

    A serialized ``tf.Example`` is an object of its features.
    """
    graph_def = model.meta_graph.graph_def
    arrays = synthetic_inputs(signature, graph_def, 1)
    if sum(array.size for array in arrays.values()) > _MAX_VALUES:
        return None
    return {name: _values(array, parses_examples(signature.inputs[name], graph_def)) for name, array in arrays.items()}


def _tensors(specs: Iterable[TensorSpec]) -> tuple[TensorDescription, ...]:
    return tuple(TensorDescription(name=spec.name, dtype=spec.dtype.name, shape=spec.shape) for spec in specs)


def _values(array: np.ndarray[Any, Any], examples: bool) -> Any:
    if array.dtype == object:
        return _texts(array.tolist(), examples)
    if array.dtype.kind not in "iub":
        array = np.round(array.astype(np.float64), _DIGITS)
    return array.tolist()


def _texts(value: Any, examples: bool) -> Any:
    if isinstance(value, list):
        return [_texts(item, examples) for item in value]
    return _features(value) if examples else value.decode()


def _features(serialized: bytes) -> dict[str, Any]:
    features = {}
    for name, feature in sorted(tf.train.Example.FromString(serialized).features.feature.items()):
        kind = feature.WhichOneof("kind")
        values = [] if kind is None else list(getattr(feature, kind).value)
        if kind == "bytes_list":
            values = [value.decode() for value in values]
        elif kind == "float_list":
            values = [round(value, _DIGITS) for value in values]
        features[name] = values[0] if len(values) == 1 else values
    return features
