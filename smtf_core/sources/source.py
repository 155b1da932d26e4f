"""SourceFile: a file wherever a URI points, and how to find it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from attrs import frozen

from smtf_core.errors import InvalidInputError, MissingExtraError
from smtf_core.models.uri import scheme_of

#: URI schemes whose files can be listed and opened; ``file`` stands for plain paths as well.
SCHEMES = ("file", "s3")


@frozen
class SourceFile:
    """One file of a channel.

    Args:
        name: its path relative to the channel's folder, parts separated by ``/``.
        uri: where it is, for messages.
        size: bytes.
        open: opens it for reading, from its beginning.
        path: where it is on this machine; ``None`` when it is elsewhere.
    """

    name: str
    uri: str
    size: int
    open: Callable[[], BinaryIO]
    path: Path | None = None


def files_below(uri: str) -> list[SourceFile]:
    """The files that a path or URI means: the file itself, or everything below a folder or S3 prefix, sorted by name.

    Raises:
        InvalidInputError: there is nothing, or its scheme is not one of :data:`SCHEMES`.
        MissingExtraError: a package that the scheme needs is not installed.
        StorageError: it cannot be listed.
    """
    found: list[SourceFile] = _reader_of(uri).files_below(uri)
    return found


def file_at(uri: str) -> SourceFile:
    """The one file that a path or URI names.

    Raises:
        InvalidInputError: there is none, or its scheme is not one of :data:`SCHEMES`.
        MissingExtraError: a package that the scheme needs is not installed.
        StorageError: it cannot be looked at.
    """
    found: SourceFile = _reader_of(uri).file_at(uri)
    return found


def _reader_of(uri: str) -> Any:
    """The module that lists and opens what has the URI's scheme."""
    scheme = scheme_of(uri)
    if scheme not in SCHEMES:
        raise InvalidInputError(f"{uri!r} cannot be read; known are local paths and {', '.join(SCHEMES)} URIs")
    try:
        return import_module(f"smtf_core.sources.{'local' if scheme == 'file' else scheme}")
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"{uri!r} needs a package that is not installed ({error}). Run: pip install 'smtf[s3]'"
        ) from error
