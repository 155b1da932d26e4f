"""Lists of records with two texts each, as the service's API has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtf_core.errors import InvalidInputError

_KEYS = {"tags": ("Key", "Value"), "metric_definitions": ("Name", "Regex")}


def check_records(argument: str, records: Any) -> None:
    """Check that an argument is such a list.

    Args:
        argument: ``'tags'`` or ``'metric_definitions'``.
        records: its value; ``None`` is none.

    Raises:
        InvalidInputError: it is not.
    """
    first, second = _KEYS[argument]
    for record in records or ():
        if not isinstance(record, Mapping) or set(record) != {first, second}:
            raise InvalidInputError(f'{argument}: every one must be {{"{first}": …, "{second}": …}}, not {record!r}')
