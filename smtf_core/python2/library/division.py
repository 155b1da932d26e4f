"""Python 2's ``/``: whole numbers give a whole number.

Source: PEP 238, "classic division"; for arrays numpy 1.x under Python 2, for tensors ``tf.div``.
"""

from __future__ import annotations

from numbers import Integral
from typing import Any


def divide(dividend: Any, divisor: Any) -> Any:
    """``dividend / divisor`` of Python 2: rounded down where both are integers, or arrays or tensors of integers."""
    whole = _is_integral(dividend) and _is_integral(divisor)
    return dividend // divisor if whole else dividend / divisor


def divide_in_place(dividend: Any, divisor: Any) -> Any:
    """What ``dividend /= divisor`` of Python 2 binds; arrays are changed in place, as they were there."""
    whole = _is_integral(dividend) and _is_integral(divisor)
    if whole:
        dividend //= divisor
    else:
        dividend /= divisor
    return dividend


def _is_integral(value: Any) -> bool:
    if isinstance(value, Integral):
        return True
    dtype = getattr(value, "dtype", None)
    if dtype is not None:
        # numpy's types have a kind, TensorFlow's say it themselves.
        return getattr(dtype, "kind", "") in tuple("iub") or getattr(dtype, "is_integer", False) is True
    # An entry of a tensor's shape in TensorFlow 1; it only ever divided to a whole number.
    return type(value).__name__ == "Dimension"
