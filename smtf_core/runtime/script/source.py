"""From a script's file to code, by way of Python 3 where it is Python 2; lost methods are found again."""

from __future__ import annotations

import logging
from types import CodeType

from smtf_core.python2.convert import convert
from smtf_core.python2.detect import PYTHON_2, decode, python_2_sign
from smtf_core.runtime.script.lost_library import with_methods
from smtf_core.syntax import compile_quietly, parse

_log = logging.getLogger("smtf")


class ScriptCompiler:
    """Makes code of a script and its helpers.

    Where the script, whose file comes first, is Python 2, so are those of its helpers that both Pythons could read: the
    two of them divide and map as one.

    Args:
        py_version: which Python all of them are for; ``None``: as the script itself tells.
    """

    def __init__(self, py_version: str | None = None) -> None:
        self._python = py_version
        self._first = True

    def __call__(self, data: bytes, filename: str) -> CodeType:
        """Code with the line numbers of the file; Python 2 is converted.

        Args:
            data: the file's content.
            filename: the user's file, for tracebacks.

        Raises:
            SyntaxError: neither Python 3 nor Python 2.
        """
        source = decode(data)
        sign = python_2_sign(source, self._python)
        if self._first and sign is not None:
            self._python = PYTHON_2
        self._first = False
        if sign is None:
            code: CodeType = compile(with_methods(parse(data, filename)), filename, "exec", dont_inherit=True)
            return code
        _log.info("%s is Python 2 (line %d: %s): converted in memory.", filename, sign.line, sign.what)
        return compile_quietly(with_methods(convert(source, filename).tree(filename)), filename)
