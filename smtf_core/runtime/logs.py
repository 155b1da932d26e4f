"""The job's log: what TensorFlow and smtf log while a job runs, written to ``output/log.txt`` a line a record.

Lines look as TensorFlow 1 printed them (``INFO:tensorflow:loss = 0.1, step = 100``), because tuning jobs match them by
regular expression.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ParamSpec, TypeVar

from smtf_core.errors import SmtfError
from smtf_core.models import Layout, LogLine
from smtf_core.models.environment import read_environment

P = ParamSpec("P")
R = TypeVar("R")

#: The loggers that a job's log is made of.
LOGGERS = ("tensorflow", "smtf")
#: A record as TensorFlow 1 printed it.
RECORD = "%(levelname)s:%(name)s:%(message)s"

# What TensorFlow says to the authors of old scripts, and its guess that the global step is stuck: with resource
# variables it misfires, and the estimator engine has a guard of its own.
_NOTICE = re.compile(
    r"\(from .*\) (?:is|with .* is) deprecated and will be removed"
    r"|Instructions for updating"
    r"|It seems that global step .* has not been increased"
)


@contextlib.contextmanager
def job_log(path: Path, host: str, level: int, *, echo: bool, quiet_notices: bool) -> Iterator[None]:
    """Write what this thread logs to a file for as long as the context lasts.

    Threads that work for it join with :func:`in_this_log`. Other threads' records, and other handlers' view of them,
    stay as they are.

    Args:
        path: the file; appended to.
        host: the host's name, on every line.
        level: what to write; the loggers' own levels are lowered to it and set back afterwards.
        echo: whether handlers that are there already (TensorFlow's own prints to stderr) go on seeing this thread's
            records.
        quiet_notices: leave out what TensorFlow says about a script's age, which its user cannot act on.
    """
    threads = {threading.get_ident()}
    path.parent.mkdir(parents=True, exist_ok=True)
    file = logging.FileHandler(path, encoding="utf-8")
    file.setFormatter(_Formatter(host))
    file.setLevel(level)
    if quiet_notices:
        file.addFilter(is_for_users)

    def capture(record: logging.LogRecord) -> bool:
        """Take the records of these threads; let other handlers see them only when they are to be echoed."""
        if record.thread not in threads:
            return True
        if record.levelno >= file.level:
            file.handle(record)
        return echo

    with contextlib.ExitStack() as stack:
        stack.callback(file.close)
        for logger in map(logging.getLogger, LOGGERS):
            # A filter and not a handler, because TensorFlow adds a handler that prints to stderr when it is imported.
            logger.addFilter(capture)
            stack.callback(logger.removeFilter, capture)
            if logger.getEffectiveLevel() > level:
                stack.callback(logger.setLevel, logger.level)
                logger.setLevel(level)
        before = _thread.logs
        _thread.logs = (*before, threads)
        try:
            yield
        finally:
            _thread.logs = before


class _Thread(threading.local):
    """The logs that a thread writes to, each by the set of its threads."""

    logs: tuple[set[int], ...] = ()


_thread = _Thread()


def in_this_log(target: Callable[P, R]) -> Callable[P, R]:
    """Let a thread's work be logged where the one that starts it is: ``Thread(target=in_this_log(work))``.

    Args:
        target: what the thread does.

    Returns:
        The same, logging to the job's log of the thread that called ``in_this_log``.
    """
    logs = _thread.logs

    @functools.wraps(target)
    def work(*arguments: P.args, **options: P.kwargs) -> R:
        before, _thread.logs = _thread.logs, logs
        for threads in logs:
            threads.add(threading.get_ident())
        try:
            return target(*arguments, **options)
        finally:
            for threads in logs:
                threads.discard(threading.get_ident())
            _thread.logs = before

    return work


def log_to_stderr(layout: Layout) -> None:
    """Have this process, which is a job's own, log to stderr, in the way and at the level that its job asks for."""
    level, first_generation = logging.INFO, False
    with contextlib.suppress(SmtfError):  # what is wrong with the tree is told when it is read for good
        environment = read_environment(layout)
        level, first_generation = environment.log_level, environment.framework_version.generation == 1
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(RECORD))
    if first_generation:
        handler.addFilter(is_for_users)
    # With a handler of the root logger, TensorFlow adds none of its own.
    logging.basicConfig(level=max(level, logging.INFO), handlers=[handler])
    for logger in map(logging.getLogger, LOGGERS):
        logger.setLevel(level)


def is_for_users(record: logging.LogRecord) -> bool:
    """A filter that leaves out what TensorFlow says about a script's age, which its user cannot act on."""
    return not _NOTICE.search(record.getMessage())


class _Formatter(logging.Formatter):
    def __init__(self, host: str) -> None:
        super().__init__(RECORD)
        self._host = host

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).splitlines() or [""]
        return "\n".join(LogLine(self._host, line, record.created, record.levelno).format() for line in lines)
