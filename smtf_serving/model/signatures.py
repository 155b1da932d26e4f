"""What a SavedModel says of itself: signatures with the names, types and shapes of their inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from attrs import define, field
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from tensorflow.core.protobuf import saved_model_pb2

from smtf_core.errors import InvalidInputError
from smtf_serving.model.folders import SAVED_MODEL

PREDICT = "tensorflow/serving/predict"
CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"
DEFAULT_SIGNATURE = "serving_default"
# What the heads of tf.estimator call the one that takes tensors; models of theirs may have no default.
_OTHERWISE = "predict"
# Signatures that TensorFlow keeps for itself.
_INTERNAL = ("__saved_model_init_op", "__saved_model_train_op")


@define(frozen=True)
class TensorSpec:
    """One input or output.

    Args:
        name: its name in requests.
        tensor: its name in the graph.
        dtype: a ``tf.DType``.
        shape: dimensions, ``None`` for those that vary; ``None`` when even their number does.
    """

    name: str
    tensor: str
    dtype: Any
    shape: tuple[int | None, ...] | None

    @cached_property
    def numpy_dtype(self) -> Any:
        """The type of arrays for it; strings are objects (``bytes``)."""
        return np.dtype(object) if self.dtype == tf.string else np.dtype(self.dtype.as_numpy_dtype)

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of this shape can be fed."""
        if self.shape is None:
            return True
        if len(shape) != len(self.shape):
            return False
        return all(wanted is None or wanted == size for wanted, size in zip(self.shape, shape, strict=True))

    def describe_shape(self) -> str:
        """The shape as messages show it, ``[?,7]``."""
        if self.shape is None:
            return "[?]"
        return "[" + ",".join("?" if size is None else str(size) for size in self.shape) + "]"


@define(frozen=True)
class Signature:
    """One way to call a model.

    Args:
        name: its name.
        method: ``'tensorflow/serving/predict'``, ``…/classify``, ``…/regress``.
        inputs: by name, sorted.
        outputs: by name, sorted.
    """

    name: str
    method: str
    inputs: Mapping[str, TensorSpec]
    outputs: Mapping[str, TensorSpec] = field()

    @cached_property
    def batched(self) -> bool:
        """Whether the first dimension of every input and output is a batch of any size."""
        specs = [*self.inputs.values(), *self.outputs.values()]
        return all(spec.shape is not None and len(spec.shape) > 0 and spec.shape[0] is None for spec in specs)


def read_meta_graph(path: Path) -> Any:
    """The ``MetaGraphDef`` for serving.

    Raises:
        InvalidInputError: ``path`` is no SavedModel, or has none.
    """
    file = path / SAVED_MODEL
    if not file.is_file():
        raise InvalidInputError(f"{path} is not a SavedModel: it has no {SAVED_MODEL}")
    saved = saved_model_pb2.SavedModel()
    try:
        saved.ParseFromString(file.read_bytes())
    except DecodeError as error:
        raise InvalidInputError(f"{file} is damaged: {error}") from error
    serving = [graph for graph in saved.meta_graphs if tf.saved_model.SERVING in graph.meta_info_def.tags]
    if not serving:
        tags = [sorted(graph.meta_info_def.tags) for graph in saved.meta_graphs]
        raise InvalidInputError(f"the SavedModel {path} has nothing tagged 'serve'; it has {tags or 'nothing'}")
    # A model that was saved for several devices has one graph each; the plain one runs everywhere.
    return min(serving, key=lambda graph: len(graph.meta_info_def.tags))


def signatures_of(meta_graph: Any, path: Path) -> dict[str, Signature]:
    """Name → signature.

    Raises:
        InvalidInputError: there is none that could be called.
    """
    signatures = {}
    for name, definition in sorted(meta_graph.signature_def.items()):
        infos = [*definition.inputs.values(), *definition.outputs.values()]
        if name in _INTERNAL or not definition.outputs or any(info.WhichOneof("encoding") != "name" for info in infos):
            continue  # sparse and composite tensors: TensorFlow Serving does not serve them either
        signatures[name] = Signature(
            name, definition.method_name, _specs(definition.inputs), _specs(definition.outputs)
        )
    if not signatures:
        raise InvalidInputError(f"the SavedModel {path} has no signature to call")
    return signatures


def default_signature(signatures: Mapping[str, Signature]) -> str:
    """The signature that is called when a request names none.

    TensorFlow Serving knows ``serving_default`` only. Canned estimators that serve raw tensors have none, so where it
    is missing ``predict``, or the only signature, stands in for it.

    Args:
        signatures: those of a model, by name.
    """
    if DEFAULT_SIGNATURE in signatures:
        return DEFAULT_SIGNATURE
    if _OTHERWISE in signatures:
        return _OTHERWISE
    return next(iter(signatures)) if len(signatures) == 1 else DEFAULT_SIGNATURE


def _specs(infos: Any) -> dict[str, TensorSpec]:
    return {name: _spec(name, infos[name]) for name in sorted(infos)}


def _spec(name: str, info: Any) -> TensorSpec:
    proto = info.tensor_shape
    shape = None if proto.unknown_rank else tuple(dim.size if dim.size >= 0 else None for dim in proto.dim)
    return TensorSpec(name, info.name, tf.as_dtype(info.dtype), shape)
