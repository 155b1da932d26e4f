"""Paths and URIs, as users write them for channels, checkpoints and outputs."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from smtf_core.errors import InvalidInputError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


def scheme_of(uri: str) -> str:
    """The scheme in lower case; ``'file'`` for a plain path."""
    match = _SCHEME.match(uri)
    return match[1].lower() if match else "file"


def local_path(uri: str | os.PathLike[str]) -> Path | None:
    """The absolute local path that a plain path or a ``file://`` URI means, ``None`` for any other scheme.

    Raises:
        InvalidInputError: a ``file://`` URI that names another host.
    """
    text = os.fspath(uri)
    if scheme_of(text) != "file":
        return None
    if not _SCHEME.match(text):
        return Path(text).expanduser().absolute()
    parts = urlsplit(text)
    if parts.netloc not in ("", "localhost"):
        # The SDK's local mode took file://folder/x for a relative path; so do its users.
        raise InvalidInputError(
            f"{text!r}: a file URI has three slashes, file:///absolute/path; or write the plain path"
        )
    return Path(unquote(parts.path)).absolute()
