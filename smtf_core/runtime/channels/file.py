"""Input modes ``File`` and ``FastFile``: a channel is a folder of files. Local data is linked, never copied."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath

from smtf_core.errors import InvalidInputError
from smtf_core.models import Channel, Layout, Progress
from smtf_core.models.converter import to_data
from smtf_core.models.layout import write_json
from smtf_core.models.uri import local_path
from smtf_core.runtime.channels.checks import check_delivery
from smtf_core.runtime.logs import in_this_log
from smtf_core.sources import Fetched, SourceFile, fetch, files_of, share

_log = logging.getLogger("smtf")
# How often the log tells how far a download is. Seconds.
_TELL = 10.0


class FileMode:
    """Feeds ``File`` and ``FastFile`` channels from this machine. See :class:`~smtf_core.interfaces.InputMode`.

    On a service, ``FastFile`` fetches files when they are read; a folder of plain files cannot do that here, so both
    bring all of them before the training begins.
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
        _by_path(channel, files_of(channel))

    def feed(self, channel: Channel, data: Path, host: str, hosts: tuple[str, ...]) -> AbstractContextManager[None]:
        """See :class:`~smtf_core.interfaces.InputMode`."""
        return _provided(channel, Layout.of_data(data), host, hosts)


@contextlib.contextmanager
def _provided(channel: Channel, layout: Layout, host: str, hosts: tuple[str, ...]) -> Iterator[None]:
    folder = layout.channel(channel.name)
    whole = channel.s3_data_type == "S3Prefix" and (channel.distribution == "FullyReplicated" or len(hosts) == 1)
    source = local_path(channel.uri)
    if whole and source is not None and source.is_dir():
        folder.symlink_to(source.resolve(), target_is_directory=True)
    else:
        folder.mkdir()
        files = _by_path(channel, share(files_of(channel), channel, host, hosts))
        with _Teller(channel, layout) as tell:
            fetch({folder / path: file for path, file in files.items()}, tell, in_this_log)
    # The files stay: a job's tree shows what it was trained on.
    yield


def _by_path(channel: Channel, files: Sequence[SourceFile]) -> dict[PurePosixPath, SourceFile]:
    """Where each file is to be in the channel's folder: S3's keys are not all paths that can be there side by side."""
    placed: dict[PurePosixPath, SourceFile] = {}
    for file in files:
        path = PurePosixPath(file.name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise InvalidInputError(f"channel {channel.name!r}: {file.name!r} leads out of the channel's folder")
        other = placed.setdefault(path, file)
        if other.uri != file.uri:
            raise InvalidInputError(
                f"channel {channel.name!r}: {other.uri} and {file.uri} would both be {str(path)!r} in the channel's "
                f"folder; name a folder, with a slash at its end, or make two channels"
            )
    for path, file in placed.items():
        for parent in path.parents:
            if parent in placed:
                raise InvalidInputError(
                    f"channel {channel.name!r}: {placed[parent].uri} would be a file, and because of {file.uri} a "
                    f"folder as well; rename one, or stream the channel with input_mode='Pipe'"
                )
    return placed


class _Teller:
    """Tells the job's log and its progress file how far a channel's download is."""

    def __init__(self, channel: Channel, layout: Layout) -> None:
        self._name = channel.name
        self._progress = layout.progress
        self._begun = self._told = time.monotonic()
        self._last: Fetched | None = None

    def __enter__(self) -> _Teller:
        return self

    def __call__(self, fetched: Fetched) -> None:
        self._last = fetched
        progress = Progress(phase="downloading", bytes_done=fetched.bytes, bytes_total=fetched.total)
        write_json(self._progress, to_data(progress))
        now = time.monotonic()
        if now - self._told >= _TELL:
            self._told = now
            done, total = fetched.bytes / 1e6, fetched.total / 1e6
            _log.info("channel %s: %.0f of %.0f MB are there", self._name, done, total)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None and self._last is not None:
            _log.info(
                "channel %s: %.1f MB are there after %.1f s, %.1f MB of them from the cache",
                self._name,
                self._last.total / 1e6,
                time.monotonic() - self._begun,
                (self._last.total - self._last.downloaded) / 1e6,
            )
