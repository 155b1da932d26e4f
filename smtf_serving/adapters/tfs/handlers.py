"""``inference.py``: the user's own pre- and post-processing in front of TensorFlow Serving.

Source: sagemaker-tensorflow-serving-container, "Pre/Post-Processing": ``handler(data, context)``, or ``input_handler``
and ``output_handler``.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import cached_property
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from attrs import define, frozen

from smtf_core.errors import ScriptError
from smtf_core.interfaces import Deployment, Reply, Request
from smtf_core.runtime.script.importer import ScriptImporter
from smtf_serving.adapters.packages import install_packages
from smtf_serving.adapters.tfs.errors import ServingError
from smtf_serving.adapters.tfs.invocations import CUSTOM_ATTRIBUTES, Target

logger = logging.getLogger(__name__)

_DEFAULT_SCRIPT = "inference.py"
_NAMES = ("handler", "input_handler", "output_handler")


@frozen(kw_only=True)
class Context:
    """What a handler is told about its request; the container's fields, in their order."""

    model_name: str
    model_version: str
    method: str
    rest_uri: str
    grpc_port: str | None
    channel: Any
    custom_attributes: str
    request_content_type: str
    accept_header: str
    content_length: int


def context_of(
    request: Request, target: Target, *, model: str, version: int, ports: tuple[int | str, str | None], channel: Any
) -> Context:
    """What a handler is told.

    Args:
        request: that is to be answered.
        target: what its attributes ask for.
        model: the model's name.
        version: the version that answers.
        ports: where TensorFlow Serving's REST API and its gRPC API listen; ``None`` if that one does nowhere.
        channel: to the latter.
    """
    where = f"/v1/models/{model}" + (f"/versions/{version}" if target.version is not None else "")
    return Context(
        model_name=model,
        model_version=str(version),
        method=target.method,
        rest_uri=f"http://localhost:{ports[0]}{where}:{target.method}",
        grpc_port=ports[1],
        channel=channel,
        custom_attributes=request.headers.get(CUSTOM_ATTRIBUTES, ""),
        request_content_type=request.content_type,
        accept_header=request.accept,
        content_length=len(request.body),
    )


def grpc_channel(port: str | None) -> Any:
    """To a gRPC port of this machine, for handlers; ``None`` if there is none, or nothing to speak gRPC with."""
    if port is None or find_spec("grpc") is None:
        return None
    return import_module("grpc").insecure_channel(f"localhost:{port}")


