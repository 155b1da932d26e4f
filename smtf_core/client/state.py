"""Where smtf keeps, for this user on this machine, what any process must find again."""

from __future__ import annotations

import os
from pathlib import Path


def state_folder() -> Path:
    """``$XDG_STATE_HOME/smtf``, ``~/.local/state/smtf`` by default (XDG Base Directory Specification)."""
    home = os.environ.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser()
    return Path(home) / "smtf"
