"""Text that was bytes in Python 2 and is text already in Python 3.

Two kinds of text stand for bytes here. Pickles of Python 2 are read with one character a byte
(:mod:`smtf_core.python2.library.pickle`); files are read as UTF-8, where a byte that is none becomes a lone surrogate
(:func:`smtf_core.python2.library.builtins.open`).
"""

from __future__ import annotations

import codecs
from typing import Any

# Codecs from bytes to bytes. Source: Python documentation, "Binary Transforms".
BINARY_CODECS = frozenset(("hex", "base64", "zlib", "bz2", "quopri", "uu"))
_ESCAPES = {"string_escape": "unicode_escape", "string-escape": "unicode_escape", "unicode_escape": "unicode_escape"}


def as_bytes(value: Any) -> Any:
    """The bytes that a Python 2 string held: of text with one character a byte those, else UTF-8."""
    if not isinstance(value, str):
        return value
    try:
        return value.encode("latin1")
    except UnicodeEncodeError:
        return as_utf_8(value)


def as_utf_8(value: Any) -> Any:
    """The bytes of text in a file: UTF-8, lone surrogates standing for bytes that are none."""
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


def decoded(value: Any, *arguments: Any, **options: Any) -> Any:
    """What ``value.decode(…)`` of Python 2 gives: text that was decoded already stays what it is.

    Anything else than text and bytes, as a tokenizer or a model, has a method of its own.
    """
    if isinstance(value, (str, bytes, bytearray)):
        return _decoded(value, *arguments, **options)
    return value.decode(*arguments, **options)


def _decoded(value: Any, encoding: str = "ascii", errors: str = "strict") -> Any:
    """Of text and bytes; bytes are what is left of ``hex``, ``base64`` and their like."""
    if encoding in BINARY_CODECS:
        return codecs.decode(as_bytes(value), encoding)
    if encoding in _ESCAPES:
        return codecs.decode(as_bytes(value), _ESCAPES[encoding])
    if not isinstance(value, str):
        return value.decode(encoding, errors)
    if any("\udc80" <= character <= "\udcff" for character in value):
        return as_utf_8(value).decode(encoding, errors)
    if codecs.lookup(encoding).name == "ascii" and errors != "strict":
        return value.encode("ascii", errors).decode("ascii")
    try:
        return value.encode("latin1").decode(encoding)
    except UnicodeError:
        return value


def encoded(value: Any, encoding: str) -> Any:
    """What ``value.encode('hex')`` and its like give; text where that is what the codec is for."""
    data = codecs.encode(as_bytes(value), encoding)
    return data if encoding in ("zlib", "bz2") else data.decode("ascii")


def translated(value: Any, table: Any, deletions: Any) -> Any:
    """``value.translate(table, deletions)``: characters taken out, then exchanged."""
    if not isinstance(value, str):
        return value.translate(table, deletions)
    kept = "".join(character for character in value if character not in deletions)
    return kept if table is None else kept.translate(table)
