"""Is a source Python 2? Asked of its syntax first, then of the names that it uses."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator

import attrs

from smtf_core.syntax import parse

_MODULES = frozenset(
    [
        "BaseHTTPServer",
        "ConfigParser",
        "Cookie",
        "HTMLParser",
        "Queue",
        "SimpleHTTPServer",
        "SocketServer",
        "StringIO",
        "Tkinter",
        "__builtin__",
        "anydbm",
        "cPickle",
        "cStringIO",
        "commands",
        "cookielib",
        "copy_reg",
        "dummy_thread",
        "httplib",
        "md5",
        "robotparser",
        "sets",
        "sha",
        "thread",
        "urllib2",
        "urlparse",
        "xmlrpclib",
    ]
)
_BUILTINS = frozenset(
    [
        "apply",
        "basestring",
        "cmp",
        "execfile",
        "file",
        "intern",
        "long",
        "raw_input",
        "reduce",
        "reload",
        "unichr",
        "unicode",
        "xrange",
    ]
)
_METHODS = frozenset(("iteritems", "iterkeys", "itervalues"))
_ATTRIBUTES = frozenset(
    [("itertools", name) for name in ("ifilter", "ifilterfalse", "imap", "izip", "izip_longest")]
    + [("os", "getcwdu"), ("sys", "maxint"), ("sys", "setdefaultencoding")]
    + [("string", name) for name in ("join", "letters", "lowercase", "maketrans", "strip", "uppercase")]
    + [("urllib", name) for name in ("quote", "unquote", "urlencode", "urlopen", "urlretrieve")]
)
# What they return is an iterator, which has no method `next` in Python 3.
_ITERATORS = frozenset(("DictReader", "enumerate", "finditer", "iglob", "iter", "open", "reader", "walk"))
# They return lists in Python 2, and what cannot be indexed in Python 3.
_LISTS = frozenset(("filter", "map", "zip"))
_VIEWS = frozenset(("items", "keys", "values"))
# Special methods that only Python 2 calls, with those that Python 3 calls instead.
_SPECIAL_METHODS = {"__cmp__": "__eq__", "__div__": "__truediv__", "__nonzero__": "__bool__"}
# Words in a test that tell that a branch is for one of the two Pythons only.
_VERSION_WORDS = ("version_info", "PY2", "PY3", "python_version", "hexversion")


@attrs.frozen
class Sign:
    """Why a source is taken for Python 2.

    Attributes:
        line: where, counted from 1.
        what: the thing, e.g. ``'the built-in xrange'``.
    """

    line: int
    what: str


def decode(data: bytes) -> str:
    """A source file's text: in its declared encoding, in UTF-8, or else one character a byte, as Python 2 read it."""
    try:
        return importlib.util.decode_source(data)
    except (SyntaxError, UnicodeDecodeError):
        return data.decode("latin-1")


#: Which Python a source is said to be for, as ``py_version`` says it.
PYTHON_2, PYTHON_3 = "py2", "py3"


def python_2_sign(source: str, python: str | None = None) -> Sign | None:
    """The first thing in a source that only Python 2 understands.

    A name that Python 3 lacks counts unless the source binds it itself or guards it (``try … except ImportError``,
    ``if sys.version_info …``), and unless something else in the source is Python 3 only.

    Args:
        source: its text.
        python: which Python it is for, where that is known: with :data:`PYTHON_2` a source that both Pythons can read
            is Python 2, with :data:`PYTHON_3` none is.

    Returns:
        What was found, or ``None`` for Python 3 and for sources that are both.

    Raises:
        SyntaxError: it is neither Python 2 nor 3; the error is Python 3's.
    """
    if python == PYTHON_3:
        return None
    try:
        tree = parse(source, quiet=True)
    except SyntaxError as error:
        if not _converts(source):
            raise
        return Sign(error.lineno or 1, f"syntax ({error.msg})")
    if any(_is_python_3_only(node) for node in ast.walk(tree)):
        return None
    bound = {name for node in ast.walk(tree) for name in _bound_names(node)}
    signs = _signs(tree, _Names(bound, _modules(tree), *_iterators(tree)))
    first = min(signs, key=lambda sign: sign.line, default=None)
    if first is None and python == PYTHON_2 and _converts(source):
        return Sign(1, "it belongs to a job for Python 2")
    return first


@attrs.frozen
class _Names:
    """What is known of a source's names.

    Attributes:
        bound: those that it binds itself.
        modules: modules that it imports by their own names.
        generators: functions of whose calls an iterator comes.
        iterators: variables that hold an iterator, and nothing else, as far as is seen.
    """

    bound: set[str]
    modules: set[str]
    generators: set[str]
    iterators: set[str]


def _modules(tree: ast.Module) -> set[str]:
    imported = [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return {alias.name for alias in imported if alias.asname in (None, alias.name)}


def _iterators(tree: ast.Module) -> tuple[set[str], set[str]]:
    """The functions that make iterators, and the variables that hold what they made."""
    generators = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _yields(node)}
    held: dict[str, bool] = {}
    for node in ast.walk(tree):
        assigned: list[tuple[ast.expr | None, ast.expr]] = []
        if isinstance(node, ast.Assign):
            assigned = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.withitem):
            assigned = [(node.optional_vars, node.context_expr)]
        for target, value in assigned:
            if isinstance(target, ast.Name):
                held[target.id] = held.get(target.id, True) and _makes_iterator(value, generators)
    return generators, {name for name, always in held.items() if always}


