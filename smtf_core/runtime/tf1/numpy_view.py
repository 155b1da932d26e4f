"""The numpy that a script of generation 1.x sees: today's, with the names that numpy has dropped since."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

from smtf_core.runtime.script.views import ModuleView, target_attribute


def _numpy(dotted: str) -> Any:
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _random_integers(low: int, high: int | None = None, size: Any = None) -> Any:
    """``numpy.random.random_integers``: like ``randint``, but ``high`` is included (numpy 1.x documentation)."""
    low, high = (1, low) if high is None else (low, high)
    return importlib.import_module("numpy").random.randint(low, high + 1, size)


# Removed in numpy 1.24 (the aliases of built-ins) and 2.0 (the others), with what each one was.
_LOST: dict[str, Callable[[], Any]] = {
    "numpy.int": lambda: int,
    "numpy.long": lambda: int,
    "numpy.float": lambda: float,
    "numpy.bool": lambda: bool,
    "numpy.complex": lambda: complex,
    "numpy.object": lambda: object,
    "numpy.str": lambda: str,
    "numpy.unicode": lambda: str,
    "numpy.float_": lambda: _numpy("numpy.float64"),
    "numpy.complex_": lambda: _numpy("numpy.complex128"),
    "numpy.string_": lambda: _numpy("numpy.bytes_"),
    "numpy.unicode_": lambda: _numpy("numpy.str_"),
    "numpy.Inf": lambda: float("inf"),
    "numpy.Infinity": lambda: float("inf"),
    "numpy.infty": lambda: float("inf"),
    "numpy.PINF": lambda: float("inf"),
    "numpy.NINF": lambda: float("-inf"),
    "numpy.NaN": lambda: float("nan"),
    "numpy.NAN": lambda: float("nan"),
    "numpy.product": lambda: _numpy("numpy.prod"),
    "numpy.cumproduct": lambda: _numpy("numpy.cumprod"),
    "numpy.sometrue": lambda: _numpy("numpy.any"),
    "numpy.alltrue": lambda: _numpy("numpy.all"),
    "numpy.row_stack": lambda: _numpy("numpy.vstack"),
    "numpy.in1d": lambda: _numpy("numpy.isin"),
    "numpy.trapz": lambda: _numpy("numpy.trapezoid"),
    "numpy.lib.pad": lambda: _numpy("numpy.pad"),
    "numpy.random.random_integers": lambda: _random_integers,
}

# numpy 2 gave these names a new meaning (numpy scalar types); such scripts mean the built-ins.
_SHADOWED = {"numpy.bool", "numpy.long", "numpy.str"}


class _NumpyNames:
    def lookup(self, view: ModuleView, name: str) -> Any:
        dotted = f"{view.__name__}.{name}"
        if dotted in _SHADOWED:
            return _LOST[dotted]()
        try:
            return target_attribute(view.target, name)
        except AttributeError:
            if dotted in _LOST:
                return _LOST[dotted]()
            raise

    def covers(self, module: ModuleType) -> bool:
        return module.__name__ in ("numpy.lib", "numpy.random")


def numpy_1_view() -> ModuleView:
    """What ``import numpy`` gives a script of generation 1.x."""
    return ModuleView("numpy", importlib.import_module("numpy"), _NumpyNames())