@define(slots=False)
class Response:
    """The model's answer as ``output_handler`` gets it: what handlers use of ``requests.Response``."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self.status_code < 400

    @property
    def reason(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status_code).phrase

    def raise_for_status(self) -> None:
        """Do nothing, unless the status is an error's.

        Raises:
            ServingError: it is. Where nobody catches it, it is the answer.
        """
        if not self.ok:
            raise ServingError(self.json()["error"], self.status_code)

    @cached_property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8", "replace")

    def json(self, **options: Any) -> Any:
        """The content parsed."""
        return json.loads(self.content, **options)


class Handlers:
    """The functions of a loaded ``inference.py``.

    Args:
        path: the file; its folder is the code folder, ``lib`` in it is importable too.
        packages: that it needs; closed with it.

    Raises:
        ScriptError: it cannot be loaded, or has no handler; or has one that contradicts another.
    """

    def __init__(self, path: Path, packages: contextlib.ExitStack | None = None) -> None:
        self._packages = packages if packages is not None else contextlib.ExitStack()
        if not path.is_file():
            self._packages.close()
            raise ScriptError(f"there is no script {path}")
        self._path = path
        self._library = path.parent / "lib"
        if self._library.is_dir():
            sys.path.append(str(self._library))
        self._importer = ScriptImporter(path.parent, path.name, {})
        try:
            module = self._importer.load()
        except Exception as error:
            self._forget_library()
            self._packages.close()
            raise ScriptError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
        self._functions: dict[str, Callable[..., Any]] = {
            name: getattr(module, name) for name in _NAMES if callable(getattr(module, name, None))
        }
        try:
            self._check()
        except ScriptError:
            self.close()
            raise

    def call(self, body: bytes, context: Context, predict: Callable[[bytes], Reply]) -> Reply:
        """Answer one request.

        Args:
            body: the request's body.
            context: what the handler is told.
            predict: asks the model with a body of TensorFlow Serving's API.

        Raises:
            ServingError: a handler raised; the log has its traceback.
        """
        if "handler" in self._functions:
            return self._reply("handler", self._run("handler", io.BytesIO(body), context))
        processed = self._run("input_handler", io.BytesIO(body), context)
        if isinstance(processed, str):
            processed = processed.encode()
        elif hasattr(processed, "read"):
            processed = processed.read()
        elif not isinstance(processed, (bytes, bytearray)):
            raise ServingError(f"input_handler must return text or bytes, not {type(processed).__name__}", 500)
        answer = predict(bytes(processed))
        headers = {"Content-Type": answer.content_type, **answer.headers}
        return self._reply(
            "output_handler", self._run("output_handler", Response(answer.status, answer.body, headers), context)
        )

    def close(self) -> None:
        """Forget the script."""
        self._importer.close()
        self._forget_library()
        self._packages.close()

    def _check(self) -> None:
        there = sorted(self._functions)
        if not there:
            raise ScriptError(f"{self._path} must define handler, or input_handler and output_handler; it has neither")
        if "handler" in there and len(there) > 1:
            raise ScriptError(f"{self._path} defines handler as well as {there[1:]}: which is it to be?")
        if len(there) == 1 and there != ["handler"]:
            missing = next(iter({"input_handler", "output_handler"} - set(there)))
            raise ScriptError(f"{self._path} defines {there[0]} but not {missing}; both are needed")

    def _run(self, name: str, *arguments: Any) -> Any:
        try:
            return self._functions[name](*arguments)
        except ServingError:  # the model's, which a handler passes on
            raise
        except Exception as error:
            frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(self._path)]
            line = f", line {frames[-1].lineno}" if frames else ""
            logger.exception("%s of %s%s failed", name, self._path, line)
            raise ServingError(f"{name} failed: {type(error).__name__}: {error}", 500) from error

    def _reply(self, name: str, returned: Any) -> Reply:
        if not (isinstance(returned, tuple) and len(returned) == 2):
            raise ServingError(f"{name} must return (body, content type), not {type(returned).__name__}", 500)
        body, content_type = returned
        if isinstance(body, str):
            body = body.encode()
        if not isinstance(body, (bytes, bytearray)) or not isinstance(content_type, str):
            raise ServingError(f"{name} must return (body, content type): text or bytes, and text", 500)
        return Reply(body=bytes(body), content_type=content_type)

    def _forget_library(self) -> None:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(self._library))


def load_handlers(deployment: Deployment) -> Handlers | None:
    """The handlers of a deployment: those of its entry point, or of ``code/inference.py``; ``None`` if it has none.

    Raises:
        ScriptError: they cannot be loaded.
        InvalidInputError: what they need cannot be installed.
    """
    script = _script(deployment, Path(deployment.path))
    if script is None:
        return None
    usual = deployment.entry_point is None
    return Handlers(script, install_packages(script.parent, deployment.environment, usual=usual))


def _script(deployment: Deployment, root: Path) -> Path | None:
    if deployment.entry_point is not None:
        return Path(deployment.entry_point)
    # A version's folder has no place for handlers, its parents have.
    usual = [root / "code" / _DEFAULT_SCRIPT, *(parent / "code" / _DEFAULT_SCRIPT for parent in root.parents[:2])]
    candidates = usual if (root / "saved_model.pb").is_file() else usual[:1]
    return next((path for path in candidates if path.is_file()), None)
