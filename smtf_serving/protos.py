"""TensorFlow Serving's messages, built from a table of their fields: no package of generated code is needed.

Source: the field numbers of tensorflow_serving/apis. The messages live in a descriptor pool of their own, so that the
``tensorflow-serving-api`` package may be imported beside them; on the wire they are the same.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import tensorflow as tf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, wrappers_pb2  # type: ignore[import-untyped]
from tensorflow.core.example import example_pb2
from tensorflow.core.framework import tensor_pb2

_PACKAGE = "tensorflow.serving"
_TENSOR, _EXAMPLE, _INT64 = ".tensorflow.TensorProto", ".tensorflow.Example", ".google.protobuf.Int64Value"
_STRING, _FLOAT = "string", "float"
# message → (field, number, type); "*" repeated, "%" a map from strings.
_MESSAGES = {
    "ModelSpec": (
        ("name", 1, _STRING),
        ("version", 2, _INT64),
        ("signature_name", 3, _STRING),
        ("version_label", 4, _STRING),
    ),
    "PredictRequest": (("model_spec", 1, "ModelSpec"), ("inputs", 2, f"%{_TENSOR}"), ("output_filter", 3, "*string")),
    "PredictResponse": (("outputs", 1, f"%{_TENSOR}"), ("model_spec", 2, "ModelSpec")),
    "ExampleList": (("examples", 1, f"*{_EXAMPLE}"),),
    "ExampleListWithContext": (("examples", 1, f"*{_EXAMPLE}"), ("context", 2, _EXAMPLE)),
    "Input": (("example_list", 1, "ExampleList"), ("example_list_with_context", 2, "ExampleListWithContext")),
    "ClassificationRequest": (("model_spec", 1, "ModelSpec"), ("input", 2, "Input")),
    "Class": (("label", 1, _STRING), ("score", 2, _FLOAT)),
    "Classifications": (("classes", 1, "*Class"),),
    "ClassificationResult": (("classifications", 1, "*Classifications"),),
    "ClassificationResponse": (("result", 1, "ClassificationResult"), ("model_spec", 2, "ModelSpec")),
    "RegressionRequest": (("model_spec", 1, "ModelSpec"), ("input", 2, "Input")),
    "Regression": (("value", 1, _FLOAT),),
    "RegressionResult": (("regressions", 1, "*Regression"),),
    "RegressionResponse": (("result", 1, "RegressionResult"), ("model_spec", 2, "ModelSpec")),
    "ClassifyLog": (("request", 1, "ClassificationRequest"), ("response", 2, "ClassificationResponse")),
    "RegressLog": (("request", 1, "RegressionRequest"), ("response", 2, "RegressionResponse")),
    "PredictLog": (("request", 1, "PredictRequest"), ("response", 2, "PredictResponse")),
    "PredictionLog": (
        ("classify_log", 2, "ClassifyLog"),
        ("regress_log", 3, "RegressLog"),
        ("predict_log", 6, "PredictLog"),
    ),
}


def message(name: str) -> Any:
    """The class of a message, such as ``PredictRequest``."""
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"{_PACKAGE}.{name}"))


def to_array(tensor: Any) -> Any:
    """The array of a ``TensorProto`` of any pool."""
    return tf.make_ndarray(tensor_pb2.TensorProto.FromString(tensor.SerializeToString()))


def copy_array(array: Any, tensor: Any) -> None:
    """Write an array into a ``TensorProto`` of any pool, its values in the list of their type (``float_val``, …)."""
    # TensorFlow packs arrays into bytes; readers of the JSON form want the lists.
    made = tf.make_tensor_proto(array)
    if made.tensor_content:
        dtype = tf.as_dtype(made.dtype)
        made.ClearField("tensor_content")
        for suffix, kinds in _VALUES.items():
            if dtype in kinds:
                getattr(made, suffix).extend(array.ravel().tolist())
                break
        else:
            made = tf.make_tensor_proto(array)
    tensor.ParseFromString(made.SerializeToString())


_VALUES = {
    "float_val": (tf.float32,),
    "double_val": (tf.float64,),
    "int_val": (tf.int32, tf.int16, tf.int8, tf.uint8, tf.uint16),
    "int64_val": (tf.int64,),
    "bool_val": (tf.bool,),
    "uint32_val": (tf.uint32,),
    "uint64_val": (tf.uint64,),
}


@cache
def _pool() -> Any:
    pool = descriptor_pool.DescriptorPool()
    needed = (tensor_pb2.DESCRIPTOR, example_pb2.DESCRIPTOR, wrappers_pb2.DESCRIPTOR)
    added: set[str] = set()

    def add(file: Any) -> None:
        if file.name not in added:
            added.add(file.name)
            for dependency in file.dependencies:
                add(dependency)
            pool.AddSerializedFile(file.serialized_pb)

    for file in needed:
        add(file)
    pool.AddSerializedFile(_file(needed).SerializeToString())
    return pool


def _file(dependencies: Any) -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="smtf/tensorflow_serving.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=[dependency.name for dependency in dependencies],
    )
    for name, fields in _MESSAGES.items():
        described = file.message_type.add(name=name)
        for field, number, kind in fields:
            _add_field(described, name, field, number, kind)
        if name in ("Input", "PredictionLog"):
            described.oneof_decl.add(name="kind" if name == "Input" else "log_type")
            for described_field in described.field:
                described_field.oneof_index = 0
    return file


def _add_field(described: Any, message_name: str, name: str, number: int, kind: str) -> None:
    types = descriptor_pb2.FieldDescriptorProto
    if kind.startswith("%"):
        entry = described.nested_type.add(name=f"{name.title()}Entry")
        entry.options.map_entry = True
        _add_field(entry, message_name, "key", 1, _STRING)
        _add_field(entry, message_name, "value", 2, kind[1:])
        kind = f"*.{_PACKAGE}.{message_name}.{entry.name}"
    field = described.field.add(name=name, number=number)
    field.label = types.LABEL_REPEATED if kind.startswith("*") else types.LABEL_OPTIONAL
    kind = kind.removeprefix("*")
    if kind in (_STRING, _FLOAT):
        field.type = types.TYPE_STRING if kind == _STRING else types.TYPE_FLOAT
    else:
        field.type = types.TYPE_MESSAGE
        field.type_name = kind if kind.startswith(".") else f".{_PACKAGE}.{kind}"
