"""How a server listens and what it puts up with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from attrs import asdict, field, frozen
from attrs.validators import ge, gt, in_, optional

from smtf_core.errors import InvalidInputError

MIB = 1024 * 1024
OFF, ON, AUTO = "off", "on", "auto"
#: Rows of one shared call under ``auto``, unless the container's variable says otherwise.
AUTO_ROWS = 64


@frozen(kw_only=True)
class HttpSettings:
    """See the module.

    Args:
        host: address to listen on; other machines are let in only by saying so.
        port: 0 for any free one.
        grpc_port: where TensorFlow Serving's gRPC API listens; 0 for any free one, ``None`` for nowhere.
        max_body: the most bytes of a request's body, as sent and as expanded; more is answered 413.
        max_waiting: the most requests that wait for a thread or run in one; more are answered 429.
        timeout: seconds after which a request is answered 504.
        idle_timeout: seconds after which a connection without a request is closed, and a half-sent request is given up.
        drain_seconds: how long a server that was told to stop waits for the requests that it has accepted.
        threads: threads for requests of models that are not quick.
        handler_threads: threads for requests of the user's functions.
        batching: ``'off'``; ``'on'``: requests wait up to ``batch_timeout`` for others to share a call of the model;
            ``'auto'``: requests that are there at the same moment share one, and none waits.
        batch_timeout: seconds.
        max_batch: the most requests that are given to the model server at once.
        reload_seconds: how often the model's folder is looked at; 0 for never.
        access_log: write a line of JSON for every request to standard output.
        ui: answer ``/ui/`` with a page for people.
    """

    host: str = "127.0.0.1"
    port: int = field(default=8080, validator=[ge(0)])
    grpc_port: int | None = field(default=None, validator=optional(ge(0)))
    max_body: int = field(default=100 * MIB, validator=gt(0))
    max_waiting: int = field(default=256, validator=gt(0))
    timeout: float = field(default=60.0, validator=gt(0))
    idle_timeout: float = field(default=75.0, validator=gt(0))
    drain_seconds: float = field(default=25.0, validator=ge(0))
    threads: int = field(factory=lambda: max(4, os.cpu_count() or 1), validator=gt(0))
    handler_threads: int = field(factory=lambda: max(4, os.cpu_count() or 1), validator=gt(0))
    batching: str = field(default=OFF, validator=in_((OFF, ON, AUTO)))
    batch_timeout: float = field(default=0.001, validator=ge(0))
    max_batch: int = field(default=AUTO_ROWS, validator=gt(0))
    reload_seconds: float = field(default=2.0, validator=ge(0))
    access_log: bool = False
    ui: bool = False

    @classmethod
    def make(cls, environment: Mapping[str, str], **given: Any) -> HttpSettings:
        """Settings from what was given, and from the container's variables where nothing was.

        Args:
            environment: ``SAGEMAKER_BIND_TO_PORT``, ``SAGEMAKER_TFS_ENABLE_BATCHING`` and the like.
            **given: fields by name; ``None`` where nothing was given.

        Raises:
            InvalidInputError: one of them is not what it must be.
        """
        values: dict[str, Any] = {}
        for name, (variable, convert) in _VARIABLES.items():
            if text := environment.get(variable):
                try:
                    values[name] = convert(text)
                except ValueError:
                    raise InvalidInputError(f"{variable} must be a number, not {text!r}") from None
        if environment.get("SAGEMAKER_TFS_ENABLE_BATCHING", "").lower() in ("true", "1"):
            values["batching"] = ON
        values.update({name: value for name, value in given.items() if value is not None})
        try:
            return cls(**values)
        except (ValueError, TypeError) as error:
            raise InvalidInputError(f"server setting: {error.args[0] if error.args else error}") from error

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for another process."""
        return asdict(self)


def _microseconds(text: str) -> float:
    return int(text) / 1e6


_VARIABLES: dict[str, tuple[str, Any]] = {
    "port": ("SAGEMAKER_BIND_TO_PORT", int),
    "grpc_port": ("SAGEMAKER_TFS_GRPC_PORT", int),
    "timeout": ("SAGEMAKER_MODEL_SERVER_TIMEOUT", float),
    "threads": ("SAGEMAKER_TFS_NUM_BATCH_THREADS", int),
    "handler_threads": ("SAGEMAKER_GUNICORN_THREADS", int),
    "max_waiting": ("SAGEMAKER_TFS_MAX_ENQUEUED_BATCHES", int),
    "batch_timeout": ("SAGEMAKER_TFS_BATCH_TIMEOUT_MICROS", _microseconds),
    "max_batch": ("SAGEMAKER_TFS_MAX_BATCH_SIZE", int),
}
