"""SourceFile: a file wherever a URI points, and how to find it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
        remote: what the module of its scheme needs to fetch it from elsewhere.
    """

    name: str
    uri: str
    size: int
    open: Callable[[], BinaryIO]
    path: Path | None = None
    remote: Any = None


@frozen
class Fetched:
    """How far the fetching of files is.

    Args:
        bytes: that are there.
        total: that are to be there.
        downloaded: those of them that came from elsewhere just now.
    """

    bytes: int
    total: int
    downloaded: int


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


def fetch(
    files: Mapping[Path, SourceFile],
    tell: Callable[[Fetched], object],
    as_thread: Callable[[Callable[[], None]], Callable[[], None]],
) -> None:
    """Let files appear on this machine: those of this machine as links, others as files.

    Args:
        files: where they are to appear; the folders are made.
        tell: called now and then while files come from elsewhere.
        as_thread: wraps what other threads do for this one, such as logging.

    Raises:
        InvalidInputError: there is no room for them.
        StorageError: one of them cannot be read.
        OSError: one of them cannot be written.
    """
    for folder in {path.parent for path in files}:
        folder.mkdir(parents=True, exist_ok=True)
    elsewhere: dict[str, dict[Path, SourceFile]] = {}
    for path, file in files.items():
        if file.path is not None:
            path.symlink_to(file.path)
        else:
            elsewhere.setdefault(scheme_of(file.uri), {})[path] = file
    for some in elsewhere.values():
        _reader_of(next(iter(some.values())).uri).fetch(some, tell, as_thread)


def _reader_of(uri: str) -> Any:
    """The module that lists, opens and fetches what has the URI's scheme."""
    scheme = scheme_of(uri)
    if scheme not in SCHEMES:
        raise InvalidInputError(f"{uri!r} cannot be read; known are local paths and {', '.join(SCHEMES)} URIs")
    try:
        return import_module(f"smtf_core.sources.{'local' if scheme == 'file' else scheme}")
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"{uri!r} needs a package that is not installed ({error}). Run: pip install 'smtf[s3]'"
        ) from error
