"""Manifests: files that say which files a channel consists of.

Source: AWS API reference, ``S3DataSource``. A *manifest* is JSON: ``[{"prefix": "s3://bucket/folder/"}, "name", …]``,
each name appended to the prefix. An *augmented manifest* is JSON Lines: an object a line, whose attributes are the
data, or, under names that end in ``-ref``, the URIs of the data. Both may name local paths here as well.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from smtf_core.errors import InvalidInputError
from smtf_core.models.uri import scheme_of
from smtf_core.sources.source import SourceFile, file_at

_SUFFIX_OF_REFERENCES = "-ref"
_AT_ONCE = 16


def files_named_by(manifest: SourceFile) -> list[SourceFile]:
    """The files that a manifest names, in its order.

    Raises:
        InvalidInputError: it is not a manifest, or a file that it names is not there.
        StorageError: it, or a file, cannot be looked at.
    """
    form = '[{"prefix": "s3://bucket/folder/"}, "name", …]'
    try:
        with manifest.open() as file:
            content = json.loads(file.read())
    except ValueError as error:
        raise InvalidInputError(f"{manifest.uri} is not a manifest, {form}: {error}") from None
    if (
        not isinstance(content, list)
        or len(content) < 2
        or not isinstance(content[0], dict)
        or not isinstance(content[0].get("prefix"), str)
        or not all(isinstance(name, str) for name in content[1:])
    ):
        raise InvalidInputError(f"{manifest.uri} is not a manifest, {form}")
    prefix = content[0]["prefix"]
    # Each is looked at in a request of its own.
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="smtf-manifest") as pool:
        return list(pool.map(lambda name: _named(f"{prefix}{name}", name, manifest), content[1:]))


def _named(uri: str, name: str, manifest: SourceFile) -> SourceFile:
    try:
        return evolve(file_at(_beside(uri, manifest)), name=name.lstrip("/"))
    except InvalidInputError as error:
        raise InvalidInputError(f"{manifest.uri}: {error}") from None


def _beside(uri: str, manifest: SourceFile) -> str:
    """A relative path is relative to the manifest's folder."""
    if manifest.path is None or scheme_of(uri) != "file" or "://" in uri:
        return uri
    return str(manifest.path.parent / Path(uri).expanduser())


@frozen
class Entry:
    """One line of an augmented manifest, read no further than that.

    Args:
        manifest: the manifest.
        number: the line's number, from 1.
        text: the line.
    """

    manifest: SourceFile
    number: int
    text: bytes

    def values(self, names: Sequence[str]) -> list[bytes | SourceFile]:
        """The values of some attributes, in their order.

        Returns:
            The file that a ``-ref`` names; of others the JSON text, a string without its quotes.

        Raises:
            InvalidInputError: the line is not an object, lacks an attribute, or names a file that is not there.
            StorageError: a file cannot be looked at.
        """
        where = f"{self.manifest.uri}, line {self.number}"
        try:
            attributes = json.loads(self.text)
        except ValueError as error:
            raise InvalidInputError(f"{where} is not JSON: {error}") from None
        if not isinstance(attributes, dict):
            raise InvalidInputError(f"{where} must be a JSON object, {{attribute: value, …}}")
        return [self._value(attributes, name, where) for name in names]

    def _value(self, attributes: dict[str, Any], name: str, where: str) -> bytes | SourceFile:
        if name not in attributes:
            raise InvalidInputError(f"{where} has no attribute {name!r}; it has {', '.join(attributes) or 'none'}")
        value = attributes[name]
        if not name.endswith(_SUFFIX_OF_REFERENCES):
            return (value if isinstance(value, str) else json.dumps(value)).encode()
        if not isinstance(value, str):
            raise InvalidInputError(f"{where}: attribute {name!r} must be the URI of a file, not {value!r}")
        try:
            return file_at(_beside(value, self.manifest))
        except InvalidInputError as error:
            raise InvalidInputError(f"{where}, attribute {name!r}: {error}") from None


def entries_of(manifest: SourceFile) -> list[Entry]:
    """The entries of an augmented manifest; the whole text is held in memory.

    Raises:
        InvalidInputError: it is empty.
        StorageError: it cannot be read.
    """
    with manifest.open() as file:
        lines = file.read().split(b"\n")
    entries = [Entry(manifest, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not entries:
        raise InvalidInputError(f"the augmented manifest {manifest.uri} has no entries")
    return entries
