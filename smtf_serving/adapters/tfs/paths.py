"""What a path of TensorFlow Serving's REST API says.

Source: TensorFlow Serving, RESTful API; names of methods and the words between them may be in any case.
"""

from __future__ import annotations

import re
from functools import lru_cache

from attrs import frozen

from smtf_serving.adapters.tfs.errors import ServingError

_WHICH = r"(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
_CALL = re.compile(
    rf"/v1/models/(?P<model>[^/:]+){_WHICH}:(?P<method>classify|regress|predict)", re.IGNORECASE | re.ASCII
)
_QUESTION = re.compile(rf"/v1/models(?:/(?P<model>[^/:]+))?{_WHICH}(?P<metadata>/metadata)?", re.IGNORECASE | re.ASCII)
_MAX_VERSION, _MAX_DIGITS = 2**63, 19


@frozen
class CallPath:
    """A model is to be called.

    Args:
        model: its name.
        version: the version; ``None`` for the newest, or the one of the label.
        label: a version's label, if there is one.
        method: predict, classify or regress.
    """

    model: str
    version: int | None
    label: str | None
    method: str


@frozen
class QuestionPath:
    """Something is asked about a model: which versions there are, or its signatures.

    Args:
        model: its name; ``None`` if the path has none.
        version: see :class:`CallPath`.
        label: see there.
        metadata: whether it is the signatures.
    """

    model: str | None
    version: int | None
    label: str | None
    metadata: bool


@lru_cache(maxsize=1024)
def call_path(path: str) -> CallPath | None:
    """What a path of a POST says; ``None`` if it is no call.

    Raises:
        ServingError: it has a version that is no number of 64 bits.
    """
    match = _CALL.fullmatch(path)
    if match is None:
        return None
    return CallPath(match["model"], version_number(match["version"]), match["label"], match["method"].lower())


def question_path(path: str) -> QuestionPath | None:
    """What a path of a GET says; ``None`` if it asks nothing.

    Raises:
        ServingError: it has a version that is no number of 64 bits.
    """
    match = _QUESTION.fullmatch(path)
    if match is None:
        return None
    return QuestionPath(match["model"], version_number(match["version"]), match["label"], match["metadata"] is not None)


def version_number(digits: str | None) -> int | None:
    """A version as a number.

    Raises:
        ServingError: it is none of 64 bits.
    """
    if digits is None:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS) or int(digits) >= _MAX_VERSION:
        raise ServingError(f"Failed to convert version: {digits} to numeric.")
    return int(digits)
