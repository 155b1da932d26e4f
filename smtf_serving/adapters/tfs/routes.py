"""Requests whose path says all about them: where they go, and the shortcut to their answer, remembered.

A route is made of the models that there are and forgotten with them: it lives in :attr:`Catalogue.derived`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from smtf_core.interfaces import Reply, Request
from smtf_serving.adapters.tfs.catalogue import Catalogue
from smtf_serving.adapters.tfs.errors import ServingError
from smtf_serving.adapters.tfs.invocations import CUSTOM_ATTRIBUTES
from smtf_serving.adapters.tfs.paths import call_path
from smtf_serving.adapters.tfs.shortcut import Shortcut, shortcut_of
from smtf_serving.model.loaded import LoadedModel

_INVOCATIONS, _PREDICT = "/invocations", "predict"
# Paths that are remembered; names in another case make new ones without end.
_MAX_ROUTES = 1024


@frozen(eq=False)
class Route:
    """What a path stands for, as long as the models are these.

    Args:
        model: the model's name.
        method: predict, classify or regress.
        quick: see :class:`~smtf_core.interfaces.ModelServer`.
        bare: whether rows may come bare.
        shortcut: to its answer; ``None`` if there is none.
    """

    model: str
    method: str
    quick: bool
    bare: bool
    shortcut: Shortcut | None


@frozen(eq=False)
class Routes:
    """The routes of a server.

    Args:
        catalogue: the models.
        invocations: whether ``/invocations`` has a route: no handler of the user's stands before it.
        target: the name and the model that a request means.
        max_rows: the most rows of a shared call.
    """

    catalogue: Catalogue
    invocations: bool
    target: Callable[[Request], tuple[str, LoadedModel]]
    max_rows: int

    def find(self, request: Request) -> Route | None:
        """Where a request goes; ``None`` if its path does not say all about that."""
        if request.method != "POST":
            return None
        path = request.path
        bare = path == _INVOCATIONS
        if bare and not (
            self.invocations
            and request.content_type in ("application/json", "")
            and request.accept in ("application/json", "", "*/*")
            and CUSTOM_ATTRIBUTES not in request.headers
        ):
            return None
        derived = self.catalogue.derived
        route: Route | None = derived.get(path)
        if route is None and len(derived) < _MAX_ROUTES:
            try:
                route = self._make(request, bare)
            except ServingError:
                return None
            derived[path] = route
        return route

    def answer(self, requests: Sequence[Request]) -> dict[int, tuple[Route, Reply]]:
        """Index → route and reply, of the requests that a shortcut answers."""
        groups: dict[int, tuple[Route, list[int]]] = {}
        arrays: dict[int, Any] = {}
        for index, request in enumerate(requests):
            route = self.find(request)
            if route is None or route.shortcut is None:
                continue
            rows = route.shortcut.read(request.body, route.bare)
            if rows is not None:
                arrays[index] = rows
                groups.setdefault(id(route), (route, []))[1].append(index)
        done: dict[int, tuple[Route, Reply]] = {}
        for route, members in groups.values():
            assert route.shortcut is not None
            answers = route.shortcut.predict([arrays[index] for index in members], self.max_rows)
            done.update(
                (index, (route, Reply(body=answer)))
                for index, answer in zip(members, answers, strict=True)
                if answer is not None
            )
        return done

    def _make(self, request: Request, bare: bool) -> Route:
        name, model = self.target(request)
        call = call_path(request.path)
        method = _PREDICT if call is None else call.method
        return Route(name, method, model.quick, bare, shortcut_of(model) if method == _PREDICT else None)
