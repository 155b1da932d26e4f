"""``csv`` as Python 2 code uses it: on files opened with ``'rb'`` and ``'wb'``.

Source: Python 2.7 documentation, ``csv.reader``: "must be opened with the 'b' flag".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from csv import (
    QUOTE_ALL,
    QUOTE_MINIMAL,
    QUOTE_NONE,
    QUOTE_NONNUMERIC,
    Dialect,
    Error,
    Sniffer,
    excel,
    excel_tab,
    get_dialect,
    list_dialects,
    register_dialect,
    unregister_dialect,
)
from typing import Any

__all__ = [
    "QUOTE_ALL",
    "QUOTE_MINIMAL",
    "QUOTE_NONE",
    "QUOTE_NONNUMERIC",
    "Dialect",
    "DictReader",
    "DictWriter",
    "Error",
    "Sniffer",
    "excel",
    "excel_tab",
    "get_dialect",
    "list_dialects",
    "reader",
    "register_dialect",
    "unregister_dialect",
    "writer",
]


def reader(lines: Iterable[Any], *arguments: Any, **options: Any) -> Any:
    """``csv.reader`` of lines that may be bytes (UTF-8)."""
    return csv.reader(_text(lines), *arguments, **options)


class DictReader(csv.DictReader):  # type: ignore[type-arg]  # has none at run time before Python 3.12
    """``csv.DictReader`` of lines that may be bytes (UTF-8)."""

    def __init__(self, lines: Iterable[Any], *arguments: Any, **options: Any) -> None:
        super().__init__(_text(lines), *arguments, **options)


def writer(file: Any, *arguments: Any, **options: Any) -> Any:
    """``csv.writer`` to a file that may be binary."""
    return csv.writer(_TextTo(file), *arguments, **options)


class DictWriter(csv.DictWriter):  # type: ignore[type-arg]
    """``csv.DictWriter`` to a file that may be binary."""

    def __init__(self, file: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(_TextTo(file), *arguments, **options)


def _text(lines: Iterable[Any]) -> Iterator[str]:
    return (line.decode("utf-8") if isinstance(line, bytes) else line for line in lines)


class _TextTo:
    """Writes text to a file of either kind, at once: Python 2 had no layer in between that would need flushing."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._takes_text = isinstance(file, io.TextIOBase) or "b" not in getattr(file, "mode", "b")

    def write(self, text: str) -> int:
        written: int = self._file.write(text if self._takes_text else text.encode("utf-8"))
        return written
