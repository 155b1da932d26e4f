"""Does the script define what the contract asks for? The same rules as when it is loaded, asked of its syntax."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator

from smtf_core.checking.finding import Finding
from smtf_core.checking.source import Source
from smtf_core.contract import CONTRACT_FUNCTIONS, broken_rules, kinds_of

_Defined = dict[str, tuple[ast.AST, inspect.Signature | None]]


def script_kind(source: Source) -> str | None:
    """The model function that a script defines; ``None``: not exactly one."""
    kinds = kinds_of(defined_functions(source))
    return kinds[0] if len(kinds) == 1 else None


def defined_functions(source: Source) -> _Defined:
    """Contract functions that a script defines at its top level, also inside ``if`` and ``try`` there.

    Returns:
        Name → where, and how it can be called (``None``: imported or assigned, so not known).
    """
    defined: _Defined = {}
    for node in _top_level(source.tree.body):
        for name, signature in _bindings(node):
            if name in CONTRACT_FUNCTIONS:
                defined[name] = (node, signature)
    return defined


def contract_findings(source: Source) -> Iterator[Finding]:
    """What a script breaks of the contract."""
    defined = defined_functions(source)
    star = next((node for node in ast.walk(source.tree) if _is_own_star_import(node)), None)
    for name, problem in broken_rules({name: signature for name, (_, signature) in defined.items()}):
        if name is None and star is not None:
            continue  # the missing function may come with the star
        line = 1 if name is None else source.line(defined[name][0])
        yield Finding(str(source.path), line, "error", problem)
    if "serving_input_fn" not in defined and star is None and kinds_of(defined) not in ([], ["keras_model_fn"]):
        yield Finding(
            str(source.path),
            1,
            "warning",
            "there is no serving_input_fn, so no model is exported",
            "Define serving_input_fn(hyperparameters), returning a tf.estimator.export.ServingInputReceiver.",
        )


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try, ast.With)):
            yield from _top_level(node.body)
            yield from _top_level(getattr(node, "orelse", []))
            for handler in getattr(node, "handlers", []):
                yield from _top_level(handler.body)


def _bindings(node: ast.stmt) -> Iterator[tuple[str, inspect.Signature | None]]:
    if isinstance(node, ast.FunctionDef):
        # A decorator may give it other parameters.
        yield node.name, None if node.decorator_list else _signature(node.args)
    elif isinstance(node, ast.Assign):
        signature = _signature(node.value.args) if isinstance(node.value, ast.Lambda) else None
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, signature
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name, None


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


def _is_own_star_import(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.ImportFrom)
        and any(alias.name == "*" for alias in node.names)
        and (node.module or "").partition(".")[0] not in ("tensorflow", "numpy")
    )
