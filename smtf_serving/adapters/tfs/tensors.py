"""JSON values → arrays, and arrays → JSON values, by TensorFlow Serving's rules.

Source: TensorFlow Serving, RESTful API, "Encoding" and the messages of its JSON conversion. Whole arrays are converted
at once; only a value that does not fit is looked for element by element, to name it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2

from smtf_serving.adapters.tfs.errors import ServingError, shown
from smtf_serving.model.signatures import Signature, TensorSpec

_FLOATS = (tf.float32, tf.float64, tf.float16, tf.bfloat16)
_NUMBERS = {int, float}
# The whole numbers up to which a float type has them all.
_EXACT = {tf.float64: 2**53 - 1}
_EXACT_FLOAT = 2**24 - 1
_BYTES_SUFFIX = "_bytes"
# TensorFlow Serving's names of JSON's types.
_JSON_TYPES = {type(None): "Null", dict: "Object", list: "Array", str: "String", int: "Number", float: "Number"}

Array = np.ndarray[Any, Any]


def rows_to_arrays(instances: Any, signature: Signature) -> dict[str, Array]:
    """The arrays of ``"instances"``: one element a row.

    Raises:
        ServingError: an element is not what the signature takes; the message names it.
    """
    inputs = signature.inputs
    first = instances[0]
    if not isinstance(first, dict) and len(inputs) > 1:
        raise ServingError(
            "instances is a plain list, but expecting list of objects as multiple input tensors required as per "
            "tensorinfo_map"
        )
    if not _is_object(first):
        name, spec = next(iter(inputs.items()))
        array = _dense(instances, spec)
        return {name: array if array is not None else _rows_one_by_one(instances, spec, None)}
    names = inputs.keys()
    for index, element in enumerate(instances):
        if not _is_object(element):
            raise ServingError(f"Expecting object but got list at item {index} of input list")
        if element.keys() != names:
            unknown = sorted(element.keys() - names)
            if unknown:
                raise _element_error(index, unknown[0], f"JSON object: does not have named input: {unknown[0]}")
            raise ServingError(
                f"Failed to process element: {index} of 'instances' list. JSON object: {shown(element)} keys must be "
                f"equal to: {','.join(sorted(names))}"
            )
    arrays = {}
    for name, spec in inputs.items():
        column = [element[name] for element in instances]
        array = _dense(column, spec)
        arrays[name] = array if array is not None else _rows_one_by_one(column, spec, name)
    return arrays


def columns_to_arrays(value: Any, signature: Signature) -> dict[str, Array]:
    """The arrays of ``"inputs"``: one value an input, with the batch in it.

    Raises:
        ServingError: a value is not what the signature takes.
    """
    inputs = signature.inputs
    if not _is_object(value):
        if len(inputs) > 1:
            raise ServingError(
                "inputs is a plain value/list, but expecting an object as multiple input tensors required as per "
                "tensorinfo_map"
            )
        value = {next(iter(inputs)): value}
    arrays = {}
    for name, spec in inputs.items():
        if name not in value:
            raise ServingError(f"Missing named input: {name} in 'inputs' object.")
        item = value[name]
        array = _dense(item, spec) if isinstance(item, list) else None
        arrays[name] = array if array is not None else _one_by_one(item, spec)
    return arrays


def check_shapes(arrays: Mapping[str, Array], signature: Signature) -> None:
    """Refuse arrays that the model's graph was not made for, before TensorFlow does in the words of some operation.

    Raises:
        ServingError: names the input.
    """
    for name, spec in signature.inputs.items():
        if not spec.fits(arrays[name].shape):
            got = ",".join(map(str, arrays[name].shape))
            raise ServingError(f"Input {name} must have shape {spec.describe_shape()} but got: [{got}]")


def arrays_to_rows(outputs: Mapping[str, Array]) -> list[Any] | Array:
    """The value of ``"predictions"``.

    Raises:
        ServingError: the outputs are no batches of the same size.
    """
    batch = -1
    for name, array in outputs.items():
        if array.ndim == 0:
            raise ServingError(f"Tensor name: {name} has no shape information ")
        if batch >= 0 and len(array) != batch:
            raise ServingError(f"Tensor name: {name} has inconsistent batch size: {len(array)} expecting: {batch}")
        batch = len(array)
    columns = {name: _json_value(name, array) for name, array in outputs.items()}
    if len(columns) == 1:
        only: list[Any] | Array = next(iter(columns.values()))
        return only
    return [{name: column[index] for name, column in columns.items()} for index in range(batch)]


def arrays_to_columns(outputs: Mapping[str, Array]) -> Any:
    """The value of ``"outputs"``."""
    columns = {name: _json_value(name, array) for name, array in outputs.items()}
    return next(iter(columns.values())) if len(columns) == 1 else columns


def text_of(value: bytes, as_bytes: bool = False) -> Any:
    """A string of a tensor in JSON; bytes that are no UTF-8 as ``{"b64": …}``, which JSON could not hold otherwise."""
    if not as_bytes:
        try:
            return value.decode()
        except UnicodeDecodeError:
            pass
    return {"b64": base64.b64encode(value).decode()}


def decode_b64(value: Any) -> bytes:
    """The bytes of ``{"b64": text}``.

    Raises:
        ServingError: it is not of that form, or the text is no base64.
    """
    if not _is_b64(value):
        raise ServingError(f"JSON Value: {shown(value)} not formatted correctly for base64 data")
    text = value["b64"]
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ServingError("Unable to base64 decode") from None


def exact_limit(dtype: Any) -> int:
    """The largest whole number that a type of floats has exactly, like all below it."""
    return _EXACT.get(dtype, _EXACT_FLOAT)


def json_type(value: Any) -> str:
    """TensorFlow Serving's name of a value's type."""
    if isinstance(value, bool):
        return str(value)
    return _JSON_TYPES[type(value)]


def _is_b64(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("b64"), str)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and not _is_b64(value)


def _dense(values: Sequence[Any], spec: TensorSpec) -> Array | None:
    """A nested list as an array; ``None`` if something in it does not fit, whatever it is."""
    shape, level = [len(values)], list(values)
    while (types := set(map(type, level))) == {list}:
        lengths = set(map(len, level))
        if len(lengths) != 1:
            return None
        shape.append(lengths.pop())
        level = list(chain.from_iterable(level))
    dtype = spec.dtype
    if dtype in _FLOATS:
        if not types <= _NUMBERS:
            return None
        if int in types and not _exact(level, exact_limit(dtype)):
            return None
        with np.errstate(over="ignore"):
            return np.array(level, spec.numpy_dtype).reshape(shape)
    if dtype == tf.string:
        return _strings(level, types, shape)
    if dtype == tf.bool:
        return np.array(level, bool).reshape(shape) if types <= {bool} else None
    if dtype.is_integer and types <= {int}:
        if level and not (dtype.min <= min(level) and max(level) <= dtype.max):
            return None
        return np.array(level, spec.numpy_dtype).reshape(shape)
    return None


def _strings(level: list[Any], types: set[type], shape: list[int]) -> Array | None:
    if types <= {str}:
        values = [value.encode("utf-8", "surrogatepass") for value in level]
    elif types <= {str, dict} and all(_is_b64(value) for value in level if isinstance(value, dict)):
        values = [
            decode_b64(value) if isinstance(value, dict) else value.encode("utf-8", "surrogatepass") for value in level
        ]
    else:
        return None
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array.reshape(shape)


def _bytes(value: Any) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else decode_b64(value)


def _exact(level: list[Any], most: int) -> bool:
    return all(-most <= value <= most for value in level if type(value) is int)


def _rows_one_by_one(column: Sequence[Any], spec: TensorSpec, key: str | None) -> Array:
    """The slow way of a column, which names the first element that is wrong."""
    made: list[Array] = []
    for index, value in enumerate(column):
        if key is None and _is_object(value):
            raise ServingError(f"Expecting value/list but got object at item {index} of input list")
        try:
            array = _one_by_one(value, spec)
        except ServingError as error:
            raise _element_error(index, key, error.message) from None
        if made and array.size != made[0].size:
            raise _element_error(index, key, f"Expecting tensor size: {made[0].size} but got: {array.size}")
        if made and array.shape != made[0].shape:
            expected, got = (f"[{','.join(map(str, one.shape))}]" for one in (made[0], array))
            raise _element_error(index, key, f"Expecting shape {expected} but got: {got}")
        made.append(array)
    return np.stack(made)


def _element_error(index: int, key: str | None, message: str) -> ServingError:
    named = "" if key is None else f" key: {key}"
    return ServingError(
        f"Failed to process element: {index}{named} of 'instances' list. Error: INVALID_ARGUMENT: {message}"
    )


def _one_by_one(value: Any, spec: TensorSpec) -> Array:
    """One JSON value as an array, element by element."""
    shape: list[int] = []
    first = value
    while isinstance(first, list):
        shape.append(len(first))
        if not first:
            break
        first = first[0]
    flat: list[Any] = []
    _fill(value, 0, shape, spec, flat)
    if spec.dtype == tf.string:
        array = np.empty(len(flat), dtype=object)
        array[:] = flat
        return array.reshape(shape)
    with np.errstate(over="ignore"):
        return np.array(flat, spec.numpy_dtype).reshape(shape)


def _fill(value: Any, level: int, shape: list[int], spec: TensorSpec, flat: list[Any]) -> None:
    if not isinstance(value, list):
        if level != len(shape):
            raise ServingError(
                f"JSON Value: {shown(value)} found at incorrect level: {level + 1} in the JSON DOM. Expected at level: "
                f"{len(shape)}"
            )
        flat.append(_element(value, spec))
        return
    if level >= len(shape):
        raise ServingError(f"Encountered list at unexpected level: {level} expected < {len(shape)}")
    if len(value) != shape[level]:
        raise ServingError(
            f"Encountered list at unexpected size: {len(value)} at level: {level} expected size: {shape[level]}"
        )
    for item in value:
        _fill(item, level + 1, shape, spec, flat)


def _element(value: Any, spec: TensorSpec) -> Any:
    dtype = spec.dtype
    if dtype == tf.string:
        if isinstance(value, (str, dict)):
            return _bytes(value)
    elif dtype == tf.bool:
        if isinstance(value, bool):
            return value
    elif dtype in _FLOATS:
        if type(value) in _NUMBERS:
            if not _exact([value], exact_limit(dtype)):
                target = "double" if dtype == tf.float64 else "float"
                raise ServingError(f"Cannot convert JSON value: {shown(value)} to {target} without loss of precision.")
            return value
    elif dtype.is_integer:
        if type(value) is int and dtype.min <= value <= dtype.max:
            return value
    else:
        raise ServingError(f"Conversion of JSON Value: {shown(value)} to type: {dtype.name}", 501)
    expected = types_pb2.DataType.Name(dtype.as_datatype_enum).removeprefix("DT_").lower()
    raise ServingError(f"JSON Value: {shown(value)} Type: {json_type(value)} is not of expected type: {expected}")


def _json_value(name: str, array: Any) -> Any:
    array = np.asarray(array)
    if array.dtype == object:
        as_bytes = name.endswith(_BYTES_SUFFIX)
        return _text_values(array.tolist(), as_bytes)
    if array.dtype.kind not in "fiub":
        if array.dtype.kind == "c":
            raise ServingError(f"Failed to write JSON value for tensor type: {array.dtype.name}")
        array = array.astype(np.float32)  # bfloat16 and the like
    return array[()] if array.ndim == 0 else np.ascontiguousarray(array)


def _text_values(value: Any, as_bytes: bool) -> Any:
    if isinstance(value, list):
        return [_text_values(item, as_bytes) for item in value]
    return text_of(value, as_bytes) if isinstance(value, bytes) else value
