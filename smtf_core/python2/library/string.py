"""``string`` as Python 2 code uses it: functions for what are methods, names without ``ascii_``.

Source: Python 2.7 documentation, ``string``, "Deprecated string functions" and "String constants".
"""

from __future__ import annotations

from collections.abc import Iterable
from string import (
    Formatter,
    Template,
    ascii_letters,
    ascii_lowercase,
    ascii_uppercase,
    capwords,
    digits,
    hexdigits,
    octdigits,
    printable,
    punctuation,
    whitespace,
)
from typing import Any

from smtf_core.python2.library.text import translated

letters, lowercase, uppercase = ascii_letters, ascii_lowercase, ascii_uppercase
atof, atoi, atol = float, int, int
capitalize, center, count, expandtabs = str.capitalize, str.center, str.count, str.expandtabs
find, index, ljust, lower, lstrip = str.find, str.index, str.ljust, str.lower, str.lstrip
maketrans, replace, rfind, rindex, rjust = str.maketrans, str.replace, str.rfind, str.rindex, str.rjust
rsplit, rstrip, split, strip, swapcase = str.rsplit, str.rstrip, str.split, str.strip, str.swapcase
upper, zfill = str.upper, str.zfill
splitfields = split

__all__ = [
    "Formatter",
    "Template",
    "ascii_letters",
    "ascii_lowercase",
    "ascii_uppercase",
    "atof",
    "atoi",
    "atol",
    "capitalize",
    "capwords",
    "center",
    "count",
    "digits",
    "expandtabs",
    "find",
    "hexdigits",
    "index",
    "join",
    "joinfields",
    "letters",
    "ljust",
    "lower",
    "lowercase",
    "lstrip",
    "maketrans",
    "octdigits",
    "printable",
    "punctuation",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rsplit",
    "rstrip",
    "split",
    "splitfields",
    "strip",
    "swapcase",
    "translate",
    "upper",
    "uppercase",
    "whitespace",
    "zfill",
]


def join(words: Iterable[str], separator: str = " ") -> str:
    """Words joined; by a space unless told otherwise."""
    return separator.join(words)


def translate(text: str, table: Any, deletions: str = "") -> str:
    """Characters taken out, then exchanged."""
    exchanged: str = translated(text, table, deletions)
    return exchanged


joinfields = join
