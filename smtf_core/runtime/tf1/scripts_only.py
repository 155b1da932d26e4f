"""Attributes that classes of the process have only for TensorFlow 1 scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class ScriptsOnly:
    """A method or property of a class that is there for threads that run a TensorFlow 1 script, and for nobody else.

    Args:
        name: what it is called.
        bind: what the attribute of an instance is; of the class itself it is ``bind``.
        in_script: whether the thread that asks runs a TensorFlow 1 script.
    """

    def __init__(self, name: str, bind: Callable[[Any], Any], in_script: Callable[[], bool]) -> None:
        self._name = name
        self._bind = bind
        self._in_script = in_script

    def __get__(self, instance: Any, owner: type) -> Any:
        if not self._in_script():
            raise AttributeError(f"{owner.__name__!r} object has no attribute {self._name!r}")
        return self._bind if instance is None else self._bind(instance)
