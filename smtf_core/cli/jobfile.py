"""``--job job.toml``: the options of ``smtf train`` as a file."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, fields, frozen

from smtf_core.client.inputs import ShuffleConfig, s3_input
from smtf_core.errors import InvalidInputError
from smtf_core.models.converter import from_data

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@frozen(kw_only=True)
class ChannelTable:
    """``[channels.NAME]``: a channel with more than a URI; see :class:`~smtf_core.s3_input`.

    Args:
        uri: the data.
        input_mode: how it arrives.
        distribution: whether every host gets all of it.
        content_type: its MIME type.
        compression: what it is compressed by.
        record_wrapping: what each file is wrapped in.
        s3_data_type: what ``uri`` names.
        attribute_names: attributes of an augmented manifest.
        shuffle_seed: seed of the :class:`~smtf_core.ShuffleConfig`.
    """

    uri: str
    input_mode: str | None = None
    distribution: str = "FullyReplicated"
    content_type: str | None = None
    compression: str | None = None
    record_wrapping: str | None = None
    s3_data_type: str = "S3Prefix"
    attribute_names: list[str] = field(factory=list)
    shuffle_seed: int | None = None

    def input(self) -> s3_input:
        """What the estimator takes."""
        options = {name: getattr(self, name) for name in OPTIONS if name != "shuffle_seed"}
        shuffle = None if self.shuffle_seed is None else ShuffleConfig(self.shuffle_seed)
        return s3_input(self.uri, **options, shuffle_config=shuffle)


#: What may be said of a channel besides its URI.
OPTIONS = tuple(attribute.name for attribute in fields(ChannelTable) if attribute.name != "uri")


@frozen(kw_only=True)
class JobFile:
    """What a job file may say; the keys are the estimator's arguments. Paths are relative to the file."""

    entry_point: str | None = None
    source_dir: str | None = None
    dependencies: list[str] = field(factory=list)
    requirements_file: str | None = None
    framework_version: str | None = None
    py_version: str | None = None
    input_mode: str | None = None
    backend: str | None = None
    train_instance_type: str | None = None
    train_instance_count: int | None = None
    train_max_run: float | None = None
    memory: str | None = None
    cpus: float | None = None
    gpus: str | int | None = None
    image_name: str | None = None
    training_steps: int | str | None = None
    evaluation_steps: int | str | None = None
    checkpoint_path: str | None = None
    output_path: str | None = None
    job_name: str | None = None
    distribution: str | None = None
    on_host_failure: str | None = None
    max_restarts: int | None = None
    hyperparameters: Mapping[str, Any] = field(factory=dict)
    environment: Mapping[str, str] = field(factory=dict)
    channels: Mapping[str, str | ChannelTable] = field(factory=dict)


_PATHS = ("source_dir", "checkpoint_path", "output_path")


def read_job_file(path: Path) -> JobFile:
    """Read a job file.

    Args:
        path: a TOML file.

    Raises:
        InvalidInputError: it is not TOML, or has a key or value that it must not have; the message names file, key and
            remedy.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInputError(f"{path}: {error}") from error
    file = from_data(data, JobFile, str(path))
    return _relative_to(path.parent, file)


def _relative_to(folder: Path, file: JobFile) -> JobFile:
    from smtf_core.models.uri import local_path, scheme_of

    def resolve(uri: str) -> str:
        if scheme_of(uri) != "file" or "://" in uri:
            return uri
        return str(local_path(folder / Path(uri).expanduser()))

    changes: dict[str, Any] = {name: resolve(value) for name in _PATHS if (value := getattr(file, name)) is not None}
    if file.entry_point is not None and file.source_dir is None:
        changes["entry_point"] = resolve(file.entry_point)
    changes["dependencies"] = [resolve(dependency) for dependency in file.dependencies]
    changes["channels"] = {
        name: resolve(channel) if isinstance(channel, str) else evolve(channel, uri=resolve(channel.uri))
        for name, channel in file.channels.items()
    }
    return evolve(file, **changes)
