"""A script's file as a syntax tree, and what it defines; read, never run."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from smtf_core.contract import CONTRACT_FUNCTIONS, Function, kinds_of
from smtf_core.errors import InvalidInputError
from smtf_core.python2.convert import Converted, convert
from smtf_core.python2.detect import Sign, decode, python_2_sign
from smtf_core.syntax import parse

_Defined = dict[str, tuple[ast.AST, Function]]


@attrs.frozen
class Source:
    """One file.

    Attributes:
        path: the file.
        tree: its syntax, converted from Python 2 if need be.
        sign: why it is taken for Python 2; ``None``: it is Python 3.
        converted: its Python 3 text with the lines' origins; ``None``: it is Python 3.
    """

    path: Path
    tree: ast.Module
    sign: Sign | None
    converted: Converted | None

    def line(self, node: ast.AST) -> int:
        """The line of the user's file that a node of the tree stands in."""
        line: int = getattr(node, "lineno", 1)
        return line if self.converted is None else self.converted.lines[min(line, len(self.converted.lines)) - 1]


def read_source(path: Path, python: str | None = None) -> Source:
    """Read a file.

    Args:
        path: the file.
        python: which Python it is for, where that is known; see :func:`~smtf_core.python2.detect.python_2_sign`.

    Raises:
        InvalidInputError: it cannot be read.
        SyntaxError: it is neither Python 3 nor Python 2.
    """
    try:
        text = decode(path.read_bytes())
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        sign = python_2_sign(text, python)
        converted = None if sign is None else convert(text, str(path))
        tree = parse(text if converted is None else converted.text, quiet=True)
    except SyntaxError as error:
        error.filename = str(path)
        raise
    return Source(path, tree, sign, converted)


def kind_of_file(path: Path) -> str | None:
    """The model function of the script in a file; ``None``: it cannot be told without running it."""
    try:
        return script_kind(read_source(path))
    except (InvalidInputError, SyntaxError):
        return None  # told, better than here, by who loads it


def script_kind(source: Source) -> str | None:
    """The model function that a script defines; ``None``: not exactly one."""
    kinds = kinds_of({name: function for name, (_, function) in defined_functions(source).items()})
    return kinds[0] if len(kinds) == 1 else None


def defined_functions(source: Source) -> _Defined:
    """Contract functions that a script defines at its top level, also inside ``if`` and ``try`` there.

    Returns:
        Name → where, and what can be told of it; nothing of one that is imported or assigned.
    """
    defined: _Defined = {}
    for node in _top_level(source.tree.body):
        for name, function in _bindings(node):
            if name in CONTRACT_FUNCTIONS:
                defined[name] = (node, function)
    return defined


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try, ast.With)):
            yield from _top_level(node.body)
            yield from _top_level(getattr(node, "orelse", []))
            for handler in getattr(node, "handlers", []):
                yield from _top_level(handler.body)


def _bindings(node: ast.stmt) -> Iterator[tuple[str, Function]]:
    if isinstance(node, ast.FunctionDef):
        # A decorator may give it other parameters.
        yield node.name, Function(None if node.decorator_list else _signature(node.args), _reads(node.body))
    elif isinstance(node, ast.Assign):
        function = (
            Function(_signature(node.value.args), _reads([node.value.body]))
            if isinstance(node.value, ast.Lambda)
            else Function()
        )
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, function
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name, Function()


def _reads(body: Sequence[ast.AST]) -> frozenset[str] | None:
    names = frozenset(
        node.id
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)
    )
    return None if "locals" in names else names


def _signature(arguments: ast.arguments) -> inspect.Signature:
    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    parameters = [
        inspect.Parameter(
            argument.arg,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=inspect.Parameter.empty if number < required else _Unparsed(arguments.defaults[number - required]),
        )
        for number, argument in enumerate(positional)
    ]
    if arguments.vararg is not None:
        parameters.append(inspect.Parameter(arguments.vararg.arg, inspect.Parameter.VAR_POSITIONAL))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        given = inspect.Parameter.empty if default is None else _Unparsed(default)
        parameters.append(inspect.Parameter(argument.arg, inspect.Parameter.KEYWORD_ONLY, default=given))
    if arguments.kwarg is not None:
        parameters.append(inspect.Parameter(arguments.kwarg.arg, inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(parameters)


class _Unparsed:
    """A default as it is written."""

    def __init__(self, node: ast.expr) -> None:
        self._text = ast.unparse(node)

    def __repr__(self) -> str:
        return self._text
