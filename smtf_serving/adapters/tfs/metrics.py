"""Counters of requests and their times, in Prometheus's text format.

Source of the names: TensorFlow Serving's ``/monitoring/prometheus/metrics``.
"""

from __future__ import annotations

import threading
from bisect import bisect_left

#: Upper bounds of the latency buckets, in microseconds, as TensorFlow Serving has them: 10 * 1.8**n.
BOUNDS = tuple(10 * 1.8**n for n in range(33))
_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Counts:
    """What one model has been asked."""

    __slots__ = ("buckets", "statuses", "sum")

    def __init__(self) -> None:
        self.statuses: dict[int, int] = {}
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.sum = 0


class Metrics:
    """Counts requests; may be used from several threads."""

    content_type = _CONTENT_TYPE

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: dict[str, _Counts] = {}

    def observe(self, model: str, status: int, seconds: float) -> None:
        """Count one request.

        Args:
            model: the model that was asked; ``''`` if the request named none that there is.
            status: HTTP status of the answer.
            seconds: the time that it took.
        """
        microseconds = seconds * 1e6
        with self._lock:
            counts = self._models.get(model)
            if counts is None:
                counts = self._models[model] = _Counts()
            counts.statuses[status] = counts.statuses.get(status, 0) + 1
            counts.buckets[bisect_left(BOUNDS, microseconds)] += 1
            counts.sum += int(microseconds)

    def text(self) -> str:
        """All counters."""
        with self._lock:
            models = sorted(self._models.items())
            requests = [(model, *pair) for model, counts in models for pair in sorted(counts.statuses.items())]
            latencies = [(model, list(counts.buckets), counts.sum) for model, counts in models]
        lines = ["# TYPE :tensorflow:serving:request_count counter"]
        lines += [
            f':tensorflow:serving:request_count{{model_name="{_escape(model)}",status="{status}"}} {count}'
            for model, status, count in requests
        ]
        lines.append("# TYPE :tensorflow:serving:request_latency histogram")
        for model, counts, microseconds in latencies:
            total = 0
            for bound, count in zip([*BOUNDS, None], counts, strict=True):
                total += count
                le = "+Inf" if bound is None else f"{bound:g}"
                lines.append(
                    f':tensorflow:serving:request_latency_bucket{{model_name="{_escape(model)}",le="{le}"}} {total}'
                )
            lines.append(f':tensorflow:serving:request_latency_sum{{model_name="{_escape(model)}"}} {microseconds}')
            lines.append(f':tensorflow:serving:request_latency_count{{model_name="{_escape(model)}"}} {total}')
        return "\n".join(lines) + "\n"


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
