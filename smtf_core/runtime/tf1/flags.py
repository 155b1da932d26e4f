"""``tf.flags`` for a script: flags of its own, at their defaults.

In the legacy container a script's flags were never given on a command line, so reading one gave its default. The flags
of today's process belong to somebody else (they are global, and the command line is smtf's), and defining one twice, as
a second job of the same script would, is an error there.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

from smtf_core.runtime.script.views import ModuleView
from smtf_core.runtime.tf1.estimator import ReplacedNames


def script_flags() -> ModuleType:
    """A fresh ``tf.flags``: everything that it has, bound to flag values that belong to one script."""
    values = importlib.import_module("absl.flags").FlagValues()
    values.mark_as_parsed()
    flags = ModuleType("flags", "Command line flags of one script.")
    genuine = importlib.import_module("tensorflow.python.platform.flags")
    for name, value in vars(genuine).items():
        if not name.startswith("_"):
            flags.__dict__[name] = _bound(value, values) if _takes_flag_values(value) else value
    flags.__dict__["FLAGS"] = values
    return flags


def absl_view(flags: Callable[[], ModuleType]) -> ModuleType:
    """What ``import absl`` gives a script: absl, with the script's own flags.

    Args:
        flags: gives the script's own ``tf.flags``, which has all that ``absl.flags`` has.
    """
    absl = importlib.import_module("absl")
    return ModuleView("absl", absl, ReplacedNames({"absl.flags": flags}))


def _takes_flag_values(value: Any) -> bool:
    return inspect.isroutine(value) and "flag_values" in inspect.signature(value).parameters


def _bound(function: Callable[..., Any], values: Any) -> Callable[..., Any]:
    @functools.wraps(function)
    def define(*arguments: Any, **options: Any) -> Any:
        return function(*arguments, **{"flag_values": values, **options})

    return define
