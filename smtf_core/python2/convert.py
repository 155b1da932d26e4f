"""Python 2 text to Python 3 text, with every line's origin.

The converter is ``fissix``, the maintained continuation of the standard library's lib2to3, with fixers of ours for
division, implicit text and bytes, and renamed names.
"""

from __future__ import annotations

import ast
import difflib
import sys
from functools import cache
from types import CodeType, SimpleNamespace
from typing import Any

import attrs

from smtf_core.syntax import compile_quietly, parse

# What a script may need of the converter's fixers. Left out: those about style, and fix_buffer and fix_callable,
# whose Python 2 names Python 3 has as well.
_FIXERS = [
    "apply",
    "basestring",
    "dict",
    "except",
    "exec",
    "execfile",
    "exitfunc",
    "funcattrs",
    "getcwdu",
    "has_key",
    "imports",
    "imports2",
    "input",
    "intern",
    "long",
    "metaclass",
    "methodattrs",
    "ne",
    "next",
    "nonzero",
    "numliterals",
    "operator",
    "paren",
    "print",
    "raise",
    "raw_input",
    "reduce",
    "reload",
    "renames",
    "repr",
    "standarderror",
    "sys_exc",
    "throw",
    "tuple_params",
    "types",
    "unicode",
    "urllib",
    "xrange",
    "xreadlines",
]
_OWN_FIXERS = (
    "relative", "library", "builtins", "sys", "division", "file", "decode", "text", "message", "sort", "methods", "cmp"
)  # fmt: skip
_TAB_WIDTH = 8  # Python 2.7 language reference, "Indentation"


@attrs.frozen
class Converted:
    """A converted source.

    Attributes:
        text: Python 3.
        lines: for each line of ``text``, the line of the source that it came from; both counted from 1.
    """

    text: str
    lines: tuple[int, ...]

    def tree(self, filename: str) -> ast.Module:
        """Its syntax, with the line numbers of the source.

        Args:
            filename: the source's file, for tracebacks.

        Raises:
            SyntaxError: the converted text is not Python 3; the line is the source's.
        """
        try:
            tree = parse(self.text, filename, quiet=True)
        except SyntaxError as error:
            error.lineno = self._line(error.lineno or 1)
            error.end_lineno = error.offset = error.end_offset = None
            raise
        for node in ast.walk(tree):
            self._point_back(node)
        return tree

    def compile(self, filename: str) -> CodeType:
        """Code with the line numbers of the source; see :meth:`tree`."""
        return compile_quietly(self.tree(filename), filename)

    def _point_back(self, node: Any) -> None:
        if hasattr(node, "lineno"):
            node.lineno, node.end_lineno = self._line(node.lineno), self._line(node.end_lineno or node.lineno)
            # Columns would mark the wrong characters of the user's line.
            node.col_offset = node.end_col_offset = -1

    def _line(self, line: int) -> int:
        return self.lines[min(line, len(self.lines)) - 1]


def convert(source: str, filename: str) -> Converted:
    """Convert Python 2 text.

    Args:
        source: the text.
        filename: its file. An import of a module that lies beside it, in a package, becomes a relative one.

    Raises:
        SyntaxError: it is not Python 2 either.
    """
    text = _without_tabs(source if source.endswith("\n") else source + "\n")
    tree = _refactored(text, filename)
    converted = str(tree)
    return Converted(converted, _origins(text, converted))


def _refactored(text: str, filename: str) -> Any:
    tool = _refactoring_tool()
    try:
        return tool.refactor_string(text, filename)
    except _parse_errors() as error:
        raise SyntaxError(f"neither Python 2 nor Python 3: {error}", (filename, 1, None, None)) from error


@cache
def _refactoring_tool() -> Any:
    from fissix import pytree
    from fissix.refactor import RefactoringTool

    # While it matches patterns, the converter puts a buffer in the place of the process's sys.stderr, where it finds
    # itself on CPython. What other threads print meanwhile would be lost, and with two of them stderr for good.
    pytree.sys = SimpleNamespace(version_info=sys.version_info)

    class Tool(RefactoringTool):  # type: ignore[misc]  # the converter has no types
        def log_error(self, msg: str, *args: Any, **kwds: Any) -> None:
            raise  # noqa: PLE0704 - called while the error is handled; it belongs to the user

        def log_message(self, msg: str, *args: Any) -> None:
            """What it would print; the whole text is at hand."""

    own = [f"smtf_core.python2.fixers.fix_{name}" for name in _OWN_FIXERS]
    return Tool([*(f"fissix.fixes.fix_{name}" for name in _FIXERS), *own])


@cache
def _parse_errors() -> tuple[type[Exception], ...]:
    from fissix.pgen2.parse import ParseError
    from fissix.pgen2.tokenize import TokenError

    return ParseError, TokenError, IndentationError


def _without_tabs(text: str) -> str:
    """Tabs that indent become spaces up to the next multiple of 8; those inside strings stay."""
    if "\t" not in text:
        return text
    from fissix.pgen2 import tokenize

    lines = text.splitlines(keepends=True)
    inside_strings: set[int] = set()
    for kind, _, (first, _), (last, _), _ in tokenize.generate_tokens(iter([*lines, ""]).__next__):
        if kind == tokenize.STRING:
            inside_strings.update(range(first + 1, last + 1))
    for number, line in enumerate(lines, 1):
        code = line.lstrip(" \t")
        if number not in inside_strings and "\t" in line[: len(line) - len(code)]:
            lines[number - 1] = line[: len(line) - len(code)].expandtabs(_TAB_WIDTH) + code
    return "".join(lines)


def _origins(source: str, converted: str) -> tuple[int, ...]:
    """Line of the converted text → line of the source. Lines that were put in count as the one after them."""
    before, after = source.splitlines(), converted.splitlines()
    origins: list[int] = []
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        for offset in range(new_end - new_start):
            last = max(end - 1, start) if tag != "insert" else start
            # More lines than there were: the new ones stand first, as imports do.
            surplus = max(0, (new_end - new_start) - (end - start)) if tag == "replace" else 0
            origins.append(min(start + max(0, offset - surplus), last) + 1)
    return tuple(min(origin, max(1, len(before))) for origin in origins) or (1,)
