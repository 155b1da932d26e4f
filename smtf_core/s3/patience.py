"""Trying again while S3 is away: longer than botocore does, for work that nobody waits for."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from smtf_core.errors import StorageError

T = TypeVar("T")

_log = logging.getLogger("smtf")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 60.0  # seconds
# Shorter pauses are everyday life on a network and not worth a line.
_WORTH_TELLING = 1.0


def patiently(action: Callable[[], T], patience: float, sleep: Callable[[float], object] = time.sleep) -> T:
    """Call ``action`` until it works, fails for good, or has failed for too long.

    Args:
        action: work that may be begun anew.
        patience: seconds after its first failure until which the action is tried again.
        sleep: waits for so many seconds; returns earlier when ``action`` is to be called at once.

    Returns:
        What ``action`` returned.

    Raises:
        StorageError: the last failure.
    """
    first_failure: float | None = None
    pause = _FIRST_PAUSE
    while True:
        try:
            return action()
        except StorageError as error:
            now = time.monotonic()
            first_failure = now if first_failure is None else first_failure
            if not error.transient or now + pause > first_failure + patience:
                raise
            level = logging.WARNING if pause >= _WORTH_TELLING else logging.DEBUG
            _log.log(level, "%s; trying again in %.0f s", error, pause)
        sleep(pause * random.uniform(0.5, 1.0))
        pause = min(2 * pause, _LONGEST_PAUSE)
