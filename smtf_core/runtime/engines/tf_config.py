"""``TF_CONFIG``, where ``RunConfig`` and scripts look for the cluster: one variable for all jobs of a process."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from typing import Any

_NAME = "TF_CONFIG"
_lock = threading.Lock()
_running: list[Mapping[str, Any]] = []
_before: str | None = None


@contextlib.contextmanager
def tf_config(content: Mapping[str, Any]) -> Iterator[None]:
    """Describe the cluster for as long as the context lasts; a single host must not see what a shell may have left.

    Jobs of one process may end in any order. When the last one has ended the variable is what it was before the first.

    Args:
        content: the variable's content; empty: it is not set.
    """
    global _before  # noqa: PLW0603 - the process has one such variable, too
    entry = dict(content)
    with _lock:
        if not _running:
            _before = os.environ.get(_NAME)
        _running.append(entry)
        _show()
    try:
        yield
    finally:
        with _lock:
            _running[:] = [other for other in _running if other is not entry]
            _show()


def _show() -> None:
    """Set the variable to what the job that came last says, or to what it was before there was one."""
    value = _before
    if _running:
        value = json.dumps(_running[-1]) if _running[-1] else None
    if value is None:
        os.environ.pop(_NAME, None)
    else:
        os.environ[_NAME] = value
