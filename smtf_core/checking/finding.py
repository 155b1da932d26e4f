"""One remark on a script."""

from __future__ import annotations

from typing import Literal

import attrs

#: error: it will not run; warning: it will, but look at it; note: worth knowing.
Level = Literal["error", "warning", "note"]


@attrs.frozen(order=True)
class Finding:
    """One remark.

    Attributes:
        file: the user's file, as it was given.
        line: counted from 1.
        level: how bad it is.
        message: what is there.
        remedy: what to write or do instead; ``''``: nothing to do.
    """

    file: str
    line: int
    level: Level
    message: str
    remedy: str = ""
