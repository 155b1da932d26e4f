"""``StringIO`` and ``cStringIO``: a file in memory, of text or of bytes.

Source: Python 2.7 documentation, ``StringIO``; there a string was both.
"""

from __future__ import annotations

import io
from typing import Any

__all__ = ["InputType", "OutputType", "StringIO"]


class StringIO(io.BytesIO):
    """A file in memory that holds what it was given: text, or bytes. An empty one takes the kind of the first write.

    Args:
        initial: its content.
    """

    def __init__(self, initial: Any = "") -> None:
        # None: not known yet.
        self._is_text: bool | None = isinstance(initial, str) if initial else None
        super().__init__(initial.encode("utf-8") if isinstance(initial, str) else initial)

    def write(self, data: Any) -> int:
        """Write text or bytes."""
        if self._is_text is None:
            self._is_text = isinstance(data, str)
        return super().write(data.encode("utf-8") if isinstance(data, str) else data)

    def writelines(self, lines: Any) -> None:
        """Write lines of text or bytes."""
        for line in lines:
            self.write(line)

    def read(self, size: int | None = -1) -> Any:
        """The next ``size`` characters or bytes; all that are left by default."""
        return self._given(super().read(size))

    def readline(self, size: int | None = -1) -> Any:
        """The next line."""
        return self._given(super().readline(size))

    def readlines(self, hint: int | None = -1) -> list[Any]:
        """The lines that are left."""
        return [self._given(line) for line in super().readlines(hint)]

    def __next__(self) -> Any:
        return self._given(super().__next__())

    def getvalue(self) -> Any:
        """The whole content."""
        return self._given(super().getvalue())

    def _given(self, data: bytes) -> Any:
        return data.decode("utf-8") if self._is_text else data


InputType = OutputType = StringIO
