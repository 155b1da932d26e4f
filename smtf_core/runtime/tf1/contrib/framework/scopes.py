"""``arg_scope``: default arguments for a set of functions.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.framework.arg_scope``.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Scope = dict[str, dict[str, Any]]

_stack = threading.local()
_decorated: dict[str, tuple[str, ...]] = {}


def arg_scope_func_key(op: Callable[..., Any]) -> str:
    """The key that an arg scope keeps a function's arguments under."""
    return str(getattr(op, "_key_op", op))


def current_arg_scope() -> Scope:
    """The innermost arg scope: function's key → arguments."""
    scopes: list[Scope] = _scopes()
    return scopes[-1]


def add_arg_scope(func: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: ``func`` takes arguments that it is not given from the arg scope it is called in."""

    @functools.wraps(func)
    def with_scope(*args: Any, **kwargs: Any) -> Any:
        defaults = current_arg_scope().get(key, {})
        return func(*args, **{k: v for k, v in defaults.items() if k not in names[: len(args)]} | kwargs)

    names = tuple(inspect.signature(func).parameters)
    key = f"{func.__module__}.{func.__qualname__}:{id(func)}"
    with_scope._key_op = key  # type: ignore[attr-defined]
    _decorated[key] = _arguments_with_default(func)
    return with_scope


def has_arg_scope(func: Callable[..., Any]) -> bool:
    """Whether ``func`` was decorated with :func:`add_arg_scope`."""
    return arg_scope_func_key(func) in _decorated


def arg_scoped_arguments(func: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the arguments of a decorated function that have a default.

    Raises:
        ValueError: ``func`` is not decorated.
    """
    if not has_arg_scope(func):
        raise ValueError(f"{func} is not decorated with @add_arg_scope")
    return _decorated[arg_scope_func_key(func)]


@contextlib.contextmanager
def arg_scope(list_ops_or_scope: Sequence[Callable[..., Any]] | Scope, **kwargs: Any) -> Iterator[Scope]:
    """Default arguments for decorated functions, for as long as it is entered.

    Args:
        list_ops_or_scope: the functions, or a scope that an earlier ``arg_scope(…) as scope`` gave.
        **kwargs: the arguments; none where a scope is given.

    Yields:
        The scope, to be entered again later.

    Raises:
        TypeError: neither a list of functions nor a scope.
        ValueError: a scope and arguments, or a function without :func:`add_arg_scope`.
    """
    if isinstance(list_ops_or_scope, dict):
        if kwargs:
            raise ValueError("When attempting to re-use a scope by suppling a dictionary, kwargs must be empty.")
        scope = {key: dict(arguments) for key, arguments in list_ops_or_scope.items()}
    elif isinstance(list_ops_or_scope, (list, tuple)):
        scope = {key: dict(arguments) for key, arguments in current_arg_scope().items()}
        for op in list_ops_or_scope:
            if not has_arg_scope(op):
                raise ValueError(f"{op} is not decorated with @add_arg_scope")
            scope.setdefault(arg_scope_func_key(op), {}).update(kwargs)
    else:
        raise TypeError("list_ops_or_scope must either be a list/tuple or reused scope (i.e. dict)")
    scopes = _scopes()
    scopes.append(scope)
    try:
        yield scope
    finally:
        scopes.pop()


def _scopes() -> list[Scope]:
    if not hasattr(_stack, "scopes"):
        _stack.scopes = [{}]
    scopes: list[Scope] = _stack.scopes
    return scopes


def _arguments_with_default(func: Callable[..., Any]) -> tuple[str, ...]:
    parameters = inspect.signature(func).parameters.values()
    return tuple(p.name for p in parameters if p.default is not inspect.Parameter.empty)
