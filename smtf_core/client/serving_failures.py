"""Why an endpoint on this machine does not start, for backends that have it run ``smtf serve`` or its like."""

from __future__ import annotations

from smtf_core.errors import InvalidInputError, SmtfError

_USAGE = 2  # exit status of `smtf serve`
_SHOWN_LINES = 20


def name_taken(name: str) -> InvalidInputError:
    """The error for a second endpoint of a name."""
    return InvalidInputError(f"there is an endpoint {name!r} already; delete it, or choose another name")


def start_failure(name: str, status: int, said: str) -> SmtfError:
    """The error for a server that has ended before it answered.

    Args:
        name: the endpoint's.
        status: the server's exit status.
        said: what :func:`last_words` has of its log.
    """
    kind = InvalidInputError if status == _USAGE else SmtfError
    return kind(f"endpoint {name!r} did not start: {said}")


def last_words(log: str) -> str:
    """What a server's log says went wrong; its end where it does not."""
    text = log.rstrip()
    _, told, message = text.rpartition("error: ")
    return message if told else "\n".join(text.splitlines()[-_SHOWN_LINES:])
