"""The numpy that a script of generation 1.x sees: today's, with the names that numpy has dropped since."""

from __future__ import annotations

import functools
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


def _array(name: str) -> Callable[..., Any]:
    """``numpy.array`` or ``numpy.asarray``: rows of different lengths make an array of objects (numpy before 1.24)."""
    genuine = _numpy(f"numpy.{name}")

    @functools.wraps(genuine)
    def make(*arguments: Any, **options: Any) -> Any:
        try:
            return genuine(*arguments, **options)
        except ValueError as error:
            if "inhomogeneous" not in str(error) or len(arguments) > 1 or options.get("dtype") is not None:
                raise
            return genuine(*arguments, **{**options, "dtype": object})

    return make


def _load(file: Any, mmap_mode: Any = None, allow_pickle: bool = True, **options: Any) -> Any:
    """``numpy.load``: pickled objects are loaded unless refused (numpy before 1.16.3)."""
    return importlib.import_module("numpy").load(file, mmap_mode, allow_pickle, **options)


def _fromstring(string: Any, dtype: Any = float, count: int = -1, sep: str = "") -> Any:
    """``numpy.fromstring``: without a separator, binary data; the result can be written to."""
    numpy: Any = importlib.import_module("numpy")
    if sep:
        return numpy.fromstring(string, dtype=dtype, count=count, sep=sep)
    data = string.encode("latin1") if isinstance(string, str) else string
    return numpy.frombuffer(data, dtype=dtype, count=count).copy()


def _asfarray(array: Any, dtype: Any = float) -> Any:
    """``numpy.asfarray``: as floating point numbers, of ``dtype`` if that is a floating point type."""
    numpy: Any = importlib.import_module("numpy")
    return numpy.asarray(array, dtype=dtype if numpy.issubdtype(dtype, numpy.inexact) else float)


def _msort(array: Any) -> Any:
    """``numpy.msort``: sorted along the first axis."""
    return importlib.import_module("numpy").sort(array, axis=0)


# Names that numpy has removed (aliases of built-ins in 1.24, the others in 2.x) or given another meaning, with
# what each was in numpy 1.14. They come before numpy's own, which for some of them only has a warning.
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
    "numpy.array": lambda: _array("array"),
    "numpy.asarray": lambda: _array("asarray"),
    "numpy.asfarray": lambda: _asfarray,
    "numpy.asscalar": lambda: lambda array: array.item(),
    "numpy.alen": lambda: len,
    "numpy.alltrue": lambda: _numpy("numpy.all"),
    "numpy.cumproduct": lambda: _numpy("numpy.cumprod"),
    "numpy.fromstring": lambda: _fromstring,
    "numpy.in1d": lambda: _numpy("numpy.isin"),
    "numpy.load": lambda: _load,
    "numpy.mat": lambda: _numpy("numpy.asmatrix"),
    "numpy.msort": lambda: _msort,
    "numpy.product": lambda: _numpy("numpy.prod"),
    "numpy.rank": lambda: _numpy("numpy.ndim"),
    "numpy.round_": lambda: _numpy("numpy.round"),
    "numpy.row_stack": lambda: _numpy("numpy.vstack"),
    "numpy.sometrue": lambda: _numpy("numpy.any"),
    "numpy.lib.pad": lambda: _numpy("numpy.pad"),
    "numpy.random.random_integers": lambda: _random_integers,
}


class _NumpyNames:
    def lookup(self, view: ModuleView, name: str) -> Any:
        dotted = f"{view.__name__}.{name}"
        return _LOST[dotted]() if dotted in _LOST else target_attribute(view.target, name)

    def covers(self, module: ModuleType) -> bool:
        return module.__name__ in ("numpy.lib", "numpy.random")


def numpy_1_view() -> ModuleView:
    """What ``import numpy`` gives a script of generation 1.x."""
    return ModuleView("numpy", importlib.import_module("numpy"), _NumpyNames())
