"""Input mode ``File``: a channel is a folder of files. Local data is linked, never copied."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from smtf_core.errors import InvalidInputError
from smtf_core.models import Channel
from smtf_core.models.uri import local_path


class FileMode:
    """Feeds ``File`` channels from local folders and files."""

    def check(self, channel: Channel) -> None:
        """See :class:`~smtf_core.interfaces.InputMode`."""
        source = _source(channel)
        if not source.exists():
            raise InvalidInputError(f"channel {channel.name!r}: there is no file or folder {source}")
        if channel.distribution not in ("FullyReplicated", "ShardedByS3Key"):
            raise InvalidInputError(
                f"channel {channel.name!r}: distribution must be 'FullyReplicated' or "
                f"'ShardedByS3Key', not {channel.distribution!r}"
            )
        if channel.s3_data_type != "S3Prefix":
            raise InvalidInputError(
                f"channel {channel.name!r}: s3_data_type {channel.s3_data_type!r} is for data on S3; "
                "local channels are a folder or a file"
            )
        # In File mode SageMaker hands compressed and wrapped data over as it is, so these two change nothing here
        # either.

    def feed(self, channel: Channel, data: Path, host: str, hosts: tuple[str, ...]) -> AbstractContextManager[None]:
        """See :class:`~smtf_core.interfaces.InputMode`."""
        return _linked(
            _source(channel),
            data / channel.name,
            channel.distribution == "ShardedByS3Key",
            hosts.index(host),
            len(hosts),
        )


def _source(channel: Channel) -> Path:
    source = local_path(channel.uri)
    if source is None:
        raise InvalidInputError(
            f"channel {channel.name!r}: input mode File reads local paths and file:// here, not {channel.uri!r}"
        )
    return source


@contextlib.contextmanager
def _linked(source: Path, folder: Path, sharded: bool, index: int, count: int) -> Iterator[None]:
    source = source.resolve()
    if source.is_dir() and (not sharded or count == 1):
        folder.symlink_to(source, target_is_directory=True)
    else:
        folder.mkdir()
        files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
        for file in files[index::count] if sharded else files:
            link = folder / (file.relative_to(source) if source.is_dir() else file.name)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file)
    # The links stay: a job's tree shows what it was trained on.
    yield
