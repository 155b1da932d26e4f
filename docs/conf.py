"""Sphinx's configuration: the pages of docs/ as a site, in Markdown by MyST; `make docs` builds it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from smtf_core import __version__  # noqa: E402 - found through the line above

project = "smtf"
author = "The smtf engineers"
copyright = author  # noqa: A001 - Sphinx's name
version = release = __version__

extensions = ["myst_parser"]
exclude_patterns = ["_build", "generators"]
nitpicky = True

# Headings get the anchors that GitHub gives them, so that links work in both places.
myst_heading_anchors = 3
myst_enable_extensions = ["attrs_inline"]
html_theme = "furo"
html_title = f"smtf {version}"
html_copy_source = False
html_show_sphinx = False


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _add_contents)


def _add_contents(app: Sphinx, page: str, source: list[str]) -> None:
    """Make the lists of links on the first page the site's contents, a part for each heading: they are told once."""
    if page != "index":
        return
    for part in re.split(r"^## ", source[0], flags=re.MULTILINE)[1:]:
        pages = "\n".join(re.findall(r"\]\(([\w/-]+)\.md\)", part))
        source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {part.splitlines()[0]}\n\n{pages}\n```\n"
