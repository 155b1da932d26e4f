"""Counters of requests and their times, in Prometheus's text format.

Source: TensorFlow Serving's ``/monitoring/prometheus/metrics``; its names, its labels, its buckets.
"""

from __future__ import annotations

import threading
from bisect import bisect_left

#: Upper bounds of the latency buckets, in microseconds, as TensorFlow Serving has them: 10 * 1.8**n.
BOUNDS = tuple(10 * 1.8**n for n in range(33))
_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_COUNT, _LATENCY = ":tensorflow:serving:request_count", ":tensorflow:serving:request_latency"
#: Where a request came in.
REST, GRPC = "REST", "GRPC"
# HTTP's status → the status code that TensorFlow Serving has in its label.
_NAMES = {
    200: "OK",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
    507: "RESOURCE_EXHAUSTED",
}


class _Times:
    """How long requests of one kind took."""

    __slots__ = ("buckets", "sum")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.sum = 0


class Metrics:
    """Counts requests; may be used from several threads."""

    content_type = _CONTENT_TYPE

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._statuses: dict[tuple[str, int], int] = {}
        self._times: dict[tuple[str, str, str], _Times] = {}

    def observe(self, model: str, method: str, status: int, seconds: float, entrypoint: str = REST) -> None:
        """Count one request.

        Args:
            model: the model that was asked; ``''`` if there is none of the name.
            method: predict, classify or regress, or the name that gRPC has for it.
            status: HTTP status of the answer.
            seconds: the time that it took.
            entrypoint: :data:`REST` or :data:`GRPC`.
        """
        microseconds = seconds * 1e6
        key, kind = (model, status), (model, method, entrypoint)
        with self._lock:
            self._statuses[key] = self._statuses.get(key, 0) + 1
            times = self._times.get(kind)
            if times is None:
                times = self._times[kind] = _Times()
            times.buckets[bisect_left(BOUNDS, microseconds)] += 1
            times.sum += int(microseconds)

    def text(self) -> str:
        """All counters."""
        with self._lock:
            statuses = dict(self._statuses)
            latencies = [(*kind, list(times.buckets), times.sum) for kind, times in sorted(self._times.items())]
        counts: dict[tuple[str, str], int] = {}
        for (model, status), count in statuses.items():
            name = model, status_name(status)
            counts[name] = counts.get(name, 0) + count
        lines = [f"# TYPE {_COUNT} counter"]
        lines += [
            f'{_COUNT}{{model_name="{_escape(model)}",status="{status}"}} {count}'
            for (model, status), count in sorted(counts.items())
        ]
        lines.append(f"# TYPE {_LATENCY} histogram")
        for model, method, entrypoint, buckets, microseconds in latencies:
            api = method[:1].upper() + method[1:]
            labels = f'model_name="{_escape(model)}",API="{api}",entrypoint="{entrypoint}"'
            total = 0
            for bound, count in zip([*BOUNDS, None], buckets, strict=True):
                total += count
                le = "+Inf" if bound is None else f"{bound:g}"
                lines.append(f'{_LATENCY}_bucket{{{labels},le="{le}"}} {total}')
            lines.append(f"{_LATENCY}_sum{{{labels}}} {microseconds}")
            lines.append(f"{_LATENCY}_count{{{labels}}} {total}")
        return "\n".join(lines) + "\n"


def status_name(status: int) -> str:
    """The status code that TensorFlow Serving would have told an HTTP status for."""
    if status in _NAMES:
        return _NAMES[status]
    return "OK" if status < 400 else "INVALID_ARGUMENT" if status < 500 else "INTERNAL"


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
