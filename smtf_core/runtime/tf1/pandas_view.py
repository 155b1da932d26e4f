"""The pandas that a script of generation 1.x sees: today's, with the names and methods that pandas has dropped since.

Frames and series are the process's own classes, so what was a method of theirs is there only for threads that run a
TensorFlow 1 script.

Source: pandas 0.23 API reference; the release notes of pandas 0.25 (``astype`` with categories), 1.0 (``as_matrix``,
``ix``, ``get_value``), 2.0 (``append``, ``iteritems``, arguments by position) and 3.0 (``applymap``, ``fillna`` with a
method).
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import attrs

from smtf_core.runtime.script.views import ModuleView
from smtf_core.runtime.tf1.behaviour import in_script
from smtf_core.runtime.tf1.package_views import PackageNames, installed
from smtf_core.runtime.tf1.scripts_only import ScriptsOnly, replace_for_scripts


def _as_matrix(data: Any, columns: Any = None) -> Any:
    """``DataFrame.as_matrix`` and ``Series.as_matrix``: the values, of some columns only if they are given."""
    return data.values if columns is None else data[columns].values


def _append_rows(
    frame: Any, other: Any, ignore_index: bool = False, verify_integrity: bool = False, sort: bool | None = None
) -> Any:
    """``DataFrame.append``: a new frame with the rows of another one, of several, or one row (a series or a dict)."""
    pandas: Any = importlib.import_module("pandas")
    if isinstance(other, (pandas.Series, dict)):
        row = pandas.Series(other)
        if row.name is None and not ignore_index:
            raise TypeError("Can only append a Series if ignore_index=True or if the Series has a name")
        other = row.to_frame().T.infer_objects()
    parts = [frame, *(other if isinstance(other, (list, tuple)) else [other])]
    # What has no rows has no say in the types of the columns.
    parts = [part for part in parts if len(part)] or parts[:1]
    return pandas.concat(parts, ignore_index=ignore_index, verify_integrity=verify_integrity, sort=bool(sort))


def _append_values(series: Any, to_append: Any, ignore_index: bool = False, verify_integrity: bool = False) -> Any:
    """``Series.append``: a new series with the values of another one or of several."""
    pandas: Any = importlib.import_module("pandas")
    parts = [series, *(to_append if isinstance(to_append, (list, tuple)) else [to_append])]
    return pandas.concat(parts, ignore_index=ignore_index, verify_integrity=verify_integrity)


def _items(data: Any) -> Any:
    return data.items()


def _get_value(data: Any, *place: Any) -> Any:
    """``DataFrame.get_value(index, column)``, ``Series.get_value(label)``."""
    return data.at[place if len(place) > 1 else place[0]]


def _values(data: Any) -> Callable[[], Any]:
    return lambda: data.values


def _nonzero(series: Any) -> Any:
    """``Series.nonzero``: a tuple with the positions of what is not 0."""
    return series.to_numpy().nonzero()


def _ravel(series: Any, order: str = "C") -> Any:
    """``Series.ravel``: the values."""
    return series.to_numpy().ravel(order)


def _applymap(frame: Any, func: Callable[[Any], Any]) -> Any:
    """``DataFrame.applymap``: a function of each value."""
    return frame.map(func)


def _set_value(data: Any, *place_and_value: Any) -> Any:
    """``DataFrame.set_value(index, column, value)``, ``Series.set_value(label, value)``: in place; returns the data."""
    *place, value = place_and_value
    data.at[tuple(place) if len(place) > 1 else place[0]] = value
    return data


@attrs.frozen
class _Ix:
    """``data.ix[…]``: each of rows and columns by label, and by position where no label is meant.

    An axis with integer labels is always indexed by label; on any other, integers are positions.
    """

    data: Any

    def __getitem__(self, key: Any) -> Any:
        found = self.data
        for number, part in enumerate(key if isinstance(key, tuple) else (key,)):
            # A row that has been taken out is a series; what is left to index is its only axis.
            axis = number - (self.data.ndim - found.ndim)
            whole: list[Any] = [slice(None)] * found.ndim
            whole[axis] = part
            by = found.iloc if _means_positions(found.axes[axis], part) else found.loc
            found = by[tuple(whole) if found.ndim > 1 else part]
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        parts = key if isinstance(key, tuple) else (key,)
        axes = self.data.axes
        labels = [axis[part] if _means_positions(axis, part) else part for axis, part in zip(axes, parts, strict=False)]
        self.data.loc[tuple(labels) if len(labels) > 1 else labels[0]] = value


def _means_positions(axis: Any, part: Any) -> bool:
    """Whether a part of ``ix``'s key is one of positions: integers, on an axis whose labels are none."""
    if importlib.import_module("pandas").api.types.is_integer_dtype(axis.dtype):
        return False
    if isinstance(part, slice):
        return all(isinstance(end, int) for end in (part.start, part.stop) if end is not None)
    numbers = list(part) if hasattr(part, "__iter__") and not isinstance(part, (str, tuple)) else [part]
    return bool(numbers) and all(_is_integer(number) for number in numbers)


