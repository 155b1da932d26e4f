"""Paths → answers: TensorFlow Serving's API, ``/invocations`` and the multi-model API over one catalogue."""

from __future__ import annotations

import inspect
import json
import logging
import re
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import tensorflow as tf
from attrs import frozen
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import Reply, Request
from smtf_serving.adapters.tfs import json_text
from smtf_serving.adapters.tfs.calls import Call, batches, prepare, run_together
from smtf_serving.adapters.tfs.catalogue import Catalogue
from smtf_serving.adapters.tfs.errors import ServingError, error_reply, from_tensorflow, not_found
from smtf_serving.adapters.tfs.handlers import Context, Handlers
from smtf_serving.adapters.tfs.invocations import (
    CUSTOM_ATTRIBUTES,
    Target,
    document_of,
    media_type,
    reply_type,
    target_of,
)
from smtf_serving.adapters.tfs.metrics import Metrics
from smtf_serving.adapters.tfs.settings import Settings
from smtf_serving.adapters.tfs.shortcut import Shortcut, shortcut_of
from smtf_serving.model.folders import ModelFolder, find_models
from smtf_serving.model.signatures import default_signature

logger = logging.getLogger(__name__)

_CALL = re.compile(
    r"/v1/models/(?P<model>[^/:]+)(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
    r":(?P<method>classify|regress|predict)",
    re.IGNORECASE | re.ASCII,
)
_STATUS = re.compile(
    r"/v1/models(?:/(?P<model>[^/:]+))?(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?(?P<metadata>/metadata)?",
    re.IGNORECASE | re.ASCII,
)
_MODELS = re.compile(r"/models(?:/(?P<model>[^/]+?)(?P<invoke>/invoke)?)?")
# protobuf 5 renamed the argument; TensorFlow 2.16 and 2.17 come with protobuf 4.
_PRINT_EMPTY = next(
    name
    for name in ("always_print_fields_with_no_presence", "including_default_value_fields")
    if name in inspect.signature(MessageToDict).parameters
)
_PROMETHEUS = "/monitoring/prometheus/metrics"
_MAX_VERSION = 2**63
# Bodies above this take longer to parse than a small model to call.
_QUICK_BYTES = 32 * 1024
# Paths that are remembered; names in another case make new ones without end.
_MAX_ROUTES = 1024


@frozen(eq=False)
class _Route:
    """What a path stands for, as long as the models are these.

    Args:
        model: the model's name.
        quick: see :class:`~smtf_core.interfaces.ModelServer`.
        bare: whether rows may come bare.
        shortcut: to its answer; ``None`` if there is none.
    """

    model: str
    quick: bool
    bare: bool
    shortcut: Shortcut | None


