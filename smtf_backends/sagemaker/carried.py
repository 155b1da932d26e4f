"""smtf's runtime as it goes along in the uploaded archive, so that a current TensorFlow image runs a legacy script.

The archive of such a job has, besides the user's files, :data:`ENTRY` (what the image's script mode starts) and
:data:`FOLDER` with smtf itself and the pure Python packages that it needs, as they are installed here.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path, PurePosixPath

from smtf_backends.sagemaker import container
from smtf_backends.sagemaker.archive import Member

#: The script that the image starts.
ENTRY = "smtf_entry.py"
#: Where smtf and its packages lie in the archive.
FOLDER = container.FOLDER

_PACKAGES = ("smtf_core", "smtf_backends", "smtf_serving")
# What smtf's runtime imports. They are pure Python, so this interpreter's copies serve the image's as well.
_REQUIREMENTS = ("attrs", "cattrs", "exceptiongroup", "fissix", "appdirs", "pluggy", "typing_extensions")
# What lies in a checkout and in no wheel.
_LEFT_OUT = (".c", ".h")


def runtime_members(folder: Path) -> list[Member]:
    """What goes into the archive besides the user's files.

    Args:
        folder: a temporary folder, for what is generated.
    """
    information = folder / "information"
    information.mkdir()
    for name in ("METADATA", "entry_points.txt"):
        (information / name).write_text(_metadata(name), encoding="utf-8")
    members = [Member(ENTRY, Path(container.__file__))]
    version = metadata.version("smtf")
    members += _files(information, f"{FOLDER}/smtf-{version}.dist-info")
    for package in _PACKAGES:
        where = Path(next(iter(importlib.import_module(package).__path__)))
        members += _files(where, f"{FOLDER}/{package}")
    for requirement in _REQUIREMENTS:
        members += _distribution(requirement)
    return members


def names_taken(members: Iterable[Member]) -> list[str]:
    """The user's files that would be replaced."""
    return [member.name for member in members if member.name.partition("/")[0] in (ENTRY, FOLDER)]


def _metadata(name: str) -> str:
    distribution = metadata.distribution("smtf")
    # An editable installation has it under its old name.
    text = distribution.read_text(name) or distribution.read_text("PKG-INFO" if name == "METADATA" else name)
    return text or ""


def _files(folder: Path, prefix: str) -> Iterator[Member]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith((".", "__pycache__")) for part in inside.parts)
        if path.is_file() and not hidden and path.suffix not in _LEFT_OUT:
            yield Member(f"{prefix}/{inside.as_posix()}", path)


def _distribution(name: str) -> Iterator[Member]:
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return  # this Python does not need it; where the image's does, the entry script installs it
    for file in distribution.files or ():
        inside = PurePosixPath(file)
        if ".." not in inside.parts and "__pycache__" not in inside.parts and inside.suffix != ".pyc":
            path = Path(str(distribution.locate_file(file)))
            if path.is_file():
                yield Member(f"{FOLDER}/{inside}", path)
