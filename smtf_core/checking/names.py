"""What a source uses of a package: dotted names, as far as they can be told without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import attrs

from smtf_core.script_source import Source


@attrs.frozen
class Use:
    """One use of a name.

    Attributes:
        dotted: the whole name, e.g. ``'tensorflow.contrib.layers.conv2d'``.
        line: where.
        keywords: names of the keyword arguments, when it is called there; ``None``: it is not.
        imported: whether it stands in an import statement.
        guarded: whether an ``except ImportError`` (or AttributeError) takes care of its absence.
        within: the outermost function or method that an import stands in, which may never be called; ``''``: none.
    """

    dotted: str
    line: int
    keywords: tuple[str, ...] | None = None
    imported: bool = False
    guarded: bool = False
    within: str = ""


def uses(source: Source, root: str) -> list[Use]:
    """Every use of a top-level package and of what is below it, in the order of the lines.

    Aliases are followed (``import a.b as c``, ``from a import b``, ``c = a.b`` at the top level); names that a
    function rebinds are not told apart.
    """
    finder = _Finder(source, root)
    finder.visit(source.tree)
    # Once more, now that the names of imports below the functions that use them are known.
    finder.found.clear()
    finder.visit(source.tree)
    return sorted(finder.found, key=lambda use: use.line)


class _Finder(ast.NodeVisitor):
    def __init__(self, source: Source, root: str) -> None:
        self._source = source
        self._root = root
        self._aliases: dict[str, str] = {}
        self._guards = 0
        self.found: list[Use] = []

    def visit_Try(self, node: ast.Try) -> None:
        guard = any(_catches_absence(handler) for handler in node.handlers)
        self._guards += guard
        # What stands in a handler is the other way of two; it is only looked for where the first one fails.
        guarded: list[ast.AST] = [*node.body, *node.handlers, *node.orelse]
        for child in guarded:
            self.visit(child)
        self._guards -= guard
        for statement in node.finalbody:
            self.visit(statement)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if self._is_below(alias.name):
                top = alias.name.partition(".")[0]
                self._aliases[alias.asname or top] = alias.name if alias.asname else top
                self._add(alias.name, node, imported=True)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level or node.module is None or not self._is_below(node.module):
            return
        for alias in node.names:
            dotted = node.module if alias.name == "*" else f"{node.module}.{alias.name}"
            self._add(dotted, node, imported=True)
            if alias.name != "*":
                self._aliases[alias.asname or alias.name] = dotted

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        dotted = self._dotted(node.value)
        if dotted is not None and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            self._aliases.setdefault(node.targets[0].id, dotted)

    def visit_Call(self, node: ast.Call) -> None:
        dotted = self._dotted(node.func)
        if dotted is None:
            self.visit(node.func)
        else:
            keywords = tuple(keyword.arg for keyword in node.keywords if keyword.arg is not None)
            self._add(dotted, node.func, keywords=keywords)
        for child in [*node.args, *node.keywords]:
            self.visit(child)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        dotted = self._dotted(node)
        if dotted is None:
            self.generic_visit(node)
        else:
            self._add(dotted, node)

    def visit_Name(self, node: ast.Name) -> None:
        dotted = self._aliases.get(node.id)
        if isinstance(node.ctx, ast.Load) and dotted is not None and "." in dotted:
            self._add(dotted, node)

    def _add(
        self, dotted: str, node: ast.AST, *, keywords: tuple[str, ...] | None = None, imported: bool = False
    ) -> None:
        self.found.append(Use(dotted, self._source.line(node), keywords, imported, self._guards > 0))

    def _dotted(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Name):
            return self._aliases.get(node.id)
        if isinstance(node, ast.Attribute):
            before = self._dotted(node.value)
            return None if before is None else f"{before}.{node.attr}"
        return None

    def _is_below(self, dotted: str) -> bool:
        return dotted == self._root or dotted.startswith(f"{self._root}.")


def imports(source: Source) -> Iterator[Use]:
    """Every absolute import: the dotted name of the module, and of what is taken from it."""
    guarded = guarded_nodes(source.tree)
    within: dict[int, str] = {}
    for function in ast.walk(source.tree):  # outer functions come before those in them
        if isinstance(function, ast.FunctionDef):
            for child in ast.walk(function):
                within.setdefault(id(child), function.name)
    for node in ast.walk(source.tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*"] or [node.module]
        for name in names:
            inside = within.get(id(node), "")
            yield Use(name, source.line(node), imported=True, guarded=id(node) in guarded, within=inside)


def guarded_nodes(tree: ast.AST) -> set[int]:
    """``id`` of every node in a ``try`` that takes care of the absence of what it imports, handlers included."""
    return {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) and any(_catches_absence(handler) for handler in node.handlers)
        for child in ast.walk(node)
    }


def _catches_absence(handler: ast.ExceptHandler) -> bool:
    caught = "ImportError" if handler.type is None else ast.dump(handler.type)
    return any(name in caught for name in ("ImportError", "ModuleNotFoundError", "AttributeError", "'Exception'"))
