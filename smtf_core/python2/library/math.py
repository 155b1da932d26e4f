"""``math`` whose ``ceil`` and ``floor`` give floating point numbers, which ``/`` then divides to such.

Source: Python 2.7 documentation, ``math``.
"""

from __future__ import annotations

import math
from math import *  # noqa: F403 - all of it but these
from typing import Any


def ceil(number: Any) -> float:  # type: ignore[no-redef]
    """The smallest whole number that is not smaller."""
    return float(math.ceil(number))


def floor(number: Any) -> float:  # type: ignore[no-redef]
    """The largest whole number that is not larger."""
    return float(math.floor(number))