class TfsServer:
    """See :class:`~smtf_core.interfaces.BatchingModelServer`.

    Args:
        catalogue: the models.
        settings: from the container's environment.
        handlers: the user's; ``None`` for none.
    """

    def __init__(self, catalogue: Catalogue, settings: Settings, handlers: Handlers | None = None) -> None:
        self._catalogue = catalogue
        self._settings = settings
        self._handlers = handlers
        # Without batching every request is a call of its own, so that its bits do not depend on its neighbours.
        self._max_rows = settings.max_batch_size if settings.batching else 1
        self._metrics = Metrics()

    @property
    def catalogue(self) -> Catalogue:
        """The models, for those who answer for them by other protocols."""
        return self._catalogue

    def invoke(self, request: Request) -> Reply:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        start = time.perf_counter()
        route = self._route(request)
        if route is not None and route.shortcut is not None:
            body = route.shortcut.answer(request.body, route.bare)
            if body is not None:
                self._metrics.observe(route.model, 200, time.perf_counter() - start)
                return Reply(body=body)
        model, reply = self._answer(request)
        self._metrics.observe(model, reply.status, time.perf_counter() - start)
        return reply

    def invoke_many(self, requests: Sequence[Request]) -> Sequence[Reply]:
        """See :class:`~smtf_core.interfaces.BatchingModelServer`."""
        start = time.perf_counter()
        done = self._by_shortcut(requests)
        waiting: dict[int, tuple[str, str, Call]] = {}
        for index, request in enumerate(requests):
            if index in done:
                continue
            outcome = self._guarded(request, self._prepare)
            if isinstance(outcome[1], Call):
                waiting[index] = (outcome[0], _reply_type(request), outcome[1])
            else:
                done[index] = (outcome[0], outcome[1])
        answers = run_together([call for _, _, call in waiting.values()], self._max_rows)
        for (index, (model, media, _)), answer in zip(waiting.items(), answers, strict=True):
            failed = isinstance(answer, ServingError)
            done[index] = model, error_reply(answer) if failed else Reply(body=answer, content_type=media)  # type: ignore[arg-type]
        seconds = time.perf_counter() - start
        for model, reply in done.values():
            self._metrics.observe(model, reply.status, seconds)
        return [done[index][1] for index in range(len(requests))]

    def quick(self, request: Request) -> bool:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        if len(request.body) > _QUICK_BYTES:
            return False
        route = self._route(request)
        if route is not None:
            return route.quick
        if request.path == "/invocations":
            if self._handlers is not None:
                return False
        elif request.method != "GET" and not request.path.startswith("/v1/"):
            return False
        try:
            quick: bool = self._target(request)[1].quick
            return quick
        except ServingError:
            return True  # the answer is an error, or no model is needed for it

    def ready(self) -> bool:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        return self._catalogue.ready()

    def refresh(self) -> None:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        self._catalogue.refresh()

    def close(self) -> None:
        """See :class:`~smtf_core.interfaces.ModelServer`."""
        self._catalogue.close()
        if self._handlers is not None:
            self._handlers.close()

    def _route(self, request: Request) -> _Route | None:
        """Where a request goes whose path says all about that; ``None`` for others."""
        if request.method != "POST":
            return None
        path = request.path
        bare = path == "/invocations"
        if bare and not (
            self._handlers is None
            and request.content_type in ("application/json", "")
            and request.accept in ("application/json", "", "*/*")
            and CUSTOM_ATTRIBUTES not in request.headers
        ):
            return None
        derived = self._catalogue.derived
        route: _Route | None = derived.get(path)
        if route is None and len(derived) < _MAX_ROUTES:
            try:
                route = self._make_route(request, bare)
            except ServingError:
                return None
            derived[path] = route
        return route

    def _make_route(self, request: Request, bare: bool) -> _Route:
        name, model = self._target(request)
        predicts = bare or request.path.lower().endswith(":predict")
        return _Route(name, model.quick, bare, shortcut_of(model) if predicts else None)

    def _by_shortcut(self, requests: Sequence[Request]) -> dict[int, tuple[str, Reply]]:
        """Index → model and reply, of the requests that a shortcut answers."""
        groups: dict[int, tuple[_Route, list[int]]] = {}
        arrays: dict[int, Any] = {}
        for index, request in enumerate(requests):
            route = self._route(request)
            if route is None or route.shortcut is None or not route.shortcut.shares:
                continue
            rows = route.shortcut.read(request.body, route.bare)
            if rows is not None:
                arrays[index] = rows
                groups.setdefault(id(route), (route, []))[1].append(index)
        sizes = [len(arrays[index]) if index in arrays else 0 for index in range(len(requests))]
        done: dict[int, tuple[str, Reply]] = {}
        for route, members in groups.values():
            assert route.shortcut is not None
            for batch in batches(members, sizes, self._max_rows):
                answers = route.shortcut.predict([arrays[index] for index in batch])
                done.update(
                    (index, (route.model, Reply(body=answer)))
                    for index, answer in zip(batch, answers, strict=True)
                    if answer is not None
                )
        return done

    def _answer(self, request: Request) -> tuple[str, Reply]:
        model, outcome = self._guarded(request, self._prepare)
        if isinstance(outcome, Reply):
            return model, outcome
        return self._guarded(request, lambda _: (model, Reply(body=outcome.run(), content_type=_reply_type(request))))

    def _guarded(self, request: Request, answer: Callable[[Request], tuple[str, Any]]) -> tuple[str, Any]:
        """Whatever goes wrong becomes an answer; what nobody foresaw goes to the log as well."""
        try:
            return answer(request)
        except ServingError as error:
            return "", error_reply(error)
        except tf.errors.OpError as error:
            return "", error_reply(from_tensorflow(error))
        except MemoryError:
            logger.exception("%s %s: out of memory", request.method, request.path)
            return "", error_reply(ServingError("not enough memory for this request", 429))
        except Exception as error:
            logger.exception("%s %s failed", request.method, request.path)
            return "", error_reply(ServingError(f"Internal error: {type(error).__name__}", 500))

    def _prepare(self, request: Request) -> tuple[str, Call | Reply]:
        """What a request asks for: a model's name, and a call of it or an answer that needs none."""
        path, method = request.path, request.method
        if path == "/invocations":
            if method != "POST":
                raise ServingError(f"Method Not Allowed: {method} {path}", 405)
            return self._invocation(request, target_of(request.headers))
        if path == _PROMETHEUS and method == "GET":
            return "", Reply(body=self._metrics.text().encode(), content_type=Metrics.content_type)
        if method == "POST" and (route := _call_route(path)) is not None:
            name, version, label, verb = route
            _, model = self._catalogue.find(name, version, label)
            return name, prepare(model, json_text.loads(request.body), verb)
        if method == "GET" and (match := _STATUS.fullmatch(path)) is not None:
            return "", self._describe(match)
        if self._settings.multi_model and (match := _MODELS.fullmatch(path)) is not None:
            return self._multi_model(request, match["model"], match["invoke"] is not None)
        raise ServingError(f"Malformed request: {method} {path}")

    def _target(self, request: Request) -> tuple[str, Any]:
        if request.path == "/invocations":
            target = target_of(request.headers)
            name = self._name(target)
            return name, self._catalogue.find(name, target.version)[1]
        route = _call_route(request.path)
        if route is None:
            raise ServingError(f"Malformed request: {request.method} {request.path}")
        return route[0], self._catalogue.find(*route[:3])[1]

    def _name(self, target: Target) -> str:
        if target.model is not None:
            return target.model
        if self._settings.default_model is not None:
            return self._settings.default_model
        names = self._catalogue.names
        if not names:
            raise not_found("there is no model")
        return names[0]

    def _invocation(self, request: Request, target: Target) -> tuple[str, Call | Reply]:
        name = self._name(target)
        version, model = self._catalogue.find(name, target.version)
        if self._handlers is not None:
            return name, self._handlers.call(
                request.body,
                self._context(request, name, version, target),
                lambda body: self._answer(
                    Request(path=f"/v1/models/{name}/versions/{version}:{target.method}", body=body)
                )[1],
            )
        reply_type(request.accept)
        strings = False
        if media_type(request.content_type) == "text/csv":
            signature = model.signatures.get(default_signature(model.signatures))
            strings = signature is not None and all(spec.dtype == tf.string for spec in signature.inputs.values())
        return name, prepare(
            model, document_of(request.body, request.content_type, target.method, strings=strings), target.method
        )

    def _context(self, request: Request, name: str, version: int, target: Target) -> Context:
        where = f"/v1/models/{name}" + (f"/versions/{version}" if target.version is not None else "")
        return Context(
            model_name=name,
            model_version=str(version),
            method=target.method,
            rest_uri=f"http://localhost:{self._settings.port}{where}:{target.method}",
            grpc_port=self._settings.grpc_port,
            channel=None,
            custom_attributes=request.headers.get(CUSTOM_ATTRIBUTES, ""),
            request_content_type=request.content_type,
            accept_header=request.accept,
            content_length=len(request.body),
        )

    def _describe(self, match: re.Match[str]) -> Reply:
        name = match["model"]
        if name is None:
            raise ServingError("Missing model name in request.")
        version = _version(match["version"])
        if match["metadata"] is None:
            return _json(
                {
                    "model_version_status": [
                        {
                            "version": str(number),
                            "state": "AVAILABLE" if failure is None else "END",
                            "status": {
                                "error_code": "OK" if failure is None else "INTERNAL",
                                "error_message": failure or "",
                            },
                        }
                        for number, failure in self._catalogue.status(name, version, match["label"])
                    ]
                }
            )
        number, model = self._catalogue.find(name, version, match["label"])
        signatures = {
            signature: MessageToDict(
                model.meta_graph.signature_def[signature],
                preserving_proto_field_name=True,
                **{_PRINT_EMPTY: True},
            )
            for signature in model.signatures
        }
        return _json(
            {
                "model_spec": {"name": name, "signature_name": "", "version": str(number)},
                "metadata": {"signature_def": {"signature_def": signatures}},
            }
        )

    def _multi_model(self, request: Request, name: str | None, invoke: bool) -> tuple[str, Call | Reply]:
        method = request.method
        if name is None:
            if method == "GET":
                return "", _json({"models": [self._entry(model) for model in self._catalogue.names]})
            if method == "POST":
                return "", self._load(json_text.loads(request.body))
        elif invoke:
            if method == "POST":
                target = target_of(request.headers)
                return self._invocation(request, Target(name, target.version, target.method))
        elif method == "GET":
            return name, _json(self._entry(name))
        elif method == "DELETE":
            self._catalogue.remove(name)
            return name, _json({"message": f"Successfully unloaded model {name}"})
        raise ServingError(f"Method Not Allowed: {method} {request.path}", 405)

    def _entry(self, name: str) -> dict[str, str]:
        return {"modelName": name, "modelUrl": str(self._catalogue.folder(name))}

    def _load(self, document: Any) -> Reply:
        if not isinstance(document, dict) or not all(isinstance(document.get(k), str) for k in ("model_name", "url")):
            raise ServingError('the body must be {"model_name": "…", "url": "…"}')
        name, folder = document["model_name"], Path(document["url"])
        if not re.fullmatch(r"[^/:]+", name):
            raise ServingError(f"model_name must have neither / nor :, not {name!r}")
        if name in self._catalogue.names:
            raise ServingError(f"Model {name} is already loaded", 409)
        try:
            found = find_models(folder)
            if len(found) > 1:
                raise ServingError(f"{folder} has several models: {', '.join(model.name for model in found)}")
            versions = found[0].versions
            self._catalogue.add(ModelFolder(name, versions), next(iter(versions.values())).parent)
        except (MemoryError, tf.errors.ResourceExhaustedError) as error:
            raise ServingError(f"Not enough memory to load model {name}: {error}", 507) from error
        except InvalidInputError as error:
            raise ServingError(str(error)) from error
        return _json({"message": f"Successfully loaded model {name}"})


def _json(value: Any) -> Reply:
    return Reply(body=json.dumps(value).encode())


def _reply_type(request: Request) -> str:
    return "application/json" if request.path.startswith("/v1/") else reply_type(request.accept)


@lru_cache(maxsize=1024)
def _call_route(path: str) -> tuple[str, int | None, str | None, str] | None:
    match = _CALL.fullmatch(path)
    if match is None:
        return None
    return match["model"], _version(match["version"]), match["label"], match["method"].lower()


def _version(digits: str | None) -> int | None:
    if digits is None:
        return None
    if len(digits) > 19 or int(digits) >= _MAX_VERSION:
        raise ServingError(f"Failed to convert version: {digits} to numeric.")
    return int(digits)
