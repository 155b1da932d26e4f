"""From a script's file to code, by way of Python 3 where it is Python 2; lost methods are found again."""

from __future__ import annotations

import ast
import logging
import warnings
from types import CodeType

from smtf_core.python2.convert import convert
from smtf_core.python2.detect import decode, python_2_sign
from smtf_core.runtime.script.lost_library import with_methods

_log = logging.getLogger("smtf")


def compile_script(data: bytes, filename: str) -> CodeType:
    """Code of a script or one of its helpers; Python 2 is converted, with the line numbers of the file.

    Args:
        data: the file's content.
        filename: the user's file, for tracebacks.

    Raises:
        SyntaxError: neither Python 3 nor Python 2.
    """
    source = decode(data)
    sign = python_2_sign(source)
    if sign is None:
        tree = ast.parse(data, filename)
    else:
        _log.info("%s is Python 2 (line %d: %s): converted in memory.", filename, sign.line, sign.what)
        tree = convert(source, filename).tree(filename)
    with warnings.catch_warnings():
        if sign is not None:
            warnings.simplefilter("ignore")  # of the source's own habits
        code: CodeType = compile(with_methods(tree), filename, "exec", dont_inherit=True)
    return code
