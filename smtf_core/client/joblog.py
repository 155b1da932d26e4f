"""The log of a job, which several hosts write, and those who feed their channels here."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from smtf_core.models import LogLine


class JobLog(logging.Handler):
    """Writes a job's log.

    Args:
        path: the file; goes on where an earlier attempt ended.

    Attributes:
        error: why lines are missing, if some are: the disk was full. Hosts go on all the same.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        self._turn = threading.Lock()
        self.error: OSError | None = None

    def listen(self, level: int) -> None:
        """Write what this process logs."""
        logger = logging.getLogger("smtf")
        logger.setLevel(level)
        logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """See :class:`logging.Handler`."""
        for text in self.format(record).splitlines():
            self._write("launcher", text, record.levelno)

    def collect(self, host: str, output: Iterable[bytes]) -> None:
        """Write the lines that a host prints, until it has ended."""
        for line in output:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            self._write(host, text, LogLine.printed(host, text).level)

    def _write(self, host: str, text: str, level: int) -> None:
        line = f"{LogLine(host, text, time.time(), level).format()}\n".encode()
        with self._turn:
            try:
                written = self._file.write(line)
                if written < len(line):  # a disk that is full takes a part first
                    self._file.write(line[written:])
            except OSError as error:
                self.error = error
