"""Requests → the program: TensorFlow Serving's own API as it is, ``/invocations`` as the SageMaker container has it."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

from attrs import evolve

from smtf_core.interfaces import Reply, Request
from smtf_serving.adapters.tfs.errors import ServingError, error_reply, not_found
from smtf_serving.adapters.tfs.handlers import Handlers, context_of, grpc_channel
from smtf_serving.adapters.tfs.invocations import Target, document_of, media_type, reply_type, target_of
from smtf_serving.adapters.tfs_binary.program import Program

logger = logging.getLogger(__name__)

_CSV = "text/csv"


class TfsBinaryServer:
    """See :class:`~smtf_core.interfaces.ModelServer`.

    Args:
        program: that answers.
        default_model: the model that a request gets which names none.
        handlers: the user's; ``None`` for none.
        scratch: a folder that goes with it.
    """

    def __init__(self, program: Program, default_model: str, handlers: Handlers | None, scratch: Path) -> None:
        self._program = program
        self._default_model = default_model
        self._handlers = handlers
        self._scratch = scratch
        self._channel = None if handlers is None else grpc_channel(str(program.ports.grpc))

    def invoke(self, request: Request) -> Reply:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        try:
            if request.path != "/invocations":
                return self._program.ask(request.method, request.path, request.body, request.content_type)
            if request.method != "POST":
                raise ServingError(f"Method Not Allowed: {request.method} {request.path}", 405)
            return self._invocation(request, target_of(request.headers))
        except ServingError as error:
            return error_reply(error)
        except Exception as error:
            logger.exception("%s %s failed", request.method, request.path)
            return error_reply(ServingError(f"Internal error: {type(error).__name__}", 500))

    def quick(self, request: Request) -> bool:
        """See :class:`~smtf_core.interfaces.ModelServer`: another process is waited for."""
        return False

    def ready(self) -> bool:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        return self._program.available

    def refresh(self) -> None:
        """See :class:`~smtf_core.interfaces.ModelServer`; the program looks for new versions itself."""

    def close(self) -> None:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        self._program.close()
        if self._handlers is not None:
            self._handlers.close()
        if self._channel is not None:
            self._channel.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _invocation(self, request: Request, target: Target) -> Reply:
        name = target.model or self._default_model
        if self._handlers is not None:
            version = target.version if target.version is not None else self._program.newest.get(name)
            if version is None:
                raise not_found(f"Servable not found for request: Latest({name})")
            ports = self._program.ports
            context = context_of(
                request,
                target,
                model=name,
                version=version,
                ports=(ports.rest, str(ports.grpc)),
                channel=self._channel,
            )
            return self._handlers.call(request.body, context, lambda body: self._call(name, target, body))
        media = reply_type(request.accept)
        strings = media_type(request.content_type) == _CSV and self._takes_strings(name, target)
        document = document_of(request.body, request.content_type, target.method, strings=strings)
        reply = self._call(name, target, json.dumps(document).encode())
        return evolve(reply, content_type=media) if reply.status < 400 else reply

    def _call(self, name: str, target: Target, body: bytes) -> Reply:
        return self._program.ask("POST", f"{_path(name, target)}:{target.method}", body)

    def _takes_strings(self, name: str, target: Target) -> bool:
        """Whether the default signature has no input but strings: fields of CSV are left as they are then."""
        reply = self._program.ask("GET", f"{_path(name, target)}/metadata")
        if reply.status != 200:
            return False  # the call will tell why
        signatures = json.loads(reply.body)["metadata"]["signature_def"]["signature_def"]
        inputs = signatures.get("serving_default", {}).get("inputs", {})
        return bool(inputs) and all(tensor["dtype"] == "DT_STRING" for tensor in inputs.values())


def _path(name: str, target: Target) -> str:
    return f"/v1/models/{name}" + (f"/versions/{target.version}" if target.version is not None else "")
