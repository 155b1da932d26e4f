"""Write docs/shims.md: what smtf brings back for scripts of generation 1.x, and which scripts of the corpus use it.

python docs/generate_shims.py [--check]
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from smtf_core.checking.report import check

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "shims.md"
SCRIPTS = ROOT / "tests" / "scripts"
HEAD = """# What smtf brings back

Names of TensorFlow 1 that today's TensorFlow does not have and that scripts of the test corpus use. Written by
`docs/generate_shims.py` with what `smtf check` tells of the scripts in `tests/scripts`; smtf has more than these.
`smtf check SCRIPT` tells it of any script.

| name | scripts |
|---|---|
"""


def page() -> str:
    """The page's text."""
    users: dict[str, set[str]] = defaultdict(set)
    for path in sorted(SCRIPTS.rglob("*.py")):
        for name in check(path).shims:
            users[name].add(str(path.relative_to(SCRIPTS).with_suffix("")))
    return HEAD + "".join(f"| `{name}` | {', '.join(sorted(scripts))} |\n" for name, scripts in sorted(users.items()))


if __name__ == "__main__":
    text = page()
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text(encoding="utf-8") == text else f"{PAGE} is out of date: run {__file__}")
    PAGE.write_text(text, encoding="utf-8")
