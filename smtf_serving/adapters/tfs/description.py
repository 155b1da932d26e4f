"""Answers about models: which versions there are, and their signatures."""

from __future__ import annotations

import inspect
import json
from typing import Any

from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]

from smtf_core.interfaces import CallDescription, Request
from smtf_serving.adapters.tfs.catalogue import Catalogue
from smtf_serving.adapters.tfs.errors import ServingError
from smtf_serving.adapters.tfs.paths import QuestionPath
from smtf_serving.model.description import described, example_values
from smtf_serving.model.loaded import LoadedModel
from smtf_serving.model.signatures import CLASSIFY, DEFAULT_SIGNATURE, REGRESS, Signature, default_signature

# protobuf 5 renamed the argument; TensorFlow 2.16 and 2.17 come with protobuf 4.
_PRINT_EMPTY = next(
    name
    for name in ("always_print_fields_with_no_presence", "including_default_value_fields")
    if name in inspect.signature(MessageToDict).parameters
)


def describe(catalogue: Catalogue, question: QuestionPath) -> dict[str, Any]:
    """The answer to a GET below ``/v1/models``.

    Args:
        catalogue: the models.
        question: the path.

    Raises:
        ServingError: there is no such model or version.
    """
    name = question.model
    if name is None:
        raise ServingError("Missing model name in request.")
    if not question.metadata:
        status = catalogue.status(name, question.version, question.label)
        return {"model_version_status": [_version(number, failure) for number, failure in status]}
    number, model = catalogue.find(name, question.version, question.label)
    return {
        "model_spec": {"name": name, "signature_name": "", "version": str(number)},
        "metadata": {"signature_def": {"signature_def": signatures_as_json(model)}},
    }


def signatures_as_json(model: LoadedModel) -> dict[str, Any]:
    """Name → ``SignatureDef`` in JSON, with the protobuf's own names."""
    return {
        name: MessageToDict(
            model.meta_graph.signature_def[name], preserving_proto_field_name=True, **{_PRINT_EMPTY: True}
        )
        for name in model.signatures
    }


def described_calls(catalogue: Catalogue) -> list[CallDescription]:
    """Every signature of every model's newest version."""
    found = []
    for name in catalogue.names:
        try:
            version, model = catalogue.find(name)
        except ServingError:  # none of its versions could be loaded, or it has just been given up
            continue
        default = default_signature(model.signatures)
        for signature in sorted(model.signatures.values(), key=lambda one: (one.name != default, one.name)):
            found.append(described(name, version, model, signature, _example(name, model, signature)))
    return found


def _example(name: str, model: LoadedModel, signature: Signature) -> Request:
    values = example_values(model, signature)
    method = {CLASSIFY: "classify", REGRESS: "regress"}.get(signature.method, "predict")
    path = f"/v1/models/{name}:{method}"
    if values is None:
        return Request(path=path)
    document: dict[str, Any] = {}
    if signature.name != DEFAULT_SIGNATURE:
        document["signature_name"] = signature.name
    columns = list(values.values())
    if method != "predict":
        document["examples"] = columns[0]
    elif signature.batched and columns:
        rows = [dict(zip(values, row, strict=True)) for row in zip(*columns, strict=True)]
        document["instances"] = columns[0] if len(columns) == 1 else rows
    else:
        document["inputs"] = values
    return Request(path=path, body=json.dumps(document, ensure_ascii=False).encode())


def _version(number: int, failure: str | None) -> dict[str, Any]:
    return {
        "version": str(number),
        "state": "AVAILABLE" if failure is None else "END",
        "status": {"error_code": "OK" if failure is None else "INTERNAL", "error_message": failure or ""},
    }
