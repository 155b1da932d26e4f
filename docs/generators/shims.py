"""The page of shims: what smtf brings back for scripts of generation 1.x, and which scripts of the corpus use it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from smtf_core.checking.report import check

_SCRIPTS = Path(__file__).parent.parent.parent / "tests" / "scripts"
_HEAD = """<!-- Made by docs/generate.py with what `smtf check` tells of the scripts in tests/scripts. -->

# What smtf brings back

Names of TensorFlow 1 that today's TensorFlow does not have and that scripts of the test corpus use; smtf has more than
these. `smtf check SCRIPT` tells it of any script.

| name | scripts |
|---|---|
"""


def pages() -> dict[str, str]:
    """Path below docs/ → text of the page."""
    users: dict[str, set[str]] = defaultdict(set)
    for path in sorted(_SCRIPTS.rglob("*.py")):
        for name in check(path).shims:
            users[name].add(str(path.relative_to(_SCRIPTS).with_suffix("")))
    rows = [f"| `{name}` | {', '.join(sorted(scripts))} |\n" for name, scripts in sorted(users.items())]
    return {"shims.md": _HEAD + "".join(rows)}
