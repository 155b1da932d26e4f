"""Paths → answers: TensorFlow Serving's API, ``/invocations`` and the multi-model API over one catalogue."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from smtf_core.interfaces import CallDescription, Reply, Request
from smtf_serving.adapters.tfs import json_text, multi_model
from smtf_serving.adapters.tfs.calls import Call, prepare, run_together
from smtf_serving.adapters.tfs.catalogue import Catalogue
from smtf_serving.adapters.tfs.description import describe, described_calls
from smtf_serving.adapters.tfs.errors import ServingError, error_reply, from_tensorflow, not_found
from smtf_serving.adapters.tfs.handlers import Handlers, context_of, grpc_channel
from smtf_serving.adapters.tfs.invocations import (
    Target,
    document_of,
    media_type,
    reply_type,
    target_of,
)
from smtf_serving.adapters.tfs.metrics import Metrics
from smtf_serving.adapters.tfs.paths import call_path, question_path
from smtf_serving.adapters.tfs.routes import Routes
from smtf_serving.adapters.tfs.settings import Settings
from smtf_serving.model.loaded import LoadedModel
from smtf_serving.model.signatures import default_signature

logger = logging.getLogger(__name__)

_PROMETHEUS, _INVOCATIONS = "/monitoring/prometheus/metrics", "/invocations"
# Bodies above this take longer to parse than a small model to call.
_QUICK_BYTES = 32 * 1024


class TfsServer:
    """See :class:`~smtf_core.interfaces.BatchingModelServer` and :class:`~smtf_core.interfaces.DescribedModelServer`.

    Args:
        catalogue: the models.
        settings: from the container's environment.
        handlers: the user's; ``None`` for none.

    Attributes:
        catalogue: the models, for those who answer for them by other protocols.
        metrics: counts the requests, theirs too.
    """

    def __init__(self, catalogue: Catalogue, settings: Settings, handlers: Handlers | None = None) -> None:
        self.catalogue = catalogue
        self.metrics = Metrics()
        self._settings = settings
        self._handlers = handlers
        self._channel = None if handlers is None else grpc_channel(settings.grpc_port)
        # Without batching every request is a call of its own, so that its bits do not depend on its neighbours.
        max_rows = settings.max_batch_size if settings.batching else 1
        self._routes = Routes(catalogue, handlers is None, self._target, max_rows)

    def invoke(self, request: Request) -> Reply:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        start = time.perf_counter()
        route = self._routes.find(request)
        if route is not None and route.shortcut is not None:
            body = route.shortcut.answer(request.body, route.bare)
            if body is not None:
                self.metrics.observe(route.model, route.method, 200, time.perf_counter() - start)
                return Reply(body=body)
        reply = self._answer(request)
        self._count(request, reply, time.perf_counter() - start)
        return reply

    def invoke_many(self, requests: Sequence[Request]) -> Sequence[Reply]:
        """See :class:`~smtf_core.interfaces.BatchingModelServer`."""
        start = time.perf_counter()
        short = self._routes.answer(requests)
        done = {index: reply for index, (_, reply) in short.items()}
        waiting: dict[int, Call] = {}
        for index, request in enumerate(requests):
            if index in done:
                continue
            outcome = self._guarded(request, self._prepare)
            if isinstance(outcome, Call):
                waiting[index] = outcome
            else:
                done[index] = outcome
        answers = run_together(list(waiting.values()), self._routes.max_rows)
        for index, answer in zip(waiting, answers, strict=True):
            done[index] = (
                error_reply(answer)
                if isinstance(answer, ServingError)
                else Reply(body=answer, content_type=_reply_type(requests[index]))
            )
        seconds = time.perf_counter() - start
        for index, request in enumerate(requests):
            if index in short:
                self.metrics.observe(short[index][0].model, short[index][0].method, 200, seconds)
            else:
                self._count(request, done[index], seconds)
        return [done[index] for index in range(len(requests))]

    def quick(self, request: Request) -> bool:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        if len(request.body) > _QUICK_BYTES:
            return False
        route = self._routes.find(request)
        if route is not None:
            return route.quick
        if request.path == _INVOCATIONS:
            if self._handlers is not None:
                return False
        elif request.method != "GET" and not request.path.startswith("/v1/"):
            return False
        try:
            return self._target(request)[1].quick
        except ServingError:
            return True  # the answer is an error, or no model is needed for it

    def ready(self) -> bool:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        return self.catalogue.ready()

    def calls(self) -> Sequence[CallDescription]:
        """See :class:`~smtf_core.interfaces.DescribedModelServer`."""
        return described_calls(self.catalogue)

    def refresh(self) -> None:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        self.catalogue.refresh()

    def close(self) -> None:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        self.catalogue.close()
        if self._handlers is not None:
            self._handlers.close()
        if self._channel is not None:
            self._channel.close()

    def _answer(self, request: Request) -> Reply:
        outcome = self._guarded(request, self._prepare)
        if isinstance(outcome, Reply):
            return outcome
        reply: Reply = self._guarded(request, lambda _: Reply(body=outcome.run(), content_type=_reply_type(request)))
        return reply

    def _guarded(self, request: Request, answer: Callable[[Request], Any]) -> Any:
        """Whatever goes wrong becomes an answer; what nobody foresaw goes to the log as well."""
        try:
            return answer(request)
        except ServingError as error:
            return error_reply(error)
        except tf.errors.OpError as error:
            return error_reply(from_tensorflow(error))
        except MemoryError:
            logger.exception("%s %s: out of memory", request.method, request.path)
            return error_reply(ServingError("not enough memory for this request", 429))
        except Exception as error:
            logger.exception("%s %s failed", request.method, request.path)
            return error_reply(ServingError(f"Internal error: {type(error).__name__}", 500))

    def _count(self, request: Request, reply: Reply, seconds: float) -> None:
        """Count a request if it was for a model, whatever came of it."""
        if request.method != "POST":
            return
        try:
            name, method = self._asked(request)
        except ServingError:  # it does not say for which
            name, method = "", "predict"
        if method:
            # A name that clients make up is none to keep a counter for.
            self.metrics.observe(name if name in self.catalogue.names else "", method, reply.status, seconds)

    def _asked(self, request: Request) -> tuple[str, str]:
        """The model and the method that a request is for; no method if it is for none."""
        if request.path == _INVOCATIONS:
            target = target_of(request.headers)
            return self._name(target), target.method
        if (call := call_path(request.path)) is not None:
            return call.model, call.method
        path = multi_model.model_path(request.path) if self._settings.multi_model else None
        if path is not None and path.model is not None and path.invoke:
            return path.model, target_of(request.headers).method
        return "", ""

    def _prepare(self, request: Request) -> Call | Reply:
        """What a request asks for: a call of a model, or an answer that needs none."""
        path, method = request.path, request.method
        if path == _INVOCATIONS:
            if method != "POST":
                raise ServingError(f"Method Not Allowed: {method} {path}", 405)
            return self._invocation(request, target_of(request.headers))
        if path == _PROMETHEUS and method == "GET":
            return Reply(body=self.metrics.text().encode(), content_type=Metrics.content_type)
        if method == "POST" and (call := call_path(path)) is not None:
            _, model = self.catalogue.find(call.model, call.version, call.label)
            return prepare(model, json_text.loads(request.body), call.method)
        if method == "GET" and (question := question_path(path)) is not None:
            return _json(describe(self.catalogue, question))
        if self._settings.multi_model and (asked := multi_model.model_path(path)) is not None:
            return self._multi_model(request, asked)
        raise ServingError(f"Malformed request: {method} {path}")

    def _target(self, request: Request) -> tuple[str, LoadedModel]:
        if request.path == _INVOCATIONS:
            target = target_of(request.headers)
            name = self._name(target)
            return name, self.catalogue.find(name, target.version)[1]
        call = call_path(request.path)
        if call is None:
            raise ServingError(f"Malformed request: {request.method} {request.path}")
        return call.model, self.catalogue.find(call.model, call.version, call.label)[1]

    def _name(self, target: Target) -> str:
        if target.model is not None:
            return target.model
        if self._settings.default_model is not None:
            return self._settings.default_model
        names = self.catalogue.names
        if not names:
            raise not_found("there is no model")
        return names[0]

    def _invocation(self, request: Request, target: Target) -> Call | Reply:
        name = self._name(target)
        version, model = self.catalogue.find(name, target.version)
        if self._handlers is not None:
            return self._handlers.call(
                request.body,
                context_of(
                    request,
                    target,
                    model=name,
                    version=version,
                    ports=(self._settings.port, self._settings.grpc_port),
                    channel=self._channel,
                ),
                lambda body: self._answer(
                    Request(path=f"/v1/models/{name}/versions/{version}:{target.method}", body=body)
                ),
            )
        reply_type(request.accept)
        strings = False
        if media_type(request.content_type) == "text/csv":
            signature = model.signatures.get(default_signature(model.signatures))
            strings = signature is not None and all(spec.dtype == tf.string for spec in signature.inputs.values())
        document = document_of(request.body, request.content_type, target.method, strings=strings)
        return prepare(model, document, target.method)

    def _multi_model(self, request: Request, path: multi_model.ModelPath) -> Call | Reply:
        method, name = request.method, path.model
        if name is None:
            if method == "GET":
                return _json(multi_model.listed(self.catalogue))
            if method == "POST":
                return _json(multi_model.load(self.catalogue, json_text.loads(request.body)))
        elif path.invoke:
            if method == "POST":
                target = target_of(request.headers)
                return self._invocation(request, Target(name, target.version, target.method))
        elif method == "GET":
            return _json(multi_model.entry(self.catalogue, name))
        elif method == "DELETE":
            return _json(multi_model.unload(self.catalogue, name))
        raise ServingError(f"Method Not Allowed: {method} {request.path}", 405)


def _json(value: Any) -> Reply:
    return Reply(body=json.dumps(value).encode())


def _reply_type(request: Request) -> str:
    return "application/json" if request.path.startswith("/v1/") else reply_type(request.accept)
