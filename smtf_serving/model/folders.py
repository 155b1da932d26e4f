"""Where models lie in a folder: names, versions and handlers, in every layout that trainings and containers leave.

Source of the layouts: ``export/Servo/<version>`` is the legacy container's; ``<name>/<version>`` is TensorFlow
Serving's; ``model/<version>`` is what later SDKs packed. A version is a folder of digits with ``saved_model.pb``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from smtf_core.errors import InvalidInputError

SAVED_MODEL = "saved_model.pb"
#: What a model is called when its folder's name says nothing about it.
DEFAULT_NAME = "model"
# TensorFlow Serving reads versions as 64-bit integers.
_MAX_DIGITS, _MAX_VERSION = 19, 2**63 - 1
# How deep below the root a model may lie: `export/Servo/<version>` below one folder that `tar` has added.
_DEPTH = 4


@frozen
class ModelFolder:
    """One model on disk.

    Args:
        name: what requests call it.
        versions: version → folder with ``saved_model.pb``, ascending.
    """

    name: str
    versions: Mapping[int, Path]

    @property
    def latest(self) -> int:
        """The highest version."""
        return max(self.versions)


def find_models(root: Path) -> tuple[ModelFolder, ...]:
    """All models below a folder, sorted by name.

    Args:
        root: a SavedModel itself, a model's folder of versions, or a folder in which models lie a few levels deep.

    Raises:
        InvalidInputError: there is no model, or two models have the same name; the message names the folders.
    """
    if not root.is_dir():
        raise InvalidInputError(f"{root} is not a folder")
    if (root / SAVED_MODEL).is_file():
        version = version_of(root)
        name = _name(root.parent) if version is not None else _name(root)
        return (ModelFolder(name, {1 if version is None else version: root}),)
    found: dict[str, tuple[Path, ModelFolder]] = {}
    for folder in _folders(root, _DEPTH):
        if versions := versions_in(folder):
            model = ModelFolder(DEFAULT_NAME if folder == root and _is_generic(folder) else _name(folder), versions)
            if model.name in found:
                raise InvalidInputError(
                    f"two models below {root} are called {model.name!r}: {found[model.name][0]} and {folder}"
                )
            found[model.name] = folder, model
    if not found:
        raise InvalidInputError(
            f"there is no model in {root}: no folder of digits with {SAVED_MODEL}, such as export/Servo/1 or model/1"
        )
    return tuple(model for _, (_, model) in sorted(found.items()))


def versions_in(folder: Path) -> dict[int, Path]:
    """Version → folder, of the complete versions directly below ``folder``, ascending."""
    versions = {}
    for child in _children(folder):
        version = version_of(child)
        if version is not None and (child / SAVED_MODEL).is_file():
            versions[version] = child
    return dict(sorted(versions.items()))


def version_of(folder: Path) -> int | None:
    """The version that a folder's name tells; ``None`` when it tells none."""
    name = folder.name
    if not (name.isascii() and name.isdigit() and len(name) <= _MAX_DIGITS):
        return None
    version = int(name)
    return version if version <= _MAX_VERSION else None


def _name(folder: Path) -> str:
    return folder.resolve().name or DEFAULT_NAME


def _is_generic(folder: Path) -> bool:
    return version_of(folder) is not None or folder.resolve().name in ("", "ml")


def _folders(root: Path, depth: int) -> Iterator[Path]:
    yield root
    if depth:
        for child in _children(root):
            # A version's own folders hold variables and assets, `code` the handlers.
            if version_of(child) is None and child.name != "code" and not child.name.startswith("."):
                yield from _folders(child, depth - 1)


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(child for child in folder.iterdir() if child.is_dir())
    except FileNotFoundError:  # removed while it was looked at: a version that is being taken away
        return []