def _is_integer(number: Any) -> bool:
    return hasattr(number, "__index__") and not isinstance(number, bool) and type(number).__name__ != "bool"


_Bound = Callable[[Any], Any]


def _method(function: Callable[..., Any]) -> _Bound:
    return lambda data: functools.partial(function, data)


# Class -> method that pandas has dropped -> what it is of a frame or a series.
_LOST_METHODS: dict[str, dict[str, _Bound]] = {
    "DataFrame": {
        "append": _method(_append_rows),
        "applymap": _method(_applymap),
        "as_matrix": _method(_as_matrix),
        "get_value": _method(_get_value),
        "get_values": _values,
        "iteritems": _method(_items),
        "ix": _Ix,
        "set_value": _method(_set_value),
    },
    "Series": {
        "append": _method(_append_values),
        "as_matrix": _method(_as_matrix),
        "get_value": _method(_get_value),
        "get_values": _values,
        "iteritems": _method(_items),
        "ix": _Ix,
        "nonzero": _method(_nonzero),
        "ravel": _method(_ravel),
        "set_value": _method(_set_value),
    },
}


def _astype(genuine: Callable[..., Any]) -> Callable[..., Any]:
    """``Series.astype`` that takes the categories beside the type ``'category'``."""

    def astype(self: Any, dtype: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(dtype, str) and dtype == "category":
            told = {name: options.pop(name) for name in ("categories", "ordered") if name in options}
            dtype = importlib.import_module("pandas").CategoricalDtype(**told) if told else dtype
        return genuine(self, dtype, *arguments, **options)

    return astype


# Class -> method -> the arguments that could stand there without their names, in their order.
_OVER_AN_AXIS = dict.fromkeys(("max", "mean", "median", "min", "prod", "std", "sum", "var"), ("axis", "skipna"))
_BOTH = {
    **_OVER_AN_AXIS,
    "drop": ("labels", "axis", "index", "columns", "level", "inplace", "errors"),
    "fillna": ("value", "method", "axis", "inplace", "limit", "downcast"),
    "sort_index": ("axis", "level", "ascending", "inplace", "kind", "na_position"),
}
_POSITIONAL: dict[str, dict[str, tuple[str, ...]]] = {
    "DataFrame": {
        **_BOTH,
        "drop_duplicates": ("subset", "keep", "inplace"),
        "dropna": ("axis", "how", "thresh", "subset", "inplace"),
        "reset_index": ("level", "drop", "inplace", "col_level", "col_fill"),
        "set_index": ("keys", "drop", "append", "inplace", "verify_integrity"),
        "sort_values": ("by", "axis", "ascending", "inplace", "kind", "na_position"),
    },
    "Series": {
        **_BOTH,
        "drop_duplicates": ("keep", "inplace"),
        "dropna": ("axis", "inplace"),
        "reset_index": ("level", "drop", "name", "inplace"),
        "sort_values": ("axis", "ascending", "inplace", "kind", "na_position"),
    },
}


def _by_position(names: tuple[str, ...], genuine: Callable[..., Any]) -> Callable[..., Any]:
    """A method of frames or series whose arguments need not be named."""
    named = _fillna(genuine) if genuine.__name__ == "fillna" else genuine

    def method(self: Any, *arguments: Any, **options: Any) -> Any:
        if len(arguments) > len(names):
            raise TypeError(f"{genuine.__name__}() takes at most {len(names)} arguments without their names")
        return named(self, **dict(zip(names, arguments, strict=False)), **options)

    return method


def _fillna(genuine: Callable[..., Any]) -> Callable[..., Any]:
    """``fillna`` that takes a method: ``'ffill'`` (``'pad'``), ``'bfill'`` (``'backfill'``)."""

    def fillna(self: Any, value: Any = None, method: str | None = None, **options: Any) -> Any:
        if method is None:
            return genuine(self, value, **options)
        if value is not None:
            raise ValueError("fillna takes a value or a method, not both")
        if method not in ("ffill", "pad", "bfill", "backfill"):
            raise ValueError(f"fillna has the methods 'ffill' and 'bfill', not {method!r}")
        return (self.ffill if method in ("ffill", "pad") else self.bfill)(**options)

    return fillna


def _concat(objs: Any, axis: Any = 0, join: str = "outer", **options: Any) -> Any:
    """``pandas.concat`` whose arguments need not be named."""
    return importlib.import_module("pandas").concat(objs, axis=axis, join=join, **options)


_OF_READ_CSV = ("sep", "delimiter", "header", "names", "index_col", "usecols")


def _read_csv(file: Any, *arguments: Any, **options: Any) -> Any:
    """``pandas.read_csv`` whose first arguments need not be named, and with those that it has dropped.

    They are ``squeeze``, ``error_bad_lines``, ``warn_bad_lines`` and ``delim_whitespace``.
    """
    if len(arguments) > len(_OF_READ_CSV):
        raise TypeError(f"read_csv() takes at most {1 + len(_OF_READ_CSV)} arguments without their names")
    options |= dict(zip(_OF_READ_CSV, arguments, strict=False))
    if options.get("delimiter", "") is None:
        del options["delimiter"]  # it was the same as leaving it out
    if options.pop("delim_whitespace", False):
        options["sep"] = r"\s+"
    squeeze = options.pop("squeeze", False)
    fail, warn = options.pop("error_bad_lines", None), options.pop("warn_bad_lines", None)
    if fail is not None or warn is not None:
        options["on_bad_lines"] = "error" if fail in (None, True) else "warn" if warn in (None, True) else "skip"
    frame = importlib.import_module("pandas").read_csv(file, **options)
    return frame.squeeze("columns") if squeeze else frame


# Names whose arguments pandas has dropped.
_REPLACED: dict[str, Any] = {
    "pandas.concat": _concat,
    "pandas.read_csv": _read_csv,
}


def pandas_1_view() -> ModuleView:
    """What ``import pandas`` gives a script of generation 1.x.

    Raises:
        ModuleNotFoundError: pandas is not installed; it tells how to install it.
    """
    pandas = installed("pandas")
    for class_name, methods in _LOST_METHODS.items():
        owner = getattr(pandas, class_name)
        for name, bind in methods.items():
            if not hasattr(owner, name):
                setattr(owner, name, ScriptsOnly(name, bind, in_script))
    replace_for_scripts(pandas.Series, "astype", _astype, in_script)
    for class_name, orders in _POSITIONAL.items():
        for name, names in orders.items():
            replace_for_scripts(getattr(pandas, class_name), name, functools.partial(_by_position, names), in_script)
    return ModuleView("pandas", pandas, PackageNames("pandas", _REPLACED))
