"""The adapter: a model, the script's functions, and the defaults for those that it does not have."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import CallDescription, Deployment, Reply, Request
from smtf_serving.adapters.packages import install_packages
from smtf_serving.adapters.python.conversions import JSON, predict, predict_as_json, read_input, write_output
from smtf_serving.adapters.python.hooks import Hooks
from smtf_serving.adapters.python.shortcut import shortcut_of
from smtf_serving.adapters.tfs.catalogue import Catalogue, load_all
from smtf_serving.adapters.tfs.errors import ServingError, error_reply
from smtf_serving.adapters.tfs.settings import Settings
from smtf_serving.adapters.tfs.shortcut import Shortcut
from smtf_serving.model.description import described, example_values
from smtf_serving.model.loaded import LoadedModel, load_model
from smtf_serving.model.signatures import CLASSIFY, REGRESS, Signature, default_signature

logger = logging.getLogger(__name__)

# Bodies above this take longer to convert than a small model to call.
_QUICK_BYTES = 8 * 1024
_PATH = "/invocations"
_ANY = ("", "*/*")


class PythonAdapter:
    """See :class:`~smtf_core.interfaces.ServingAdapter`."""

    def load(self, deployment: Deployment) -> PythonServer:
        """Load the model, and the script that ``entry_point`` or ``SAGEMAKER_PROGRAM`` names."""
        settings = Settings.from_environment(deployment.environment)
        max_rows = settings.max_batch_size if settings.batching else 1
        root = Path(deployment.path)
        hooks, script = None, _script(deployment, root)
        if script is not None:
            usual = deployment.entry_point is None
            packages = install_packages(script.parent, deployment.environment, usual=usual)
            hooks = Hooks(script, deployment.framework_version, packages)
        catalogue = Catalogue(load_model)
        accept = deployment.environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)
        try:
            load_all(catalogue, root)
            if len(catalogue.names) > 1:
                raise InvalidInputError(f"adapter python serves one model; {root} has: {', '.join(catalogue.names)}")
            server = PythonServer(catalogue, hooks, accept, max_rows)
            server.signature()
        except BaseException:
            catalogue.close()
            if hooks is not None:
                hooks.close()
            raise
        return server


class PythonServer:
    """See :class:`~smtf_core.interfaces.BatchingModelServer` and :class:`~smtf_core.interfaces.DescribedModelServer`.

    Args:
        catalogue: with one model.
        hooks: the script's functions; ``None`` for none.
        accept: what a request accepts that does not say.
        max_rows: the most rows of a batch that requests of one moment share, if they are plain rows of JSON.
    """

    def __init__(self, catalogue: Catalogue, hooks: Hooks | None, accept: str, max_rows: int = 1) -> None:
        self._catalogue = catalogue
        self._hooks = hooks
        self._accept = accept
        self._max_rows = max_rows

    def signature(self) -> tuple[LoadedModel, Signature]:
        """What requests call: the default signature of the newest version.

        Raises:
            InvalidInputError: it cannot be told which.
        """
        model = self._catalogue.find(self._catalogue.names[0])[1]
        signatures = model.signatures
        name = default_signature(signatures)
        if name not in signatures:
            raise InvalidInputError(f"{model.path} has no signature {name!r}, only {sorted(signatures)}")
        return model, signatures[name]

    def invoke(self, request: Request) -> Reply:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        try:
            shortcut = self._shortcut() if self._is_usual(request) else None
            if shortcut is not None and (body := shortcut.answer(request.body, bare=True)) is not None:
                return Reply(body=body)
            if request.path != _PATH:
                raise ServingError(f"there is no {request.path}; send requests to {_PATH}", 404)
            if request.method != "POST":
                raise ServingError(f"Method Not Allowed: {request.method} {request.path}", 405)
            return self._transform(request)
        except ServingError as error:
            return error_reply(error)
        except Exception as error:
            logger.exception("%s %s failed", request.method, request.path)
            return error_reply(ServingError(f"Internal error: {type(error).__name__}", 500))

    def invoke_many(self, requests: Sequence[Request]) -> Sequence[Reply]:
        """See :class:`~smtf_core.interfaces.BatchingModelServer`."""
        bodies: dict[int, bytes | None] = {}
        if (shortcut := self._shortcut()) is not None:
            arrays = {
                index: rows
                for index, request in enumerate(requests)
                if self._is_usual(request) and (rows := shortcut.read(request.body, bare=True)) is not None
            }
            bodies.update(zip(arrays, shortcut.predict(list(arrays.values()), self._max_rows), strict=True))
        return [
            self.invoke(request) if (body := bodies.get(index)) is None else Reply(body=body)
            for index, request in enumerate(requests)
        ]

    def quick(self, request: Request) -> bool:
        """See :class:`~smtf_core.interfaces.ModelServer`: the user's functions may take any time."""
        if self._hooks is not None or len(request.body) > _QUICK_BYTES:
            return False
        return self.signature()[0].quick

    def ready(self) -> bool:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        return self._catalogue.ready()

    def calls(self) -> Sequence[CallDescription]:
        """See :class:`~smtf_core.interfaces.DescribedModelServer`; the user's functions may want something else."""
        name = self._catalogue.names[0]
        version, _ = self._catalogue.find(name)
        model, signature = self.signature()
        values: Any = example_values(model, signature)
        if values is None:
            return (described(name, version, model, signature, Request()),)
        if signature.method in (CLASSIFY, REGRESS):
            (values,) = values.values()
        return (described(name, version, model, signature, Request(body=json.dumps(values).encode())),)

    def refresh(self) -> None:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        self._catalogue.refresh()

    def close(self) -> None:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        self._catalogue.close()
        if self._hooks is not None:
            self._hooks.close()

    def _is_usual(self, request: Request) -> bool:
        """Whether the shortcut answers a request if its body is plain rows."""
        return (
            self._hooks is None
            and request.path == _PATH
            and request.method == "POST"
            and request.content_type in (JSON, "")
            and (request.accept == JSON or (request.accept in _ANY and self._accept == JSON))
        )

    def _shortcut(self) -> Shortcut | None:
        derived = self._catalogue.derived
        if _PATH not in derived:
            derived[_PATH] = shortcut_of(self.signature()[0])
        shortcut: Shortcut | None = derived[_PATH]
        return shortcut

    def _transform(self, request: Request) -> Reply:
        hooks = self._hooks
        accept = self._accept if request.accept in _ANY else request.accept
        data = request.body
        content_type = request.content_type or JSON
        if hooks is not None and hooks.has("transform_fn"):
            return _reply(
                "transform_fn", hooks.call("transform_fn", _text(data, content_type), content_type, accept), accept
            )
        model, signature = self.signature()
        if hooks is not None and hooks.has("input_fn"):
            value = hooks.call("input_fn", _text(data, content_type), content_type)
        else:
            value = read_input(data, content_type, signature)
        if accept == JSON and (hooks is None or not hooks.has("output_fn")):
            return Reply(body=predict_as_json(value, model, signature))
        prediction = predict(value, model, signature)
        if hooks is not None and hooks.has("output_fn"):
            return _reply("output_fn", hooks.call("output_fn", prediction, accept), accept)
        body, media = write_output(prediction, accept)
        return Reply(body=body, content_type=media)


