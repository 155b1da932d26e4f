"""Files on this machine."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from smtf_core.errors import InvalidInputError
from smtf_core.models.uri import local_path
from smtf_core.sources.source import SourceFile


def files_below(uri: str) -> list[SourceFile]:
    """See :func:`smtf_core.sources.source.files_below`; links are followed, devices and FIFOs left out."""
    path = local_path(uri)
    assert path is not None
    if not path.exists():
        raise InvalidInputError(f"there is no file or folder {path}")
    path = path.resolve()
    if not path.is_dir():
        return [_file(path, path.name)]
    found = [(member.relative_to(path).as_posix(), member) for member in path.rglob("*") if member.is_file()]
    return [_file(member, name) for name, member in sorted(found)]


def file_at(uri: str) -> SourceFile:
    """See :func:`smtf_core.sources.source.file_at`."""
    path = local_path(uri)
    assert path is not None
    if not path.is_file():
        raise InvalidInputError(f"{path} is a folder, not a file" if path.is_dir() else f"there is no file {path}")
    return _file(path.resolve(), path.name)


def _file(path: Path, name: str) -> SourceFile:
    return SourceFile(name, str(path), path.stat().st_size, partial(open, path, "rb", 0), path)  # type: ignore[arg-type]
