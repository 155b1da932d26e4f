"""Predictor: asks an endpoint with Python values and gives Python values back."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from smtf_core.client.endpoints import Endpoints
from smtf_core.errors import EndpointError, InvalidInputError
from smtf_core.interfaces import Endpoint, Request
from smtf_core.plugins import PluginManager

_JSON, _CSV, _OCTETS = "application/json", "text/csv", "application/octet-stream"
_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
# Maps of response messages whose keys are the model's own names.
_MAPS = ("outputs",)


class Predictor:
    """Source: the SageMaker SDK's predictors for its Python and its TensorFlow Serving endpoints.

    Args:
        endpoint: whom to ask: an endpoint, or the name of one that any process has deployed.
        model_name: the model to ask for, of an endpoint with several; ``None`` for its default.
        model_version: the version to ask for; ``None`` for the newest.
        plugins: where a named endpoint is looked for; ``None``: the plugins that are installed.

    Raises:
        UnknownNameError: there is no endpoint of that name.
    """

    def __init__(
        self,
        endpoint: Endpoint | str,
        model_name: str | None = None,
        model_version: int | None = None,
        plugins: PluginManager | None = None,
    ) -> None:
        if isinstance(endpoint, str):
            endpoint = Endpoints(plugins if plugins is not None else PluginManager()).find(endpoint).endpoint
        self._endpoint = endpoint
        self._model_name = model_name
        self._model_version = model_version

    @property
    def endpoint(self) -> str:
        """The endpoint's name."""
        return self._endpoint.name

    @property
    def address(self) -> str | None:
        """Where the endpoint listens, ``http://host:port``; ``None`` for one that is reached in another way."""
        return self._endpoint.address

    def predict(self, data: Any, content_type: str = _JSON, accept: str = _JSON) -> Any:
        """Ask for a prediction.

        Args:
            data: numbers, texts, lists, dicts, ``None``, arrays anywhere in them, a ``TensorProto``; for ``text/csv`` a
                row or a list of rows; for ``application/octet-stream`` a message, such as a ``PredictRequest``. An open
                file, bytes and, for a content type that is not JSON, text are sent as they are.
            content_type: of the data.
            accept: of the answer.

        Returns:
            The parsed answer if it is JSON, response messages with names as the protobufs have them (``float_val``);
            for ``application/octet-stream`` the response message where a request message was sent; otherwise bytes.

        Raises:
            EndpointError: the endpoint answered with an error; has its status.
            InvalidInputError: the data cannot be sent.
        """
        return self._ask("predict", data, content_type, accept)

    def classify(self, data: Any) -> Any:
        """Ask for classes: an example, a list of examples, or ``{"examples": [...]}``; TensorFlow Serving's API."""
        return self._ask("classify", data, _JSON, _JSON)

    def regress(self, data: Any) -> Any:
        """Ask for numbers; see :meth:`classify`."""
        return self._ask("regress", data, _JSON, _JSON)

    def delete_endpoint(self) -> None:
        """Delete the endpoint and everything that belongs to it."""
        self._endpoint.delete()

    def _ask(self, method: str, data: Any, content_type: str, accept: str) -> Any:
        attributes = {
            "tfs-model-name": self._model_name,
            "tfs-model-version": self._model_version,
            "tfs-method": method if method != "predict" else None,
        }
        header = ",".join(f"{name}={value}" for name, value in attributes.items() if value is not None)
        reply = self._endpoint.invoke(
            Request(
                body=_serialize(data, content_type),
                content_type=content_type,
                accept=accept,
                headers={_ATTRIBUTES: header} if header else {},
            )
        )
        if reply.status >= 400:
            raise EndpointError(_message(reply.body), reply.status)
        media = _media(reply.content_type)
        if media == _OCTETS and (response := _response_to(data)) is not None:
            return response.FromString(reply.body)
        if media != _JSON:
            return reply.body
        return _with_protobuf_names(json.loads(reply.body))


def _serialize(data: Any, content_type: str) -> bytes:
    if hasattr(data, "read"):
        data = data.read()
    if isinstance(data, (bytes, bytearray)):
        return bytes(data)
    media = _media(content_type)
    if media != _JSON:
        if isinstance(data, str):
            return data.encode()
        if media == _CSV:
            return _csv(data)
        if hasattr(data, "SerializeToString"):
            serialized: bytes = data.SerializeToString()
            return serialized
        raise InvalidInputError(
            f"data for {content_type} must be text, bytes, a file or a message, not {type(data).__name__}"
        )
    try:
        return json.dumps(_plain(data)).encode()
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"the data cannot be sent as JSON: {error}") from error


def _media(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _csv(data: Any) -> bytes:
    """A row, or several, as the SDK's serializer writes them."""
    plain = _plain(data)
    rows = plain if isinstance(plain, list) and plain and all(isinstance(row, list) for row in plain) else [plain]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        fields = row if isinstance(row, list) else [row]
        if not fields or not all(isinstance(field, (str, int, float)) for field in fields):
            raise InvalidInputError(f"a row of {_CSV} is a list of numbers and texts, not {row!r}")
        writer.writerow(fields)
    return text.getvalue().encode()


def _response_to(data: Any) -> Any:
    """The class of the message that answers a request message; ``None`` if ``data`` is none."""
    descriptor = getattr(data, "DESCRIPTOR", None)
    if descriptor is None or not descriptor.full_name.endswith("Request"):
        return None
    name = descriptor.full_name.removesuffix("Request") + "Response"
    factory = import_module("google.protobuf.message_factory")
    return factory.GetMessageClass(descriptor.file.pool.FindMessageTypeByName(name))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):  # numpy's arrays and numbers
        return _plain(value.tolist())
    if hasattr(value, "SerializeToString"):
        return import_module("google.protobuf.json_format").MessageToDict(value)
    return value.decode() if isinstance(value, bytes) else value


def _with_protobuf_names(answer: Any) -> Any:
    """The JSON of a response message with the protobuf's own names; other JSON as it is."""
    if not isinstance(answer, dict):
        return answer
    outputs, results = answer.get("outputs"), answer.get("results")
    tensors = isinstance(outputs, dict) and all(_is_tensor(tensor) for tensor in outputs.values())
    several = isinstance(results, list) and all(isinstance(result, dict) for result in results)
    return _snake_case(answer) if "result" in answer or tensors or several else answer


def _is_tensor(value: Any) -> bool:
    return isinstance(value, dict) and "dtype" in value


def _snake_case(value: Any) -> Any:
    if isinstance(value, list):
        return [_snake_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    renamed = {}
    for name, item in value.items():
        key = re.sub(r"([A-Z])", r"_\1", name).lower()
        own_names = name in _MAPS and isinstance(item, dict)
        renamed[key] = {k: _snake_case(v) for k, v in item.items()} if own_names else _snake_case(item)
    return renamed


def _message(body: bytes) -> str:
    try:
        parsed = json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
    return str(parsed["error"]) if isinstance(parsed, dict) and "error" in parsed else body.decode("utf-8", "replace")
