"""``tf.Example`` from JSON objects: what classify and regress take.

Source: TensorFlow Serving, RESTful API, "Classify and Regress API".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from smtf_serving.adapters.tfs.errors import ServingError, shown
from smtf_serving.adapters.tfs.tensors import decode_b64, json_type

_FLOAT_MAX = 3.4028234663852886e38
_INT64 = range(-(2**63), 2**63)


def serialized_examples(document: Mapping[str, Any]) -> list[bytes]:
    """The Examples of a classify or regress request, ``context`` merged into each.

    Raises:
        ServingError: something in it is no Example.
    """
    context = make_example(document["context"]) if "context" in document else None
    if "examples" not in document:
        raise ServingError(
            f"JSON Value: {shown(document)} When method is classify, key 'examples' is expected and was not found"
        )
    examples = document["examples"]
    if not isinstance(examples, list):
        raise ServingError(f"JSON Value: {shown(document)} Expecting 'examples' value to be an list/array")
    if not examples:
        raise ServingError(f"JSON Value: {shown(document)} 'examples' value is an empty array")
    serialized = []
    for value in examples:
        example = make_example(value)
        if context is not None:
            for name, feature in context.features.feature.items():
                if name not in example.features.feature:
                    example.features.feature[name].CopyFrom(feature)
        serialized.append(example.SerializeToString())
    return serialized


def make_example(value: Any) -> Any:
    """One ``tf.train.Example``.

    Raises:
        ServingError: ``value`` is no object of numbers, strings and flat lists of them.
    """
    if not isinstance(value, dict):
        raise ServingError(f"Example must be JSON object but got JSON {json_type(value)}")
    example = tf.train.Example()
    for name, content in value.items():
        feature = example.features.feature[name]
        for item in content if isinstance(content, list) else [content]:
            _add(item, name, feature)
    return example


def _add(item: Any, name: str, feature: Any) -> None:
    if isinstance(item, bool):
        _list(feature, "int64_list", name).append(int(item))
    elif isinstance(item, int):
        if item not in _INT64:
            raise ServingError(f"Feature: {name} has uint64 element. Only int64 is supported.")
        _list(feature, "int64_list", name).append(item)
    elif isinstance(item, float):
        finite = item - item == 0
        if finite and abs(item) > _FLOAT_MAX:
            raise ServingError(f"Cannot convert JSON value: {shown(item)} to float without loss of precision.")
        _list(feature, "float_list", name).append(item)
    elif isinstance(item, str):
        _list(feature, "bytes_list", name).append(item.encode("utf-8", "surrogatepass"))
    elif isinstance(item, dict) and item.keys() == {"b64"}:
        _list(feature, "bytes_list", name).append(decode_b64(item))
    else:
        raise ServingError(f"Feature: {name} has element with unexpected JSON type: {json_type(item)}")


def _list(feature: Any, kind: str, name: str) -> Any:
    present = feature.WhichOneof("kind")
    if present not in (None, kind):
        raise ServingError(
            f"Unexpected element type in feature: {name} expecting type: {present.removesuffix('_list')}"
        )
    return getattr(feature, kind).value
