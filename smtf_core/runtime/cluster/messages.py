"""What the supervisors of the hosts and the coordinator say to each other: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping

from attrs import frozen

from smtf_core.errors import InvalidInputError
from smtf_core.models.converter import from_data, to_data

# --- from a host's supervisor ---------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Ready:
    """Nothing of an earlier attempt runs here any more.

    Args:
        attempt: the first one that this host can take part in.
        listening: role → ``'address:port'`` of this host's processes in it.
    """

    attempt: int
    listening: Mapping[str, str]


@frozen(kw_only=True)
class Failed:
    """A process of this host has failed.

    Args:
        attempt: in which attempt.
        cause: what happened.
        final: whether it would fail again in the same way, so that restarting is no use.
    """

    attempt: int
    cause: str
    final: bool = False


@frozen(kw_only=True)
class StopRequested:
    """This host was asked to stop; said again, to interrupt."""

    reason: str


@frozen(kw_only=True)
class Finished:
    """The chief's training has ended as it should."""

    attempt: int


# --- from the coordinator -------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Waiting:
    """Some hosts are not there yet."""

    hosts: tuple[str, ...]
    seconds: float
    limit: float


@frozen(kw_only=True)
class Start:
    """All hosts are ready.

    Args:
        attempt: number of the attempt that begins.
        listening: host → role → ``'address:port'``.
    """

    attempt: int
    listening: Mapping[str, Mapping[str, str]]


@frozen(kw_only=True)
class Stop:
    """Save a checkpoint and end; said again, interrupt what is being done."""

    reason: str


@frozen(kw_only=True)
class Restart:
    """End all processes and be ready for the next attempt, because a host has failed."""

    attempt: int
    host: str
    cause: str


@frozen(kw_only=True)
class Abort:
    """The job has failed, because a host has."""

    host: str
    cause: str


@frozen(kw_only=True)
class Done:
    """The job has ended as it should; ``stop_reason`` says why, where that was before its end."""

    stop_reason: str = ""


# --- from both ------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Beat:
    """A sign of life."""


Message = Ready | Failed | StopRequested | Finished | Waiting | Start | Stop | Restart | Abort | Done | Beat

_KINDS: dict[str, type[Message]] = {
    kind.__name__: kind
    for kind in (Ready, Failed, StopRequested, Finished, Waiting, Start, Stop, Restart, Abort, Done, Beat)
}
#: Characters of a failure that travel; a message has to fit into a line that the other side is willing to read.
LONGEST_CAUSE = 4000
#: Bytes of a line.
LONGEST_LINE = 1 << 20


def encode(message: Message) -> bytes:
    """A message as a line."""
    return json.dumps({"kind": type(message).__name__, **to_data(message)}).encode() + b"\n"


def decode(line: bytes) -> Message:
    """The message of a line.

    Raises:
        InvalidInputError: it is none.
    """
    try:
        data = json.loads(line)
        kind = _KINDS[data.pop("kind")]
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise InvalidInputError(f"not a message of a cluster: {line[:80]!r}") from error
    return from_data(data, kind, kind.__name__)
