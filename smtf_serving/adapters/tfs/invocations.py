"""What the SageMaker container makes of a body at ``/invocations`` before TensorFlow Serving sees it.

Source: the table of conversions of sagemaker-tensorflow-serving-container. Where the container wrapped lists of
objects twice, split strings of CSV at the first comma and refused parameters of a content type, this does not.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from smtf_serving.adapters.tfs import json_text
from smtf_serving.adapters.tfs.errors import ServingError
from smtf_serving.adapters.tfs.paths import version_number

CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
METHODS = ("predict", "classify", "regress")
JSON = "application/json"
_JSON_LIKE = (JSON, "application/jsonlines", "application/jsons", "application/x-jsonlines")
_CSV = "text/csv"
_KEYS = ("instances", "inputs", "examples")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE)


@frozen
class Target:
    """What a request's custom attributes ask for.

    Args:
        model: the model's name; ``None`` for the default one.
        version: the version; ``None`` for the newest.
        method: predict, classify or regress.
    """

    model: str | None = None
    version: int | None = None
    method: str = "predict"


def custom_attributes(header: str) -> dict[str, str]:
    """``a=1,b=2`` as a dict; what has no ``=`` is not for us."""
    pairs = (part.partition("=") for part in header.split(","))
    return {key.strip(): value.strip() for key, separator, value in pairs if separator}


def target_of(headers: Mapping[str, str]) -> Target:
    """Read ``X-Amzn-SageMaker-Custom-Attributes``.

    Raises:
        ServingError: an attribute is not what it must be.
    """
    header = headers.get(CUSTOM_ATTRIBUTES)
    if header is None:
        return _DEFAULT
    attributes = custom_attributes(header)
    method = attributes.get("tfs-method", "predict")
    if method not in METHODS:
        raise ServingError(f"tfs-method must be predict, classify or regress, not {method!r}")
    return Target(attributes.get("tfs-model-name"), version_number(attributes.get("tfs-model-version")), method)


_DEFAULT = Target()


def media_type(content_type: str) -> str:
    """A content type without its parameters; JSON when there is none."""
    return content_type.partition(";")[0].strip().lower() or JSON


def reply_type(accept: str) -> str:
    """The first type in an Accept list that can be answered with.

    Raises:
        ServingError: there is none.
    """
    if not accept or accept == JSON:
        return JSON
    wanted = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    for media in wanted:
        if media in ("*/*", "application/*", JSON):
            return JSON
        if media in _JSON_LIKE:
            return media
    raise ServingError(f"Not Acceptable: {accept}; this endpoint answers with {JSON}", 406)


def document_of(body: bytes, content_type: str, method: str = "predict", *, strings: bool = False) -> dict[str, Any]:
    """The document for TensorFlow Serving that a body means.

    Args:
        body: the body.
        content_type: its type.
        method: the method that the document is for: rows are its ``examples`` unless it is predict.
        strings: leave all fields of CSV as they are, because the model takes strings.

    Raises:
        ServingError: the content type is not supported, or the body is not of it.
    """
    rows = "instances" if method == "predict" else "examples"
    media = media_type(content_type)
    if media == _CSV:
        return {rows: csv_rows(body, strings=strings)}
    if media not in _JSON_LIKE:
        raise ServingError(f"Unsupported Media Type: {content_type or 'Unknown'}", 415)
    try:
        document = json_text.loads(body)
    except ServingError:
        if not body.strip():
            raise
        several = json_text.documents(body)
        if len(several) == 1:
            raise
        return {rows: several}
    if isinstance(document, dict) and any(key in document for key in _KEYS):
        return document
    if isinstance(document, list) and document and isinstance(document[0], (list, dict)):
        return {rows: document}
    return {rows: [document]}


def csv_rows(body: bytes, *, strings: bool = False) -> list[list[Any]]:
    """The rows of a CSV body; fields that are no numbers are strings.

    Raises:
        ServingError: it is no text, or has no rows.
    """
    try:
        text = body.decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except UnicodeDecodeError as error:
        raise ServingError(f"the body is not CSV in UTF-8: {error}") from None
    except csv.Error as error:
        raise ServingError(f"the body is not CSV: {error}") from None
    if not rows:
        raise ServingError("the body has no rows of CSV")
    return rows if strings else [[_field(field) for field in row] for row in rows]


def _field(text: str) -> Any:
    stripped = text.strip()
    if _NUMBER.fullmatch(stripped) is None:
        return text
    digits = stripped.lstrip("+-")
    # The interpreter refuses to read thousands of digits; as a number they are infinite anyway.
    return int(stripped) if digits.isdigit() and len(digits) <= 19 else float(stripped)
