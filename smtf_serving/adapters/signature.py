"""Adapter ``json``: calls a SavedModel's default signature with the JSON of a request.

Source of the format: TensorFlow Serving's REST API, ``predict``. ``{"instances": [row, …]}`` is answered with
``{"predictions": [row, …]}``, ``{"inputs": {name: column}}`` with ``{"outputs": …}``; a bare list is taken as
instances. A signature whose only input is a serialized ``tf.Example`` (what ``build_parsing_serving_input_receiver_fn``
gives) takes instances that are objects, feature name → value.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import ModelServer, Reply, Request
from smtf_core.models import ExportedModel

_PREFERRED = ("serving_default", "predict")


class SignatureAdapter:
    """See :class:`~smtf_core.interfaces.ServingAdapter`."""

    def load(self, model: ExportedModel) -> ModelServer:
        """Load a SavedModel.

        Raises:
            InvalidInputError: there is none at ``model.path``, or it has no signature.
        """
        if not (Path(model.path) / "saved_model.pb").is_file():
            raise InvalidInputError(f"{model.path} is not a SavedModel: it has no saved_model.pb")
        tensorflow: Any = importlib.import_module("tensorflow")
        with _without_remarks_on_reference_variables():
            loaded = tensorflow.saved_model.load(model.path)
        names = [*(name for name in _PREFERRED if name in loaded.signatures), *loaded.signatures]
        if not names:
            raise InvalidInputError(f"the SavedModel {model.path} has no signature to call")
        return _SignatureServer(tensorflow, loaded, names[0])


@contextlib.contextmanager
def _without_remarks_on_reference_variables() -> Iterator[None]:
    """TensorFlow 1's models have such variables; what TensorFlow says of them concerns those who want to train on."""

    def wanted(record: logging.LogRecord) -> bool:
        return "because it is a reference variable" not in record.getMessage()

    logger = logging.getLogger("tensorflow")
    logger.addFilter(wanted)
    try:
        yield
    finally:
        logger.removeFilter(wanted)


class _BadRequestError(Exception):
    """What is wrong with a request, for its sender."""


class _SignatureServer:
    """One loaded model."""

    def __init__(self, tensorflow: Any, loaded: Any, name: str) -> None:
        self._tensorflow = tensorflow
        self._loaded: Any = loaded  # keeps variables and tables alive
        self._signature = loaded.signatures[name]
        self._specs: dict[str, Any] = self._signature.structured_input_signature[1]
        self._only: str | None = next(iter(self._specs)) if len(self._specs) == 1 else None

    def invoke(self, request: Request) -> Reply:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        media = request.content_type.partition(";")[0].strip().lower()
        if media != "application/json":
            return _error(415, f"content type {media!r} is not supported; send application/json")
        try:
            columns, by_row = self._columns(json.loads(request.body))
            outputs = self._call(columns)
        except json.JSONDecodeError as error:
            return _error(400, f"the body is not JSON: {error}")
        except _BadRequestError as error:
            return _error(400, str(error))
        except self._tensorflow.errors.InvalidArgumentError as error:
            return _error(400, error.message)
        return Reply(body=json.dumps(_answer(outputs, by_row)).encode())

    def close(self) -> None:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        self._loaded = self._signature = None

    def _columns(self, body: Any) -> tuple[dict[str, Any], bool]:
        """Input name → column, and whether the answer is to be by row."""
        if isinstance(body, dict) and "inputs" in body:
            inputs = body["inputs"]
            return (inputs if isinstance(inputs, dict) else {self._sole_input(): inputs}), False
        instances = body.get("instances") if isinstance(body, dict) else body
        if not isinstance(instances, list) or not instances:
            raise _BadRequestError(
                'the body must be {"instances": [...]}, {"inputs": {...}} or a list with at least one instance'
            )
        if self._takes_examples() and all(
            isinstance(instance, dict) and "b64" not in instance for instance in instances
        ):
            return {self._sole_input(): [self._example(instance) for instance in instances]}, True
        if all(isinstance(instance, dict) and "b64" not in instance for instance in instances):
            names = instances[0].keys()
            if any(instance.keys() != names for instance in instances):
                raise _BadRequestError("all instances must have the same names")
            return {name: [instance[name] for instance in instances] for name in names}, True
        return {self._sole_input(): instances}, True

    def _call(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        if columns.keys() != self._specs.keys():
            raise _BadRequestError(f"the model's inputs are {sorted(self._specs)}, not {sorted(columns)}")
        tensors = {}
        for name, spec in self._specs.items():
            try:
                tensors[name] = self._tensorflow.constant(_decode(columns[name]), dtype=spec.dtype)
            except (TypeError, ValueError) as error:
                raise _BadRequestError(
                    f"input {name!r} must be {spec.dtype.name} of shape {spec.shape}: {error}"
                ) from error
            if not spec.shape.is_compatible_with(tensors[name].shape):
                raise _BadRequestError(f"input {name!r} must have shape {spec.shape}, not {tensors[name].shape}")
        outputs: dict[str, Any] = self._signature(**tensors)
        return {name: _encode(tensor.numpy().tolist()) for name, tensor in outputs.items()}

    def _sole_input(self) -> str:
        if self._only is None:
            raise _BadRequestError(f"the model has several inputs, {sorted(self._specs)}: name them")
        return self._only

    def _takes_examples(self) -> bool:
        return self._only is not None and self._specs[self._only].dtype == self._tensorflow.string

    def _example(self, instance: Mapping[str, Any]) -> bytes:
        train = self._tensorflow.train
        features = {}
        for name, value in instance.items():
            values = value if isinstance(value, list) else [value]
            if all(isinstance(item, (bool, int)) for item in values):
                features[name] = train.Feature(int64_list=train.Int64List(value=values))
            elif all(isinstance(item, (int, float)) for item in values):
                features[name] = train.Feature(float_list=train.FloatList(value=values))
            elif all(isinstance(item, str) for item in values):
                features[name] = train.Feature(bytes_list=train.BytesList(value=[item.encode() for item in values]))
            else:
                raise _BadRequestError(f"feature {name!r} must be numbers or strings, not {value!r}")
        serialized: bytes = train.Example(features=train.Features(feature=features)).SerializeToString()
        return serialized


def _decode(value: Any) -> Any:
    """``{"b64": …}`` as bytes, at any depth."""
    if isinstance(value, dict) and value.keys() == {"b64"}:
        return base64.b64decode(value["b64"])
    return [_decode(item) for item in value] if isinstance(value, list) else value


def _encode(value: Any) -> Any:
    """Bytes as text, or as ``{"b64": …}`` where they are no UTF-8."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"b64": base64.b64encode(value).decode()}
    return [_encode(item) for item in value] if isinstance(value, list) else value


def _answer(outputs: dict[str, Any], by_row: bool) -> dict[str, Any]:
    if not by_row:
        return {"outputs": outputs if len(outputs) > 1 else next(iter(outputs.values()))}
    if len(outputs) == 1:
        return {"predictions": next(iter(outputs.values()))}
    return {"predictions": [dict(zip(outputs, row, strict=True)) for row in zip(*outputs.values(), strict=True)]}


def _error(status: int, message: str) -> Reply:
    return Reply(status=status, body=json.dumps({"error": message}).encode())
