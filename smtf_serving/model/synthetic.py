"""Made-up inputs for a signature: to warm a model up, and to compare two ways of calling it.

Random numbers of a fixed seed, small enough not to overflow anything. A string input that the graph parses as
``tf.Example`` gets Examples with the features that the graph asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from smtf_serving.model.signatures import Signature, TensorSpec

# Dimensions other than the batch that vary: small, but more than one, so that a mistake in the order shows.
_VARYING = 3
_STEPS_TO_PARSER = 4


def synthetic_inputs(signature: Signature, graph_def: Any, batch: int) -> dict[str, np.ndarray[Any, Any]]:
    """Name → array for every input of a signature.

    Args:
        signature: whose inputs.
        graph_def: the graph that they feed, to find out what a string input means.
        batch: the first dimension, where it varies.
    """
    random = np.random.default_rng(20111)
    return {name: _array(spec, graph_def, batch, random) for name, spec in signature.inputs.items()}


def parses_examples(spec: TensorSpec, graph_def: Any) -> bool:
    """Whether the graph takes what is fed to a string input as serialized ``tf.Example``."""
    return bool(spec.dtype == tf.string) and _parser_of(spec.tensor, graph_def) is not None


def _array(spec: TensorSpec, graph_def: Any, batch: int, random: np.random.Generator) -> np.ndarray[Any, Any]:
    dimensions = (None,) if spec.shape is None else spec.shape
    shape = tuple(
        (batch if index == 0 else _VARYING) if size is None else size for index, size in enumerate(dimensions)
    )
    if spec.dtype == tf.string:
        parser = _parser_of(spec.tensor, graph_def)
        examples = [_example(parser, random) if parser is not None else b"" for _ in range(int(np.prod(shape)))]
        array = np.empty(len(examples), dtype=object)
        array[:] = examples
        return array.reshape(shape)
    if spec.dtype == tf.bool:
        return random.integers(0, 2, shape).astype(bool)
    if spec.dtype.is_integer:
        return random.integers(0, 2, shape).astype(spec.numpy_dtype)  # may be indices: 0 and 1 are nearly always there
    return random.random(shape).astype(spec.numpy_dtype)


def _parser_of(tensor: str, graph_def: Any) -> Mapping[str, tuple[Any, int]] | None:
    """Feature → type and number of values that the graph's parser of ``tf.Example`` needs; ``None`` without parser."""
    graphs = [graph_def.node, *(function.node_def for function in graph_def.library.function)]
    names = {tensor.partition(":")[0]}
    for nodes in graphs:
        parsers = [node for node in nodes if node.op in ("ParseExample", "ParseExampleV2", "ParseSingleExample")]
        # In functions the input has another name; a graph with a single parser leaves no doubt.
        fed = [node for node in parsers if _reaches(node, names, nodes)] or (
            parsers if nodes is not graph_def.node and len(parsers) == 1 else []
        )
        if fed:
            return _features(fed[0], {node.name: node for node in nodes})
    return None


def _reaches(node: Any, names: set[str], nodes: Any) -> bool:
    """Whether a node's first input comes, over identities and reshapes, from one of ``names``."""
    by_name = {other.name: other for other in nodes}
    for _ in range(_STEPS_TO_PARSER):
        source = node.input[0].partition(":")[0] if node.input else ""
        if source in names:
            return True
        if source not in by_name:
            return False
        node = by_name[source]
    return False


def _features(parser: Any, by_name: Mapping[str, Any]) -> dict[str, tuple[Any, int]]:
    types = [tf.as_dtype(number) for number in parser.attr["Tdense"].list.type]
    shapes = [[dim.size for dim in shape.dim] for shape in parser.attr["dense_shapes"].list.shape]
    if parser.op == "ParseSingleExample":
        keys = [key.decode() for key in parser.attr["dense_keys"].list.s]
    elif parser.op == "ParseExampleV2":
        keys = _constant_strings(parser.input[3], by_name)
    else:
        sparse = parser.attr["Nsparse"].i
        keys = [
            key
            for index in range(parser.attr["Ndense"].i)
            for key in _constant_strings(parser.input[2 + sparse + index], by_name)
        ]
    # A feature without a fixed length is not needed.
    return {
        key: (dtype, int(np.prod(shape)))
        for key, dtype, shape in zip(keys, types, shapes, strict=False)
        if all(size >= 0 for size in shape)
    }


def _constant_strings(name: str, by_name: Mapping[str, Any]) -> list[str]:
    node = by_name.get(name.partition(":")[0])
    if node is None or node.op != "Const":
        return []
    return [value.decode() for value in np.ravel(tf.make_ndarray(node.attr["value"].tensor))]


def _example(features: Mapping[str, tuple[Any, int]], random: np.random.Generator) -> bytes:
    made = {}
    for name, (dtype, size) in features.items():
        if dtype == tf.string:
            made[name] = tf.train.Feature(bytes_list=tf.train.BytesList(value=[b""] * size))
        elif dtype == tf.int64:
            made[name] = tf.train.Feature(int64_list=tf.train.Int64List(value=[1] * size))
        else:
            made[name] = tf.train.Feature(float_list=tf.train.FloatList(value=random.random(size)))
    serialized: bytes = tf.train.Example(features=tf.train.Features(feature=made)).SerializeToString()
    return serialized
