"""Code that lies elsewhere (``source_dir="s3://…/sourcedir.tar.gz"``), for backends that run it on this machine."""

from __future__ import annotations

import contextlib
import gzip
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from smtf_core.errors import InvalidInputError
from smtf_core.models import Job
from smtf_core.models.uri import scheme_of
from smtf_core.sources.source import fetch, file_at


def is_remote(source_dir: str | os.PathLike[str] | None) -> bool:
    """Whether a ``source_dir`` is an archive elsewhere."""
    return source_dir is not None and scheme_of(os.fspath(source_dir)) != "file"


def check_remote_code(job: Job) -> None:
    """Look into the archive of a job whose code lies elsewhere, before anything starts.

    Raises:
        InvalidInputError: there is no such archive, or the script or its requirements are not in it.
        MissingExtraError: a package that its scheme needs is not installed.
        StorageError: it cannot be read.
    """
    if not is_remote(job.source_dir):
        return
    with _archive(str(job.source_dir)) as archive:
        names = {PurePosixPath(member.name) for member in archive if not member.isdir()}
    for argument, name in (("entry_point", job.entry_point), ("requirements_file", job.requirements_file)):
        if name is not None and PurePosixPath(name) not in names:
            raise InvalidInputError(f"{argument} {name!r} is not a file in the archive {job.source_dir}")


def unpack_remote_code(uri: str, folder: Path) -> None:
    """Unpack the archive into a new folder; it may hold links, but none that leads out of it.

    Args:
        uri: what ``source_dir`` says.
        folder: does not exist yet.

    Raises:
        InvalidInputError: there is no such archive; or a member would lie outside of the folder, or this release
            of Python cannot see to that.
        StorageError: it cannot be read.
    """
    if not hasattr(tarfile, "data_filter"):
        raise InvalidInputError(
            f"source_dir {uri!r}: this Python unpacks whatever an archive holds, wherever that leads; use "
            f"3.10.12, 3.11.4, or later"
        )
    with _archive(uri) as archive:
        folder.mkdir()
        archive.extractall(folder, filter="data")


@contextlib.contextmanager
def _archive(uri: str) -> Iterator[tarfile.TarFile]:
    try:
        found = file_at(uri)
    except InvalidInputError as error:
        raise InvalidInputError(
            f"source_dir: {error}; elsewhere than on this machine it is a tar file with the script in it, "
            f"s3://bucket/sourcedir.tar.gz"
        ) from None
    with tempfile.TemporaryDirectory(prefix="smtf-code-") as scratch:
        file = Path(scratch) / "archive"
        fetch({file: found}, lambda _: None, lambda work: work)
        try:
            with tarfile.open(file, "r:*") as archive:
                yield archive
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InvalidInputError(f"source_dir {uri!r} cannot be unpacked: {error}") from error
