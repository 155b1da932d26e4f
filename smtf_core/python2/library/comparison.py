"""Comparison by one method. Source: Python 2.7 documentation, ``object.__cmp__`` and ``cmp``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

_OPERATORS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)


def rich_comparisons(compare: Callable[[Any, Any], int]) -> tuple[Callable[[Any, Any], bool], ...]:
    """``__eq__``, ``__ne__``, ``__lt__``, ``__le__``, ``__gt__`` and ``__ge__`` of a class with ``__cmp__``."""

    def method(test: Callable[[int, int], bool]) -> Callable[[Any, Any], bool]:
        return lambda self, other: test(compare(self, other), 0)

    return tuple(map(method, _OPERATORS))


def cmp(left: Any, right: Any) -> int:
    """-1, 0 or 1: smaller, equal, larger."""
    return int(left > right) - int(left < right)
