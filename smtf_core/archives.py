"""``model.tar.gz`` unpacked without trusting it.

An archive comes from a bucket or a colleague. It may name files outside its folder, bring links that lead there, or
expand to more than the disk holds; each of these ends in an error, and nothing of the archive is left behind.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from smtf_core.errors import InvalidInputError

#: The most that an archive may unpack to, and the most members that it may have.
MAX_BYTES = 64 * 1024**3
MAX_MEMBERS = 100_000
# Archives of weights shrink to a half or a third; one that expands a thousandfold was made to fill a disk.
_MAX_RATIO, _RATIO_FROM = 1000, 64 * 1024**2
_CHUNK = 1024 * 1024


def unpack(archive: Path, folder: Path, *, max_bytes: int = MAX_BYTES, max_members: int = MAX_MEMBERS) -> None:
    """Unpack a tar file, compressed or not, into a new folder.

    Args:
        archive: the file.
        folder: made by this call; appears only when everything has been unpacked.
        max_bytes: the most bytes that the files may have together.
        max_members: the most members.

    Raises:
        InvalidInputError: the file is no tar file, is damaged, or is unsafe: the message names the member.
        FileExistsError: ``folder`` exists.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists already")
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _unpack_members(archive, temporary, max_bytes, max_members)
        temporary.rename(folder)
    except (tarfile.TarError, EOFError, OSError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if isinstance(error, OSError) and error.errno is not None:  # the disk's fault, not the archive's
            raise
        raise InvalidInputError(f"{archive} cannot be unpacked: {error}") from error
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _unpack_members(archive: Path, folder: Path, max_bytes: int, max_members: int) -> None:
    size = archive.stat().st_size
    limit = min(max_bytes, max(_RATIO_FROM, size * _MAX_RATIO))
    total = 0
    with tarfile.open(archive, "r:*") as tar:
        for count, member in enumerate(tar, start=1):
            if count > max_members:
                raise InvalidInputError(f"{archive} has more than {max_members} members")
            path = _safe_path(archive, member.name)
            if member.isdir():
                (folder / path).mkdir(parents=True, exist_ok=True)
                continue
            if not member.isreg():
                raise InvalidInputError(
                    f"{archive}: member {member.name!r} is neither a file nor a folder; links and devices are not "
                    "unpacked. Pack the files that the links lead to (tar --dereference)."
                )
            total += member.size
            if total > limit:
                raise InvalidInputError(f"{archive} unpacks to more than {limit} bytes, from {size}")
            _write(tar, member, folder / path)


def _safe_path(archive: Path, name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name or "\\" in name:
        raise InvalidInputError(f"{archive}: member {name!r} leads out of the archive's own folder")
    return path


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = tar.extractfile(member)
    if content is None:
        raise InvalidInputError(f"member {member.name!r} has no content")
    # The folder is new and has no links, so that a file that exists was in the archive before: the later one wins.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with content, os.fdopen(os.open(path, flags, 0o644), "wb") as file:
        shutil.copyfileobj(content, file, _CHUNK)
