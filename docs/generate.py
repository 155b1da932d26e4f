"""Writes the pages of docs/ that say what the code says: hooks, plugins, models, commands, Python interface, shims.

``python docs/generate.py`` rewrites them and adds new hooks and arguments to tests/docs/hook_signatures.json.
``python docs/generate.py --check`` writes nothing and exits with 1 when one of them is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).parent
if str(DOCS) not in sys.path:
    sys.path.insert(0, str(DOCS))

from generators import api, commands, hooks, kinds, lifecycle, models, promises, shims  # noqa: E402 - found through the line above

_GENERATORS = (hooks, lifecycle, kinds, models, commands, api, shims)


def made() -> dict[Path, str]:
    """Every generated file → its text."""
    pages = {DOCS / path: text for generator in _GENERATORS for path, text in generator.pages().items()}
    return {**pages, promises.RECORD: promises.text()}


def orphans(files: dict[Path, str]) -> list[Path]:
    """Pages in the folders that belong to the generators that none of them makes any more.

    Args:
        files: what :func:`made` has made.
    """
    folders = {path.parent for path in files} - {DOCS, DOCS / "pictures", promises.RECORD.parent}
    return sorted(path for folder in folders for path in folder.glob("*.md") if path not in files)


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` only compare; returns the exit status."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    files = made()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    left = orphans(files)
    if arguments:
        for path in [*stale, *left]:
            print(f"{path.name} is stale; run: make docs", file=sys.stderr)
        return 1 if stale or left else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], encoding="utf-8")
    for path in left:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
