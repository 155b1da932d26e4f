"""Python source → syntax tree → code, while jobs in other threads do the same; its warnings are told or not."""

from __future__ import annotations

import ast
import re
import threading
import warnings
from types import CodeType

_LOCK = threading.Lock()
_TRIES = 10
#: What Python is told that a file is called whose warnings nobody is to hear.
_UNTOLD = "<smtf: a source whose habits are not told>"


def parse(source: str | bytes, filename: str = "<unknown>", *, quiet: bool = False) -> ast.Module:
    r"""What :func:`ast.parse` gives.

    CPython up to 3.12 counts the depth of the tree in one place for all threads, and takes what another thread counted
    for its own (https://github.com/python/cpython/issues/106905). The lock keeps our own threads apart; TensorFlow's
    autograph parses in threads as well, so what fails by it is tried again.

    Args:
        source: what is parsed.
        filename: its file, for errors and warnings.
        quiet: say nothing of the source's habits: ``"\d"`` in a plain string, ``is`` with a literal.

    Raises:
        SyntaxError: it is no Python 3.
        ValueError: it has null bytes.
    """
    with _LOCK:
        if not quiet:
            return _parse(source, filename)
        _say_nothing()
        try:
            return _parse(source, _UNTOLD)
        except SyntaxError as error:
            error.filename = filename
            raise


def compile_quietly(tree: ast.Module, filename: str) -> CodeType:
    """What :func:`compile` makes of a tree, without its warnings.

    Args:
        tree: what is compiled.
        filename: its file, for tracebacks.

    Raises:
        SyntaxError: it is no module, ``return`` outside a function for example.
    """
    with _LOCK:
        _say_nothing()
        try:
            code: CodeType = compile(tree, _UNTOLD, "exec", dont_inherit=True)
        except SyntaxError as error:
            error.filename = filename
            raise
    return _of_file(code, filename)


def _parse(source: str | bytes, filename: str) -> ast.Module:
    for _ in range(_TRIES - 1):
        try:
            return ast.parse(source, filename)
        except SystemError:  # not raised for anything that a source can be
            continue
    return ast.parse(source, filename)


def _say_nothing() -> None:
    # Not warnings.catch_warnings: it puts the whole process's filters back as it found them, so of two threads the one
    # that leaves last brings back for good what the other had set. This filter may stay, it fits nothing else; it is
    # put in again each time because others' catch_warnings take it away.
    warnings.filterwarnings("ignore", module=re.escape(_UNTOLD))


def _of_file(code: CodeType, filename: str) -> CodeType:
    constants = (_of_file(value, filename) if isinstance(value, CodeType) else value for value in code.co_consts)
    return code.replace(co_filename=filename, co_consts=tuple(constants))
