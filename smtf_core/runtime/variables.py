"""Variables of this process's environment that jobs set: one set of variables for all jobs that run here."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping

_lock = threading.Lock()
_running: list[Mapping[str, str | None]] = []
_before: dict[str, str | None] = {}


@contextlib.contextmanager
def variables_set(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables for as long as the context lasts; ``None``: it is not set.

    Jobs of one process may end in any order. A variable is what the job that came last says of those that run and set
    it; when the last one has ended it is what it was before the first.

    Args:
        variables: name → value.
    """
    entry = dict(variables)
    with _lock:
        for name in entry:
            _before.setdefault(name, os.environ.get(name))
        _running.append(entry)
        _show(entry)
    try:
        yield
    finally:
        with _lock:
            _running[:] = [other for other in _running if other is not entry]
            _show(entry)
            for name in entry:
                if not any(name in other for other in _running):
                    del _before[name]


def _show(names: Mapping[str, object]) -> None:
    for name in names:
        value = next((job[name] for job in reversed(_running) if name in job), _before[name])
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