def _script(deployment: Deployment, root: Path) -> Path | None:
    if deployment.entry_point is not None:
        return Path(deployment.entry_point)
    program = deployment.environment.get("SAGEMAKER_PROGRAM")
    if not program:
        return None
    code = deployment.environment.get("SAGEMAKER_SUBMIT_DIRECTORY")
    if code is not None and "://" in code:
        raise InvalidInputError(
            f"SAGEMAKER_SUBMIT_DIRECTORY is {code!r}: code is not fetched for serving; pack it into the model's folder "
            "`code`, or give a local folder"
        )
    return (root / "code" if not code else Path(code)) / program


def _text(data: bytes, content_type: str) -> str | bytes:
    """What the user's functions are given: text for types of text, as in the legacy container, bytes for others."""
    media = content_type.partition(";")[0].strip().lower()
    if media.startswith("text/") or media.endswith(("json", "jsonlines", "xml")):
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise ServingError(f"the body is not {media} in UTF-8: {error}") from None
    return data


def _reply(name: str, returned: Any, accept: str) -> Reply:
    """What a function of the user's returned: the body, or body and content type."""
    body, media = returned if isinstance(returned, tuple) and len(returned) == 2 else (returned, accept)
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, (bytes, bytearray)) or not isinstance(media, str):
        raise ServingError(
            f"{name} must return text or bytes, perhaps with a content type, not {type(body).__name__}", 500
        )
    return Reply(body=bytes(body), content_type=media)
