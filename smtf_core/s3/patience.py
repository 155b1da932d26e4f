"""Trying again while S3 is away: longer than botocore does, for work that nobody waits for."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from smtf_core.errors import StorageError
from smtf_core.s3.connection import S3Connection

T = TypeVar("T")

_log = logging.getLogger("smtf")
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds


def patiently(action: Callable[[], T], connection: S3Connection, patience: float) -> T:
    """Call ``action`` until it works, fails for good, or has failed for too long.

    Args:
        action: work that may be begun anew.
        connection: is renewed after each failure, so that renewed credentials are read.
        patience: seconds after its first failure until which the action is tried again.

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
            _log.warning("%s; trying again in %.0f s", error, pause)
        connection.renew()
        time.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(2 * pause, _LONGEST_PAUSE)
