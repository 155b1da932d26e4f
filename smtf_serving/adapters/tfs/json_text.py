"""JSON to and from bytes: orjson, and the standard library for what orjson does not take (NaN, Infinity).

Without orjson installed everything goes the standard library's way; only slower.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from smtf_serving.adapters.tfs.errors import ServingError

try:
    import orjson
except ImportError:  # the extra `serving` is not installed
    orjson = None  # type: ignore[assignment]

_BLANK = b" \t\n\r"


def loads(body: bytes) -> Any:
    """Parse one JSON document.

    Raises:
        ServingError: it is none, in TensorFlow Serving's words.
    """
    if orjson is not None:
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            pass
    return _slow_loads(body)


def documents(body: bytes) -> list[Any]:
    """Parse JSON documents that follow one another, on lines of their own or not.

    Raises:
        ServingError: one of them is none.
    """
    text = _text(body)
    decoder, position, found = json.JSONDecoder(), 0, []
    try:
        while True:
            while position < len(text) and text[position] in " \t\r\n,":
                position += 1
            if position == len(text):
                break
            document, position = decoder.raw_decode(text, position)
            found.append(document)
    except (ValueError, RecursionError) as error:
        raise _parse_error(error) from None
    if not found:
        raise ServingError("JSON Parse error: The document is empty")
    return found


def dumps(value: Any) -> bytes:
    """Write JSON; arrays of numbers may be anywhere in it. Floats have the fewest digits that read back the same."""
    if orjson is not None and _all_finite(value):
        return bytes(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS))
    return json.dumps(_plain(value), separators=(",", ":"), ensure_ascii=False).encode()


def _slow_loads(body: bytes) -> Any:
    if not body.strip(_BLANK):
        raise ServingError("JSON Parse error: The document is empty")
    try:
        return json.loads(_text(body))
    except (ValueError, RecursionError) as error:
        raise _parse_error(error) from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ServingError(f"JSON Parse error: Invalid encoding in string. at offset: {error.start}") from None


def _parse_error(error: ValueError | RecursionError) -> ServingError:
    if isinstance(error, json.JSONDecodeError):
        return ServingError(f"JSON Parse error: {error.msg}. at offset: {error.pos}")
    if isinstance(error, RecursionError):
        return ServingError("JSON Parse error: the document is nested too deeply")
    return ServingError(f"JSON Parse error: {error}")


def _all_finite(value: Any) -> bool:
    """Whether orjson writes it right: it would write NaN as null."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind != "f" or bool(np.isfinite(value).all())
    if isinstance(value, np.floating):
        return bool(np.isfinite(value))
    if isinstance(value, dict):
        return all(map(_all_finite, value.values()))
    if isinstance(value, list):
        return all(map(_all_finite, value))
    return True


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, np.floating):
        return float(str(value))  # a float32's own digits, not those of the double next to it
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
