"""What Python's standard library, and objects of numpy and other packages, have dropped since scripts of 2018.

Functions and classes come back in the script's view of their module. Methods cannot: ``ScriptCompiler`` turns
``array.tostring`` into a call of :func:`method`, which is the method where there still is one.
"""

from __future__ import annotations

import ast
import collections.abc
import functools
import importlib
from collections import namedtuple
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from smtf_core.runtime.script.views import ModuleView, target_attribute

#: The built-in name under which a script finds :func:`method`.
METHOD = "__smtf_method__"


def _at(dotted: str) -> Callable[[], Any]:
    module, _, name = dotted.rpartition(".")
    return lambda: getattr(importlib.import_module(module), name)


def _getargspec() -> Any:
    inspect = importlib.import_module("inspect")
    ArgSpec = namedtuple("ArgSpec", "args varargs keywords defaults")

    def getargspec(function: Any) -> Any:
        return ArgSpec(*inspect.getfullargspec(function)[:4])

    return getargspec


# Dotted name -> maker of what it was. Source: Python documentation, "What's New in Python" 3.8 to 3.12, "Removed".
_NAMES: dict[str, Callable[[], Any]] = {
    **{f"collections.{name}": _at(f"collections.abc.{name}") for name in collections.abc.__all__},
    "base64.decodestring": _at("base64.decodebytes"),
    "base64.encodestring": _at("base64.encodebytes"),
    "configparser.SafeConfigParser": _at("configparser.ConfigParser"),
    "fractions.gcd": _at("math.gcd"),
    "inspect.getargspec": _getargspec,
    "time.clock": _at("time.process_time"),
    "xml.etree.cElementTree": lambda: importlib.import_module("xml.etree.ElementTree"),
}


class _LibraryNames:
    def lookup(self, view: ModuleView, name: str) -> Any:
        dotted = f"{view.__name__}.{name}"
        return _NAMES[dotted]() if dotted in _NAMES else target_attribute(view.target, name)

    def covers(self, module: ModuleType) -> bool:
        return module.__name__ == "xml.etree"


def library_views() -> dict[str, Callable[[], ModuleType]]:
    """Top-level module of the standard library → maker of what a script sees of it."""

    def view(root: str) -> ModuleType:
        return ModuleView(root, importlib.import_module(root), _LibraryNames())

    return {root: functools.partial(view, root) for root in sorted({name.partition(".")[0] for name in _NAMES})}


def _itemset(array: Any) -> Callable[..., None]:
    flat = array.flat

    def itemset(*arguments: Any) -> None:
        *index, value = arguments
        if not index:
            array[...] = value
        elif isinstance(index[0], int) and len(index) == 1:
            flat[index[0]] = value
        else:
            array[tuple(index[0]) if len(index) == 1 else tuple(index)] = value

    return itemset


def _getchildren(element: Any) -> Callable[[], list[Any]]:
    return functools.partial(list, element) if element.iter else list


def _newbyteorder(array: Any) -> Callable[..., Any]:
    dtype = array.dtype
    return lambda order="S": array.view(dtype.newbyteorder(order))


def _dataset_value(value: Any) -> Any:
    """``Dataset.value`` of h5py: all of it, as an array."""
    if not type(value).__module__.startswith("h5py."):
        raise AttributeError("value")
    return value[()]


def _feature_names(vectorizer: Any) -> Callable[[], list[str]]:
    return lambda: list(vectorizer.get_feature_names_out())


def _text_size(drawing: Any) -> Callable[..., tuple[int, int]]:
    return lambda text, font=None, **options: drawing.textbbox((0, 0), text, font, **options)[2:]


def _font_size(font: Any) -> Callable[..., tuple[int, int]]:
    return lambda text, *arguments, **options: font.getbbox(text, *arguments, **options)[2:]


def _renamed(name: str) -> Callable[[Any], Any]:
    return lambda value: getattr(value, name)


# Method -> what makes it of its object. Sources: release notes of numpy 2.0 and 2.3, h5py 3.0, scikit-learn 1.2,
# Pillow 10 and 12.1; "What's New in Python" 3.9 and 3.12.
_METHODS: Mapping[str, Callable[[Any], Any]] = {
    "get_feature_names": _feature_names,  # sklearn's vectorizers
    "getchildren": _getchildren,  # xml.etree
    "getdata": _renamed("get_flattened_data"),  # PIL
    "getsize": _font_size,  # PIL's fonts
    "isAlive": _renamed("is_alive"),  # threading
    "itemset": _itemset,  # numpy
    "newbyteorder": _newbyteorder,  # numpy
    "readfp": _renamed("read_file"),  # configparser
    "textsize": _text_size,  # PIL's drawings
    "tostring": _renamed("tobytes"),  # numpy, array
    "value": _dataset_value,  # h5py
}


def method(value: Any, name: str) -> Any:
    """``value.name``, or the method that it was.

    Raises:
        AttributeError: the object's own, where it has not even what would do instead.
    """
    try:
        return getattr(value, name)
    except AttributeError as error:
        try:
            return _METHODS[name](value)
        except AttributeError:
            raise error from None


class _Methods(ast.NodeTransformer):
    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr not in _METHODS or not isinstance(node.ctx, ast.Load):
            return node
        found = ast.Call(ast.Name(METHOD, ast.Load()), [node.value, ast.Constant(node.attr)], [])
        return ast.fix_missing_locations(ast.copy_location(found, node))


def with_methods(tree: ast.Module) -> ast.Module:
    """A module's syntax tree, in which lost methods are found again."""
    changed: ast.Module = _Methods().visit(tree)
    return changed
