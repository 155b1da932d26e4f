"""Input modes ``File`` and ``FastFile``: a channel is a folder of files. Local data is linked, never copied."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from smtf_core.errors import InvalidInputError
from smtf_core.models import Channel
from smtf_core.models.uri import local_path
from smtf_core.runtime.channels.checks import check_delivery
from smtf_core.sources import files_of, share


class FileMode:
    """Feeds ``File`` and ``FastFile`` channels from this machine. See :class:`~smtf_core.interfaces.InputMode`.

    The two differ where files must be fetched first: ``File`` fetches all before the training, ``FastFile`` each when
    it is read. Files of this machine are linked at once in both.
    """

    def check(self, channel: Channel) -> None:
        """See :class:`~smtf_core.interfaces.InputMode`."""
        check_delivery(channel)
        # Source: AWS API reference, ``Channel``: these steer streams. Files arrive as they are, and have no order.
        for option in ("compression", "record_wrapping", "shuffle_seed"):
            if getattr(channel, option) is not None:
                raise InvalidInputError(
                    f"channel {channel.name!r}: {option} is for input_mode='Pipe'; in File mode the files arrive as "
                    f"they are. Leave it out"
                )
        if channel.s3_data_type == "AugmentedManifestFile":
            raise InvalidInputError(
                f"channel {channel.name!r}: an augmented manifest can only be streamed; set input_mode='Pipe'"
            )
        files_of(channel)

    def feed(self, channel: Channel, data: Path, host: str, hosts: tuple[str, ...]) -> AbstractContextManager[None]:
        """See :class:`~smtf_core.interfaces.InputMode`."""
        return _linked(channel, data / channel.name, host, hosts)


@contextlib.contextmanager
def _linked(channel: Channel, folder: Path, host: str, hosts: tuple[str, ...]) -> Iterator[None]:
    whole = channel.s3_data_type == "S3Prefix" and (channel.distribution == "FullyReplicated" or len(hosts) == 1)
    source = local_path(channel.uri)
    if whole and source is not None and source.is_dir():
        folder.symlink_to(source.resolve(), target_is_directory=True)
    else:
        folder.mkdir()
        for file in share(files_of(channel), channel, host, hosts):
            link = folder / file.name
            if not link.resolve().is_relative_to(folder.resolve()):
                raise InvalidInputError(f"channel {channel.name!r}: {file.name!r} leads out of the channel's folder")
            link.parent.mkdir(parents=True, exist_ok=True)
            assert file.path is not None  # the mode's spec has no other scheme
            link.symlink_to(file.path)
    # The links stay: a job's tree shows what it was trained on.
    yield
