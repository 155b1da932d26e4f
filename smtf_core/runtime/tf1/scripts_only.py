"""What of the process's modules and classes is different for TensorFlow 1 scripts, and the same for everybody else."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

_GENUINE = "smtf_genuine"
_lock = threading.Lock()


def replace_for_scripts(
    owner: Any, name: str, replacement: Callable[[Callable[..., Any]], Callable[..., Any]], applies: Callable[[], bool]
) -> None:
    """Replace a function for some threads. Doing it again changes nothing.

    Args:
        owner: the module or class that has it.
        name: what it is called.
        replacement: makes the function that takes its place; gets the genuine one.
        applies: whether the thread that calls gets the replacement.
    """
    with _lock:
        genuine = getattr(owner, name)
        if hasattr(genuine, _GENUINE):
            return
        replaced = replacement(genuine)

        @functools.wraps(genuine)
        def either(*arguments: Any, **options: Any) -> Any:
            return (replaced if applies() else genuine)(*arguments, **options)

        setattr(either, _GENUINE, genuine)
        setattr(owner, name, either)


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
