"""What a request's data becomes without the user's functions, and what a prediction becomes.

Source: the defaults of the legacy container. Where it kept the first row of CSV, gave every key the same type, made an
empty tensor of ``{}`` and could not regress, this does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf import json_format  # type: ignore[import-untyped]
from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]
from tensorflow.core.framework import tensor_pb2

from smtf_serving.adapters.tfs import json_text
from smtf_serving.adapters.tfs.calls import class_rows, regression_values
from smtf_serving.adapters.tfs.errors import ServingError, from_tensorflow, shown
from smtf_serving.adapters.tfs.examples import make_example
from smtf_serving.adapters.tfs.invocations import csv_rows, media_type
from smtf_serving.model.loaded import LoadedModel
from smtf_serving.model.signatures import CLASSIFY, REGRESS, Signature, TensorSpec
from smtf_serving.protos import copy_array, message, to_array

JSON, OCTETS, CSV = "application/json", "application/octet-stream", "text/csv"
# The input that data without names is for, in the legacy container and in the SDK's serializers.
_UNNAMED = "inputs"
_SHAPE_STATUS = 412
# Type → its name, and the list that holds its numbers.
_PLAIN = {"<f4": ("DT_FLOAT", "floatVal"), "<f8": ("DT_DOUBLE", "doubleVal"), "<i4": ("DT_INT32", "intVal")}
_REQUESTS = {CLASSIFY: "ClassificationRequest", REGRESS: "RegressionRequest"}


def read_input(data: bytes, content_type: str, signature: Signature) -> Any:
    """The default ``input_fn``.

    Args:
        data: the request's body.
        content_type: its type.
        signature: what will be called.

    Returns:
        A message, or values of JSON.

    Raises:
        ServingError: the type is not supported, or the data is not of it.
    """
    media = media_type(content_type)
    if media == JSON:
        return _tensor_of(json_text.loads(data))
    if media == CSV:
        return csv_rows(data)
    if media == OCTETS:
        kind = _REQUESTS.get(signature.method, "PredictRequest")
        try:
            return message(kind).FromString(data)
        except DecodeError as error:
            raise ServingError(f"the body is no serialized {kind}: {error}") from error
    raise ServingError(f"Unsupported content type {content_type!r}; send {JSON}, {CSV} or {OCTETS}", 415)


def predict(value: Any, model: LoadedModel, signature: Signature) -> Any:
    """Call the model.

    Args:
        value: what ``input_fn`` returned: a message, an array, or plain values.
        model: the model.
        signature: its signature.

    Returns:
        A ``PredictResponse``, ``ClassificationResponse`` or ``RegressionResponse``.

    Raises:
        ServingError: the value is not what the signature takes.
    """
    if signature.method in _REQUESTS:
        examples = _examples(value)
        array = np.empty(len(examples), dtype=object)
        array[:] = examples
        arrays = [array]
    else:
        arrays = _arrays(value, signature)
    outputs = _call(model, signature, arrays)
    if signature.method == CLASSIFY:
        return _classification(outputs)
    if signature.method == REGRESS:
        response = message("RegressionResponse")()
        for number in regression_values(outputs, len(arrays[0])):
            response.result.regressions.add(value=number)
        return response
    return _prediction(outputs)


def predict_as_json(value: Any, model: LoadedModel, signature: Signature) -> bytes:
    """What :func:`write_output` makes in JSON of :func:`predict`'s response, without the response where it can be.

    Args:
        value: see :func:`predict`.
        model: see there.
        signature: see there.

    Raises:
        ServingError: the value is not what the signature takes.
    """
    if signature.method in _REQUESTS:
        return _as_json(predict(value, model, signature))
    outputs = _call(model, signature, _arrays(value, signature))
    plain = {name: _plain(np.asarray(output)) for name, output in outputs.items()}
    if None in plain.values():
        return _as_json(_prediction(outputs))
    text = json_text.dumps({"outputs": plain})
    # Numbers that are not finite are strings in the JSON form of messages.
    return _as_json(_prediction(outputs)) if b"NaN" in text or b"Infinity" in text else text


def _call(model: LoadedModel, signature: Signature, arrays: list[Any]) -> dict[str, Any]:
    try:
        return dict(zip(signature.outputs, model.call(signature.name, arrays), strict=True))
    except tf.errors.OpError as error:
        raise from_tensorflow(error) from error


def _prediction(outputs: Mapping[str, Any]) -> Any:
    response = message("PredictResponse")()
    for name, output in outputs.items():
        copy_array(np.asarray(output), response.outputs[name])
    return response


def plain_names(dtype: Any) -> tuple[str, str] | None:
    """What messages call a type, and the list that holds its numbers; ``None`` if those are not plain JSON numbers."""
    return _PLAIN.get(dtype.str)


def _plain(array: Any) -> dict[str, Any] | None:
    """A tensor as the JSON form of its message has it; ``None`` if that is not as plain as numbers in a list."""
    names = plain_names(array.dtype)
    if names is None or array.size == 0 or array.ndim == 0:
        return None
    dims = [{"size": str(size)} for size in array.shape]
    return {"dtype": names[0], "tensorShape": {"dim": dims}, names[1]: np.ascontiguousarray(array.ravel())}


def write_output(prediction: Any, accept: str) -> tuple[bytes, str]:
    """The default ``output_fn``.

    Returns:
        Body and content type.

    Raises:
        ServingError: none of the accepted types can be written.
    """
    for part in accept.split(",") if accept else [JSON]:
        media = part.partition(";")[0].strip().lower()
        if media in (JSON, "*/*", "application/*"):
            return _as_json(prediction), JSON
        if media == OCTETS and isinstance(prediction, Message):
            return prediction.SerializeToString(), OCTETS
    raise ServingError(f"Not Acceptable: {accept}; this endpoint answers with {JSON} or {OCTETS}", 406)


def _as_json(prediction: Any) -> bytes:
    if isinstance(prediction, Message):
        return json.dumps(json_format.MessageToDict(prediction)).encode()
    try:
        return json_text.dumps(prediction)
    except TypeError as error:
        raise ServingError(f"the prediction cannot be written as JSON: {error}; define output_fn", 500) from error


def _tensor_of(document: Any) -> Any:
    """A document that is a ``TensorProto`` in JSON, as that."""
    if isinstance(document, dict) and "dtype" in document and document.keys() & {"tensorShape", "tensor_shape"}:
        try:
            return json_format.ParseDict(document, tensor_pb2.TensorProto())
        except json_format.ParseError as error:
            raise ServingError(f"the body is no TensorProto: {error}") from error
    return document


def _arrays(value: Any, signature: Signature) -> list[Any]:
    inputs = signature.inputs
    if isinstance(value, Message) and value.DESCRIPTOR.name == "PredictRequest":
        value = {name: _message_array(tensor) for name, tensor in value.inputs.items()}
    elif isinstance(value, Message):
        value = _message_array(value)
    if isinstance(value, Mapping) and value.keys() != inputs.keys() and len(inputs) > 0:
        raise ServingError(f"the model's inputs are {sorted(inputs)}, not {sorted(map(str, value))}")
    if not isinstance(value, Mapping):
        if len(inputs) > 1 and _UNNAMED not in inputs:
            raise ServingError(f"the model has several inputs, {sorted(inputs)}: send an object that names them")
        if len(inputs) > 1:
            raise ServingError(f"the model has more inputs than {_UNNAMED!r}: {sorted(inputs)}; send an object")
        value = {next(iter(inputs)): value}
    return [_array(value[name], spec) for name, spec in inputs.items()]


def _message_array(tensor: Any) -> Any:
    try:
        return to_array(tensor)
    except (TypeError, ValueError, KeyError) as error:
        raise ServingError(f"the TensorProto holds no tensor: {error}") from error


def _array(value: Any, spec: TensorSpec) -> Any:
    try:
        if spec.dtype == tf.string:
            array = np.array(value, dtype=object)
            array = np.frompyfunc(lambda item: item.encode() if isinstance(item, str) else item, 1, 1)(array)
            array = np.asarray(array, dtype=object)
            if not all(isinstance(item, bytes) for item in array.ravel()):
                raise TypeError("strings are needed")
        else:
            array = np.asarray(value)
            if array.size and array.dtype.kind not in "biuf":
                raise TypeError(f"{shown(value)} is not all numbers")
            if spec.dtype.is_integer and array.size and not np.array_equal(array, array.astype(spec.numpy_dtype)):
                raise ValueError("these are no whole numbers of its range")
            with np.errstate(over="ignore"):
                array = array.astype(spec.numpy_dtype, copy=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise ServingError(f"input {spec.name!r} must be {spec.dtype.name}: {error}") from error
    if array.size == 0:
        raise ServingError(f"input {spec.name!r} is empty")
    if not spec.fits(array.shape) and spec.fits((1, *array.shape)):
        array = array[np.newaxis]  # one row, sent without the list around it
    if not spec.fits(array.shape):
        got = ",".join(map(str, array.shape))
        raise ServingError(f"input {spec.name!r} must have shape {spec.describe_shape()}, not [{got}]", _SHAPE_STATUS)
    return array


def _examples(value: Any) -> list[bytes]:
    """Serialized Examples: of a request, of objects of features, or of rows for the feature ``inputs``."""
    if isinstance(value, Message) and value.DESCRIPTOR.name in _REQUESTS.values():
        kind = value.input.WhichOneof("kind")
        listed = getattr(value.input, kind).examples if kind else ()
        with_context = kind == "example_list_with_context"
        context = value.input.example_list_with_context.context.SerializeToString() if with_context else b""
        # Messages that follow each other on the wire are merged, the later one's features win.
        examples = [context + example.SerializeToString() for example in listed]
    elif isinstance(value, Mapping):
        examples = [_example(value)]
    else:
        if isinstance(value, Message):
            value = _message_array(value)
        if isinstance(value, np.ndarray):
            value = value.tolist()
        several = isinstance(value, list) and value and isinstance(value[0], (list, dict))
        rows = value if several else [value]
        examples = [_example(row if isinstance(row, Mapping) else {_UNNAMED: row}) for row in rows]
    if not examples or examples == [b""]:
        raise ServingError("the request has no example in it")
    return examples


def _example(features: Any) -> bytes:
    # A list of whole and other numbers is a list of floats; JSON writers drop the `.0`.
    mended = {name: _floats(values) for name, values in features.items()}
    serialized: bytes = make_example(mended).SerializeToString()
    return serialized


def _floats(values: Any) -> Any:
    if isinstance(values, list) and any(type(value) is float for value in values):
        return [float(value) if type(value) is int else value for value in values]
    return values


def _classification(outputs: Mapping[str, Any]) -> Any:
    response = message("ClassificationResponse")()
    for row in class_rows(outputs):
        classes = response.result.classifications.add().classes
        for label, score in row:
            classes.add(label=label if isinstance(label, str) else label["b64"], score=score)
    return response
