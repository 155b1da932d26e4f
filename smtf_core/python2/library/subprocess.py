"""``subprocess`` and ``commands``, whose pipes carry text. Source: Python 2.7 documentation, ``subprocess``."""

from __future__ import annotations

import subprocess
from subprocess import PIPE, STDOUT, CalledProcessError, call, check_call, getoutput, getstatusoutput
from typing import Any

from smtf_core.python2.library.text import as_utf_8

__all__ = [
    "PIPE",
    "STDOUT",
    "CalledProcessError",
    "Popen",
    "call",
    "check_call",
    "check_output",
    "getoutput",
    "getstatusoutput",
]
_TEXT = {"encoding": "utf-8", "errors": "surrogateescape"}


class Popen(subprocess.Popen):  # type: ignore[type-arg]  # has none at run time
    """``subprocess.Popen`` whose pipes carry text: UTF-8, where other bytes survive."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**_TEXT, **options})

    def communicate(self, input: Any = None, timeout: float | None = None) -> tuple[Any, Any]:  # noqa: A002
        """What the process wrote to its pipes, after it was given ``input``."""
        text = as_utf_8(input).decode(**_TEXT) if input is not None else None
        return super().communicate(text, timeout)


def check_output(*arguments: Any, **options: Any) -> Any:
    """What a command wrote."""
    return subprocess.check_output(*arguments, **{**_TEXT, **options})
