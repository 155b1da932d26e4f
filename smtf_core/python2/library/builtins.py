"""Built-ins that Python 3 has under the same name, with another meaning. Source: Python 2.7 documentation."""

from __future__ import annotations

import builtins
import functools
import io
import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

from smtf_core.python2.library.text import as_utf_8


def round(number: Any, ndigits: int = 0) -> Any:  # noqa: A001 - the name that it stands for, as all below
    """The nearest number with ``ndigits`` digits, halves away from zero; always a floating point number."""
    if not isinstance(number, (int, float)):
        return builtins.round(number, ndigits)
    value = float(number)
    if ndigits == 0 and math.isfinite(value):
        whole = math.floor(abs(value))
        return math.copysign(whole + (abs(value) - whole >= 0.5), value)
    return float(builtins.round(value, ndigits))


def map(function: Callable[..., Any] | None, *iterables: Iterable[Any]) -> list[Any]:  # noqa: A001
    """A list; shorter iterables are filled up with ``None``, and without a function the items are put together."""
    if len(iterables) == 1:
        return list(iterables[0]) if function is None else [function(item) for item in iterables[0]]
    rows = itertools.zip_longest(*iterables)
    return list(rows) if function is None else list(itertools.starmap(function, rows))


def filter(function: Callable[[Any], Any] | None, iterable: Iterable[Any]) -> Any:  # noqa: A001
    """A list; of text and of a tuple the same kind."""
    kept = list(builtins.filter(function, iterable))
    if isinstance(iterable, str):
        return "".join(kept)
    return tuple(kept) if isinstance(iterable, tuple) else kept


def zip(*iterables: Iterable[Any]) -> list[Any]:  # noqa: A001
    """A list of tuples."""
    return list(builtins.zip(*iterables))  # noqa: B905 - as long as the shortest


def sorted(  # noqa: A001
    iterable: Iterable[Any],
    cmp: Callable[[Any, Any], int] | None = None,
    key: Callable[[Any], Any] | None = None,
    reverse: bool = False,
) -> list[Any]:
    """``sorted`` that can be told how to compare two items (or two keys)."""
    return builtins.sorted(iterable, key=_order(cmp, key), reverse=reverse)


def sort(value: Any, *arguments: Any, **options: Any) -> Any:
    """``value.sort(…)`` of Python 2: of a list, with its arguments ``cmp``, ``key`` and ``reverse``."""
    if not isinstance(value, list):
        return value.sort(*arguments, **options)
    value[:] = sorted(value, *arguments, **options)
    return None


def ord(character: Any) -> int:  # noqa: A001
    """The number of a character; an item of bytes is one already."""
    return character if isinstance(character, int) else builtins.ord(character)


def message(error: Any) -> Any:
    """``error.message``, which Python 2 gave every exception: its only argument, or nothing."""
    if isinstance(error, BaseException) and not hasattr(error, "message"):
        return error.args[0] if len(error.args) == 1 else ""
    return error.message


def open(name: Any, mode: str = "r", buffering: int = -1) -> Any:  # noqa: A001
    """A file. ``U`` may be in its mode; text is UTF-8, where other bytes survive; both kinds take both."""
    kept = "".join(letter for letter in mode if letter not in "Ut") or "r"
    if "b" not in kept:
        binary = builtins.open(name, f"{kept}b", buffering if buffering > 1 else -1)  # noqa: SIM115 - the caller's
        return _TextFile(binary, kept, by_line=buffering == 1)
    if kept in ("rb", "br") or buffering == 0:
        return builtins.open(name, kept, buffering)
    raw = io.FileIO(name, kept.replace("b", ""))
    size = buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE
    return _BinaryReaderAndWriter(raw, size) if "+" in kept else _BinaryWriter(raw, size)


class _TextFile(io.TextIOWrapper):
    """A text file that takes UTF-8 as well, which is what ``text.encode('utf-8')`` was written for."""

    def __init__(self, binary: Any, mode: str, *, by_line: bool) -> None:
        super().__init__(binary, "utf-8", "surrogateescape", line_buffering=by_line)
        self._mode = mode

    @property
    def mode(self) -> str:
        return self._mode

    def write(self, text: Any) -> int:
        return super().write(text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else text)

    def writelines(self, lines: Iterable[Any]) -> None:
        for line in lines:
            self.write(line)


class _TakesText:
    """Writing of text to a binary file."""

    def write(self, data: Any) -> int:
        written: int = super().write(as_utf_8(data))  # type: ignore[misc]  # of the file that it is mixed into
        return written

    def writelines(self, lines: Iterable[Any]) -> None:
        for line in lines:
            self.write(line)


class _BinaryWriter(_TakesText, io.BufferedWriter):
    pass


class _BinaryReaderAndWriter(_TakesText, io.BufferedRandom):
    pass


def _order(cmp: Callable[[Any, Any], int] | None, key: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    if cmp is None:
        return key
    by_cmp: Callable[[Any], Any] = functools.cmp_to_key(cmp)
    return by_cmp if key is None else lambda item: by_cmp(key(item))
