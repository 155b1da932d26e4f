"""How long requests took, by path: what the page draws its histograms of."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

#: Upper bounds of the buckets in milliseconds: from 10 µs on, each half as much again.
BOUNDS = tuple(0.01 * 1.5**n for n in range(39))
# Paths that are told apart; clients can make up as many as they like.
_MAX_PATHS, _OTHERS = 50, "other paths"


class Latencies:
    """Counts replies; belongs to one thread."""

    def __init__(self) -> None:
        self._buckets: dict[str, list[int]] = {}
        self._statuses: dict[str, dict[int, int]] = {}

    def observe(self, path: str, status: int, seconds: float) -> None:
        """Count one reply.

        Args:
            path: of its request.
            status: its HTTP status.
            seconds: from the request to it.
        """
        if path not in self._buckets:
            path = path if len(self._buckets) < _MAX_PATHS else _OTHERS
            self._buckets.setdefault(path, [0] * (len(BOUNDS) + 1))
        self._buckets[path][bisect_left(BOUNDS, seconds * 1000)] += 1
        statuses = self._statuses.setdefault(path, {})
        statuses[status] = statuses.get(status, 0) + 1

    def to_data(self) -> dict[str, Any]:
        """All counts, as JSON has them."""
        return {
            "bounds": list(BOUNDS),
            "paths": [
                {"path": path, "statuses": self._statuses[path], "buckets": buckets}
                for path, buckets in sorted(self._buckets.items())
            ],
        }