def _yields(function: ast.FunctionDef) -> bool:
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)
    return False


def _makes_iterator(value: ast.expr, generators: set[str]) -> bool:
    return isinstance(value, ast.Call) and _last_name(value.func) in _ITERATORS | generators


def _last_name(function: ast.expr) -> str:
    """``c`` of ``a.b.c``; ``''``: it is no name."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _converts(source: str) -> bool:
    """Whether it is Python 2: the converter's grammar alone takes things that are an error in both Pythons."""
    from smtf_core.python2.convert import convert  # reads its grammar, which most sources do not need

    try:
        convert(source, "<source>").compile("<source>")
    except SyntaxError:
        return False
    return True


def _is_python_3_only(node: ast.AST) -> bool:
    if isinstance(
        node, (ast.JoinedStr, ast.AnnAssign, ast.Nonlocal, ast.YieldFrom, ast.NamedExpr, ast.AsyncFunctionDef)
    ):
        return True
    if isinstance(node, ast.arguments):
        return bool(node.kwonlyargs or node.posonlyargs)
    if isinstance(node, ast.arg):
        return node.annotation is not None
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)


def _bound_names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]


def _signs(node: ast.AST, names: _Names) -> Iterator[Sign]:
    if isinstance(node, ast.Try) and any(_catches_absence(handler) for handler in node.handlers):
        children: list[ast.AST] = [*node.finalbody]
    elif isinstance(node, ast.If) and any(word in ast.dump(node.test) for word in _VERSION_WORDS):
        children = []
    else:
        yield from _own_signs(node, names)
        children = list(ast.iter_child_nodes(node))
    for child in children:
        yield from _signs(child, names)


def _own_signs(node: ast.AST, names: _Names) -> Iterator[Sign]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name in _MODULES:
                yield Sign(node.lineno, f"the module {alias.name}")
    elif isinstance(node, ast.ImportFrom):
        if node.level == 0 and node.module in _MODULES:
            yield Sign(node.lineno, f"the module {node.module}")
        for alias in node.names:
            if node.level == 0 and (node.module, alias.name) in _ATTRIBUTES:
                yield Sign(node.lineno, f"{node.module}.{alias.name}")
    elif isinstance(node, ast.ClassDef):
        yield from _signs_of_class(node)
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id in _BUILTINS and node.id not in names.bound:
            yield Sign(node.lineno, f"the built-in {node.id}")
    elif isinstance(node, ast.Attribute):
        if (
            isinstance(node.value, ast.Name)
            and (node.value.id, node.attr) in _ATTRIBUTES
            and node.value.id in names.modules
        ):
            yield Sign(node.lineno, f"{node.value.id}.{node.attr}")
        if node.attr == "has_key":
            yield Sign(node.lineno, f"the method {node.attr}")
    elif isinstance(node, ast.Call):
        if _is_next_of_iterator(node, names):
            yield Sign(node.lineno, "the method next of an iterator")
        # six.iteritems(x), which is for both Pythons, has an argument; data frames had the method in Python 3, too.
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr in _METHODS and not node.args and not _has_frames(names):
            yield Sign(node.lineno, f"the method {called.attr}")
        if _name_called(node) in ("sort", "sorted") and any(keyword.arg == "cmp" for keyword in node.keywords):
            yield Sign(node.lineno, "the argument cmp")
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call):
        called = node.value.func
        if isinstance(called, ast.Name) and called.id in _LISTS and called.id not in names.bound:
            yield Sign(node.lineno, f"{called.id} that returns a list")
        elif (
            isinstance(called, ast.Attribute)
            and called.attr in _VIEWS
            and not node.value.args
            and not _has_frames(names)
        ):
            yield Sign(node.lineno, f"{called.attr}() that returns a list")


def _is_next_of_iterator(node: ast.Call, names: _Names) -> bool:
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "next" or node.args or node.keywords:
        return False
    of = node.func.value
    return _makes_iterator(of, names.generators) or (isinstance(of, ast.Name) and of.id in names.iterators)


def _has_frames(names: _Names) -> bool:
    """Whether objects of pandas may be about, which have some of the methods in Python 3."""
    return "pandas" in names.bound or "pd" in names.bound


def _name_called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def _signs_of_class(node: ast.ClassDef) -> Iterator[Sign]:
    names = {name for statement in node.body for child in ast.walk(statement) for name in _bound_names(child)}
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and _SPECIAL_METHODS.get(statement.name, statement.name) not in names:
            yield Sign(statement.lineno, f"the method {statement.name}")
        elif isinstance(statement, ast.Assign) and "__metaclass__" in map(ast.unparse, statement.targets):
            yield Sign(statement.lineno, "__metaclass__")


def _catches_absence(handler: ast.ExceptHandler) -> bool:
    caught = ast.dump(handler.type) if handler.type is not None else "ImportError"
    return any(name in caught for name in ("ImportError", "ModuleNotFoundError", "NameError", "AttributeError"))
