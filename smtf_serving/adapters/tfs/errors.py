"""Errors with the HTTP status that TensorFlow Serving answers them with.

Source: TensorFlow Serving, RESTful API and the mapping of its status codes to HTTP's.
"""

from __future__ import annotations

import json
from typing import Any

from smtf_core.interfaces import Reply

# TensorFlow's status codes (absl::StatusCode) → HTTP.
_HTTP = {3: 400, 9: 400, 11: 400, 5: 404, 6: 409, 7: 403, 8: 429, 10: 409, 12: 501, 14: 503, 4: 504, 16: 401}
_SHOWN_CHARACTERS = 200


class ServingError(Exception):
    """What is wrong with a request, for its sender.

    Args:
        message: the text of ``{"error": …}``.
        status: the HTTP status.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def not_found(message: str) -> ServingError:
    """An error with status 404."""
    return ServingError(message, 404)


def from_tensorflow(error: Any) -> ServingError:
    """The error that a ``tf.errors.OpError`` becomes."""
    return ServingError(str(error.message), _HTTP.get(error.error_code, 500))


def error_reply(error: ServingError) -> Reply:
    """The reply that an error becomes."""
    return Reply(status=error.status, body=json.dumps({"error": error.message}).encode())


def shown(value: Any) -> str:
    """A JSON value in a message, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
