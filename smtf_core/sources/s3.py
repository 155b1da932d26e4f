"""Objects on S3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from smtf_core.errors import InvalidInputError
from smtf_core.s3 import S3Folder, S3Object
from smtf_core.s3.cache import Cache, Wanted
from smtf_core.s3.stream import open_object
from smtf_core.sources.source import Fetched, SourceFile


def files_below(uri: str) -> list[SourceFile]:
    """See :func:`smtf_core.sources.source.files_below`.

    Source: AWS API reference, ``S3DataSource``: every key that begins with the prefix belongs to it, also when the
    prefix ends in the middle of a name. Names are relative to the prefix where it is a folder, else to the folder in
    which it ends.
    """
    bucket = S3Folder(f"s3://{S3Folder(uri).bucket}")
    prefix = uri.partition("://")[2].partition("/")[2]
    folder = prefix[: prefix.rfind("/") + 1]
    files = []
    for found in bucket.list(prefix):
        inside = f"{prefix}/" if prefix and found.name.startswith(f"{prefix}/") else folder
        files.append(_file(bucket, found, found.name[len(inside) :]))
    if not files:
        raise InvalidInputError(f"there is no object whose key begins with {uri}")
    return sorted(files, key=lambda file: file.name)


def file_at(uri: str) -> SourceFile:
    """See :func:`smtf_core.sources.source.file_at`."""
    folder, _, name = uri.rpartition("/")
    place = S3Folder(folder)
    found = place.find(name) if name else None
    if found is None:
        raise InvalidInputError(f"there is no object {uri}")
    return _file(place, found, name)


def fetch(
    files: Mapping[Path, SourceFile],
    tell: Callable[[Fetched], object],
    as_thread: Callable[[Callable[[], None]], Callable[[], None]],
) -> None:
    """See :func:`smtf_core.sources.source.fetch`; by way of the user's cache."""
    wanted = []
    for target, file in files.items():
        folder, found = file.remote
        wanted.append(Wanted(folder, found, target))
    Cache().bring(wanted, lambda *counts: tell(Fetched(*counts)), as_thread)


def _file(folder: S3Folder, found: S3Object, name: str) -> SourceFile:
    opened = partial(open_object, folder, found)
    return SourceFile(name, folder.uri(found.name), found.size, opened, remote=(folder, found))
