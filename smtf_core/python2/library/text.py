"""Text that was bytes in Python 2 and is text already in Python 3."""

from __future__ import annotations

from typing import Any


def decoded(value: Any, *arguments: Any, **options: Any) -> Any:
    """What ``value.decode(…)`` of Python 2 gives: text stays what it is, all else is asked to decode itself."""
    return value if isinstance(value, str) else value.decode(*arguments, **options)
