"""Recorded requests that warm a model up before anyone waits for it.

Source: TensorFlow Serving, "SavedModel Warmup": ``assets.extra/tf_serving_warmup_requests`` is a TFRecord file of
``PredictionLog`` messages, at most a thousand of which are heeded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from smtf_core.errors import InvalidInputError
from smtf_serving.model.signatures import DEFAULT_SIGNATURE, Signature
from smtf_serving.protos import message, to_array

_FILE = "assets.extra/tf_serving_warmup_requests"
_MAX_RECORDS = 1000


def recorded_requests(path: Path, signatures: Mapping[str, Signature]) -> Iterator[tuple[str, list[Any]]]:
    """Signature and arrays of every recorded request.

    Args:
        path: the SavedModel.
        signatures: what it can be asked.

    Raises:
        InvalidInputError: the file is damaged, or a request in it is not for this model.
    """
    file = path / _FILE
    if not file.is_file():
        return
    records = tf.compat.v1.io.tf_record_iterator(str(file))
    for number in range(_MAX_RECORDS):
        try:
            record = next(records, None)
            if record is None:
                return
            log = message("PredictionLog").FromString(record)
            yield _request(log, signatures)
        except (tf.errors.OpError, DecodeError, KeyError, TypeError, ValueError) as error:
            raise InvalidInputError(f"{file}: request {number} cannot be replayed: {error}") from error


def _request(log: Any, signatures: Mapping[str, Signature]) -> tuple[str, list[Any]]:
    kind = log.WhichOneof("log_type")
    if kind is None:
        raise ValueError("it is neither predict, classify nor regress")
    request = getattr(log, kind).request
    signature = signatures[request.model_spec.signature_name or DEFAULT_SIGNATURE]
    if kind == "predict_log":
        return signature.name, [to_array(request.inputs[name]) for name in signature.inputs if name in request.inputs]
    examples = getattr(request.input, request.input.WhichOneof("kind") or "example_list").examples
    array = np.empty(len(examples), dtype=object)
    array[:] = [example.SerializeToString() for example in examples]
    return signature.name, [array]
