"""Is a source Python 2? Asked of its syntax first, then of the names that it uses."""

from __future__ import annotations

import ast
import importlib.util
import warnings
from collections.abc import Iterator

import attrs

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
_METHODS = frozenset(("has_key", "iteritems", "iterkeys", "itervalues"))
_ATTRIBUTES = frozenset(
    [("itertools", name) for name in ("ifilter", "ifilterfalse", "imap", "izip", "izip_longest")]
    + [("os", "getcwdu"), ("sys", "maxint"), ("sys", "setdefaultencoding")]
    + [("string", name) for name in ("join", "letters", "lowercase", "maketrans", "strip", "uppercase")]
    + [("urllib", name) for name in ("quote", "unquote", "urlencode", "urlopen", "urlretrieve")]
)
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


def python_2_sign(source: str) -> Sign | None:
    """The first thing in a source that only Python 2 understands.

    A name that Python 3 lacks counts unless the source binds it itself or guards it (``try … except ImportError``,
    ``if sys.version_info …``), and unless something else in the source is Python 3 only.

    Args:
        source: its text.

    Returns:
        What was found, or ``None`` for Python 3 and for sources that are both.

    Raises:
        SyntaxError: it is neither Python 2 nor 3; the error is Python 3's.
    """
    try:
        tree = _parsed(source)
    except SyntaxError as error:
        if not _converts(source):
            raise
        return Sign(error.lineno or 1, f"syntax ({error.msg})")
    if any(_is_python_3_only(node) for node in ast.walk(tree)):
        return None
    bound = {name for node in ast.walk(tree) for name in _bound_names(node)}
    return min(_signs(tree, bound), key=lambda sign: sign.line, default=None)


def _parsed(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" in a plain string, `is` with a literal: the user's, and not ours to tell
        return ast.parse(source)


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


def _signs(node: ast.AST, bound: set[str]) -> Iterator[Sign]:
    if isinstance(node, ast.Try) and any(_catches_absence(handler) for handler in node.handlers):
        children: list[ast.AST] = [*node.finalbody]
    elif isinstance(node, ast.If) and any(word in ast.dump(node.test) for word in _VERSION_WORDS):
        children = []
    else:
        yield from _own_signs(node, bound)
        children = list(ast.iter_child_nodes(node))
    for child in children:
        yield from _signs(child, bound)


def _own_signs(node: ast.AST, bound: set[str]) -> Iterator[Sign]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name in _MODULES:
                yield Sign(node.lineno, f"the module {alias.name}")
    elif isinstance(node, ast.ImportFrom):
        names = [alias.name for alias in node.names]
        if node.level == 0 and node.module in _MODULES:
            yield Sign(node.lineno, f"the module {node.module}")
        for name in names:
            if node.level == 0 and (node.module, name) in _ATTRIBUTES:
                yield Sign(node.lineno, f"{node.module}.{name}")
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id in _BUILTINS and node.id not in bound:
            yield Sign(node.lineno, f"the built-in {node.id}")
    elif isinstance(node, ast.Attribute):
        if isinstance(node.value, ast.Name) and (node.value.id, node.attr) in _ATTRIBUTES and node.value.id in bound:
            yield Sign(node.lineno, f"{node.value.id}.{node.attr}")
        # Data frames had iteritems in Python 3, too.
        if node.attr == "has_key" or (node.attr in _METHODS and "pandas" not in bound and "pd" not in bound):
            yield Sign(node.lineno, f"the method {node.attr}")


def _catches_absence(handler: ast.ExceptHandler) -> bool:
    caught = ast.dump(handler.type) if handler.type is not None else "ImportError"
    return any(name in caught for name in ("ImportError", "ModuleNotFoundError", "NameError", "AttributeError"))
