"""``tf.contrib.autograph``: Python code as graphs, over today's ``tf.autograph``.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.autograph``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tensorflow.python.autograph.impl import api as _api
from tensorflow.python.autograph.lang.directives import set_element_type as set_element_type
from tensorflow.python.autograph.lang.directives import set_loop_options as set_loop_options
from tensorflow.python.autograph.lang.special_functions import stack as stack
from tensorflow.python.autograph.lang.special_functions import tensor_list as tensor_list

from smtf_core.runtime.tf1.base import tf

# Lists that loops append to were a part of autograph then; today they are an option of it.
_LISTS = tf.autograph.experimental.Feature.LISTS


def convert(recursive: bool = False, verbose: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: the function builds graph control flow from Python's.

    Args:
        recursive: convert what the function calls, too.
        verbose: log what is converted.

    Returns:
        The decorator.
    """
    return _decorator(_api.convert(recursive=recursive, optional_features=_LISTS, user_requested=True), verbose)


def _decorator(decorate: Callable[..., Any], verbose: bool) -> Callable[..., Any]:
    if verbose:
        tf.autograph.set_verbosity(1, alsologtostdout=True)
    return decorate


def do_not_convert(run_as: Any = None, return_dtypes: Any = None) -> Any:
    """A decorator: the function stays as it is.

    Args:
        run_as: the function itself where the decorator has no arguments; how it runs cannot be chosen any more.
        return_dtypes: of a function that runs as ``tf.py_func``; not to be had.

    Returns:
        The decorator, or the function.

    Raises:
        ValueError: ``return_dtypes`` is given.
    """
    if return_dtypes is not None:
        raise ValueError("autograph.do_not_convert runs no py_func any more: call tf.py_func in the function instead.")
    keep = tf.autograph.experimental.do_not_convert
    return keep(run_as) if callable(run_as) and not isinstance(run_as, type) else keep


def to_graph(
    e: Any,
    recursive: bool = True,
    verbose: bool = False,
    arg_values: Mapping[str, Any] | None = None,
    arg_types: Mapping[str, Any] | None = None,
    partial_types: Sequence[type] | None = None,
) -> Any:
    """A function that builds graph control flow where ``e`` has Python's.

    Args:
        e: the function.
        recursive: convert what it calls, too.
        verbose: log what is converted.
        arg_values: hints; types are found out without them today.
        arg_types: hints, likewise.
        partial_types: hints, likewise.

    Returns:
        The function.
    """
    return _decorator(tf.autograph.to_graph(e, recursive, experimental_optional_features=_LISTS), verbose)


def to_code(
    e: Any,
    recursive: bool = True,
    arg_values: Mapping[str, Any] | None = None,
    arg_types: Mapping[str, Any] | None = None,
    partial_types: Sequence[type] | None = None,
    indentation: str = "  ",
) -> str:
    """The source of :func:`to_graph`'s function.

    Args:
        e: the function.
        recursive: as there.
        arg_values: as there.
        arg_types: as there.
        partial_types: as there.
        indentation: of each level.

    Returns:
        Python source.
    """
    lines = tf.autograph.to_code(e, recursive, experimental_optional_features=_LISTS).splitlines()
    depths = [(len(line) - len(line.lstrip())) // 4 for line in lines]
    return "\n".join(indentation * depth + line.lstrip() for depth, line in zip(depths, lines, strict=True))
