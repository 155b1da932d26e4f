"""Failures: the failure file, the exit status, and the part of a traceback that is the user's."""

from __future__ import annotations

import logging
import re
import traceback
from pathlib import Path
from types import TracebackType

from smtf_core.errors import SmtfError
from smtf_core.models import Layout
from smtf_core.models.layout import write_atomically

_log = logging.getLogger("smtf")

#: How a failure file begins; source: the legacy container.
HEADLINE = "uncaught exception during training: "

# First lines of TensorFlow's and Keras's messages that say only that something has happened.
_EMPTY_WORDS = re.compile(r"Graph execution error:?$|Exception encountered when calling .*\.$|in user code:$")


def failure_text(error: BaseException, code: Path) -> str:
    """Content of the failure file, in the form that the legacy container wrote: a headline, then a traceback.

    The traceback begins with the user's own code; SageMaker shows only the first 1024 characters.
    """
    return f"{HEADLINE}{describe(error)}\n{user_traceback(error, code)}"


def record_failure(layout: Layout, error: BaseException) -> None:
    """Write the failure file, unless an earlier failure stands there."""
    if not layout.failure.exists():
        _log.debug("training failed; the failure file has the user's part of this", exc_info=error)
        write_atomically(layout.failure, failure_text(error, layout.code))


def describe(error: BaseException) -> str:
    """An error in one line, for people who see no more than that."""
    if isinstance(error, SystemExit):
        return f"the script called sys.exit({error.code!r}) before training had ended"
    if isinstance(error, SmtfError):
        return str(error)
    if isinstance(error, SyntaxError):
        return _describe_syntax_error(error)
    lines = [line.strip() for line in _without_colours("".join(traceback.format_exception_only(error))).splitlines()]
    # TensorFlow and Keras begin with a line that says nothing: the next ones tell what happened.
    telling = [line for line in lines if line and not _EMPTY_WORDS.search(line)]
    kind = type(error).__name__
    headline = telling[0] if telling else lines[0]
    return headline if headline.startswith((kind, type(error).__module__)) else f"{kind}: {headline}"


def _describe_syntax_error(error: SyntaxError) -> str:
    return f"{type(error).__name__}: {error.msg} ({error.filename}, line {error.lineno})"


def _without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def exit_status(error: BaseException) -> int:
    """The process's exit status for a failure: the exception's ``errno``, a ``sys.exit`` status, else 1; never 0.

    Source: the legacy container used errno, and ended with 0 for ``sys.exit(…)`` of any kind and for an errno of
        ``None``.
    """
    code = error.code if isinstance(error, SystemExit) else getattr(error, "errno", None)
    return code & 0xFF or 1 if isinstance(code, int) else 1


def user_traceback(error: BaseException, code: Path) -> str:
    """The traceback from the first frame in the user's own code on, or from the error itself when there is none.

    Args:
        error: the failure.
        code: the job's code folder; files behind links in it count as the user's.
    """
    if isinstance(error, SmtfError):
        return f"{type(error).__name__}: {error}\n"
    roots = [folder.resolve() for folder in (code, *code.glob("*"))]
    start: TracebackType | None = error.__traceback__
    while start is not None and not any(Path(start.tb_frame.f_code.co_filename).is_relative_to(root) for root in roots):
        start = start.tb_next
    if start is None and not isinstance(error, SyntaxError):
        start = error.__traceback__
    shown = traceback.TracebackException(type(error), error, start)
    chained: traceback.TracebackException | None = shown
    while chained is not None:
        chained.stack = traceback.StackSummary.from_list([frame for frame in chained.stack if not _is_plumbing(frame)])
        chained = chained.__cause__ or chained.__context__
    return _without_colours("".join(shown.format(chain=error.__cause__ is not None)))


def _is_plumbing(frame: traceback.FrameSummary) -> bool:
    """Frames of the machinery that every import of a script goes through; they say nothing about the failure."""
    return Path(frame.filename).parent == Path(__file__).parent / "script" or frame.filename.startswith(
        "<frozen importlib"
    )
