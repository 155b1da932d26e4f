"""Python source → syntax tree, while jobs in other threads do the same."""

from __future__ import annotations

import ast
import threading

_LOCK = threading.Lock()
_TRIES = 10


def parse(source: str | bytes, filename: str = "<unknown>") -> ast.Module:
    """What :func:`ast.parse` gives.

    CPython up to 3.12 counts the depth of the tree in one place for all threads, and takes what another thread counted
    for its own (https://github.com/python/cpython/issues/106905). The lock keeps our own threads apart; TensorFlow's
    autograph parses in threads as well, so what fails by it is tried again.

    Raises:
        SyntaxError: it is no Python 3.
        ValueError: it has null bytes.
    """
    with _LOCK:
        for _ in range(_TRIES - 1):
            try:
                return ast.parse(source, filename)
            except SystemError:  # not raised for anything that a source can be
                continue
        return ast.parse(source, filename)
