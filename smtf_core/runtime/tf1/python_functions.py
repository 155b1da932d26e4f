"""Functions of a script that TensorFlow calls in threads of its own: ``tf.py_func``, ``Dataset.from_generator``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from smtf_core.models import FrameworkVersion

_Within = Callable[[FrameworkVersion | None], Any]


def called_as_in_the_script(
    behaviour: _Within, in_script: Callable[[], bool], version: Callable[[], FrameworkVersion | None]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What registers such functions, so that they find TensorFlow 1's behaviour wherever they are called.

    Args:
        behaviour: makes the context of that behaviour for the thread that enters it.
        in_script: whether this thread has it already.
        version: the release that this thread's script is written for.

    Returns:
        A replacement for ``script_ops._internal_py_func``.
    """

    def replacement(genuine: Callable[..., Any]) -> Callable[..., Any]:
        def register(func: Any, *arguments: Any, **options: Any) -> Any:
            # Eager functions (tf.py_function) are TensorFlow 2's, whoever registers them.
            if not callable(func) or options.get("use_eager_py_func"):
                return genuine(func, *arguments, **options)
            written_for = version()

            @functools.wraps(func, updated=())
            def call(*values: Any) -> Any:
                if in_script():
                    return func(*values)
                with behaviour(written_for):
                    return func(*values)

            return genuine(call, *arguments, **options)

        return register

    return replacement
