"""The user's code as a ``sourcedir.tar.gz``: the same input gives the same bytes, whenever and by whomever it is made.

Source: the SDK's archives. Without a source folder one member, the entry point's file name; with one the whole tree at
the root, with hidden files, empty folders, and links as links; dependencies beside it by their file names.
"""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen
from pathspec import GitIgnoreSpec

from smtf_core.errors import InvalidInputError

#: Names, as ``.gitignore`` does, what of its folder does not go into the archive.
IGNORE_FILE = ".smtfignore"
#: The most that code may take, unpacked. Bytes.
MOST_BYTES = 200 * 2**20


@frozen(order=True)
class Member:
    """A file, folder or link in the archive.

    Args:
        name: its path in the archive.
        path: where it is on this machine.
    """

    name: str
    path: Path


def user_members(entry_point: str, source_dir: str | None, dependencies: Iterable[str]) -> list[Member]:
    """What of the user's own goes into the archive.

    Args:
        entry_point: the script; relative to ``source_dir`` where there is one.
        source_dir: the folder that goes along.
        dependencies: what goes beside it.

    Raises:
        InvalidInputError: it is too much; names the largest pieces. Or something is neither file, folder nor link, or a
            link leads out of its folder.
    """
    members: list[Member] = []
    if source_dir is None:
        script = Path(entry_point)
        members.append(Member(script.name, script))
    else:
        members += _tree(Path(source_dir), "")
    members += dependency_members(dependencies)
    _refuse_too_much(members)
    return sorted(members)


def dependency_members(dependencies: Iterable[str]) -> list[Member]:
    """Files and folders by their own names."""
    members = []
    for dependency in map(Path, dependencies):
        members.append(Member(dependency.name, dependency))
        if dependency.is_dir():
            members += _tree(dependency, f"{dependency.name}/")
    return members


def write_archive(members: Iterable[Member], path: Path) -> None:
    """Write a ``tar.gz`` that depends on names, content and permissions only.

    Raises:
        OSError: something cannot be read or written.
    """
    with (
        path.open("wb") as file,
        # Neither the file's name nor the time is written.
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for member in sorted(members):
            add_member(archive, member)


def add_member(archive: tarfile.TarFile, member: Member) -> None:
    """Write one member, without time and owner."""
    info = archive.gettarinfo(str(member.path), member.name)
    info.mtime, info.uid, info.gid, info.uname, info.gname = 0, 0, 0, "", ""
    if info.islnk():  # the second name of a file that was seen already
        info.type, info.linkname, info.size = tarfile.REGTYPE, "", member.path.stat().st_size
    if info.isreg():
        with member.path.open("rb") as content:
            archive.addfile(info, content)
    else:
        archive.addfile(info)


def _tree(root: Path, prefix: str) -> Iterator[Member]:
    ignore = root / IGNORE_FILE
    lines = ignore.read_text(encoding="utf-8").splitlines() if ignore.is_file() else []
    ignored = GitIgnoreSpec.from_lines(["__pycache__/", *lines])
    for folder, names, files in os.walk(root):
        here = Path(folder)
        kept = []
        for name in sorted(names):
            inside = (here / name).relative_to(root).as_posix()
            if ignored.match_file(f"{inside}/"):
                continue
            yield Member(prefix + inside, _checked(here / name, root))
            kept.append(name)
        names[:] = kept
        for name in sorted(files):
            inside = (here / name).relative_to(root).as_posix()
            if not ignored.match_file(inside):
                yield Member(prefix + inside, _checked(here / name, root))


def _checked(path: Path, root: Path) -> Path:
    if path.is_symlink():
        if not path.resolve().is_relative_to(root.resolve()) or Path(os.readlink(path)).is_absolute():
            raise InvalidInputError(
                f"{path} is a link out of {root} or an absolute one, which leads nowhere on another machine; put a "
                f"copy there, name what it leads to in dependencies, or name the link in {IGNORE_FILE}"
            )
    elif not path.is_file() and not path.is_dir():
        raise InvalidInputError(f"{path} is neither a file nor a folder; name it in {root / IGNORE_FILE}")
    return path


def _refuse_too_much(members: list[Member]) -> None:
    sizes = [(member.path.lstat().st_size, member.name) for member in members if member.path.is_file()]
    total = sum(size for size, _ in sizes)
    if total > MOST_BYTES:
        largest = ", ".join(f"{name} ({size / 2**20:.0f} MiB)" for size, name in sorted(sizes, reverse=True)[:3])
        raise InvalidInputError(
            f"the code takes {total / 2**20:.0f} MiB, more than {MOST_BYTES // 2**20}; the largest files are "
            f"{largest}. Make data a channel of fit(), or name what the job does not need in {IGNORE_FILE}"
        )
