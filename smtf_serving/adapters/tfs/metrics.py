"""Counters of requests and their times, in Prometheus's text format.

Source of the names: TensorFlow Serving's ``/monitoring/prometheus/metrics``.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter

#: Upper bounds of the latency buckets, in microseconds, as TensorFlow Serving has them: 10 * 1.8**n.
BOUNDS = tuple(10 * 1.8**n for n in range(33))
_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counts requests; may be used from several threads."""

    content_type = _CONTENT_TYPE

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._sums: Counter[str] = Counter()

    def observe(self, model: str, status: int, seconds: float) -> None:
        """Count one request.

        Args:
            model: the model that was asked; ``''`` if the request named none that there is.
            status: HTTP status of the answer.
            seconds: the time that it took.
        """
        microseconds = seconds * 1e6
        with self._lock:
            self._requests[model, status] += 1
            buckets = self._buckets.setdefault(model, [0] * (len(BOUNDS) + 1))
            buckets[bisect_left(BOUNDS, microseconds)] += 1
            self._sums[model] += int(microseconds)

    def text(self) -> str:
        """All counters."""
        with self._lock:
            requests = sorted(self._requests.items())
            buckets = {model: list(counts) for model, counts in sorted(self._buckets.items())}
            sums = dict(self._sums)
        lines = ["# TYPE :tensorflow:serving:request_count counter"]
        lines += [
            f':tensorflow:serving:request_count{{model_name="{_escape(model)}",status="{status}"}} {count}'
            for (model, status), count in requests
        ]
        lines.append("# TYPE :tensorflow:serving:request_latency histogram")
        for model, counts in buckets.items():
            total = 0
            for bound, count in zip([*BOUNDS, None], counts, strict=True):
                total += count
                le = "+Inf" if bound is None else f"{bound:g}"
                lines.append(
                    f':tensorflow:serving:request_latency_bucket{{model_name="{_escape(model)}",le="{le}"}} {total}'
                )
            lines.append(f':tensorflow:serving:request_latency_sum{{model_name="{_escape(model)}"}} {sums[model]}')
            lines.append(f':tensorflow:serving:request_latency_count{{model_name="{_escape(model)}"}} {total}')
        return "\n".join(lines) + "\n"


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
