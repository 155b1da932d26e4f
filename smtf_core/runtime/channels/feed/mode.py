"""Input mode ``Pipe``: the channel's files are streamed into FIFOs, one for each pass over the data."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from smtf_core.errors import ChannelError, InvalidInputError
from smtf_core.models import Channel
from smtf_core.runtime.channels.checks import check_delivery
from smtf_core.runtime.channels.feed.pieces import EntryPiece, FilePiece, Piece
from smtf_core.runtime.channels.feed.writer import ChannelWriter
from smtf_core.sources import SourceFile, files_of, share
from smtf_core.sources.manifest import Entry, entries_of


class PipeMode:
    """Feeds ``Pipe`` channels. See :class:`~smtf_core.interfaces.InputMode`.

    Nothing is copied to disk; what is on its way is in the kernel's pipe (1 MiB a reader).
    """

    def check(self, channel: Channel) -> None:
        """See :class:`~smtf_core.interfaces.InputMode`."""
        check_delivery(channel)
        if channel.s3_data_type == "AugmentedManifestFile":
            if not channel.attribute_names:
                raise InvalidInputError(
                    f"channel {channel.name!r}: an augmented manifest needs attribute_names: which of each entry's "
                    f"attributes are streamed, and in which order?"
                )
            if channel.compression is not None:
                raise InvalidInputError(
                    f"channel {channel.name!r}: the data of an augmented manifest is streamed as it is; leave out "
                    f"compression={channel.compression!r}"
                )
        files_of(channel)

    def feed(self, channel: Channel, data: Path, host: str, hosts: tuple[str, ...]) -> AbstractContextManager[None]:
        """See :class:`~smtf_core.interfaces.InputMode`."""
        return _fed(channel, data, host, hosts)


@contextlib.contextmanager
def _fed(channel: Channel, data: Path, host: str, hosts: tuple[str, ...]) -> Iterator[None]:
    files = files_of(channel)
    items: Sequence[SourceFile | Entry] = (
        entries_of(files[0]) if channel.s3_data_type == "AugmentedManifestFile" else files
    )
    share(items, channel, host, hosts)  # its errors come now, not in the first pass
    writer = ChannelWriter(
        channel.name,
        data,
        lambda epoch: (_piece(item, channel) for item in share(items, channel, host, hosts, epoch)),
    )
    writer.start()
    try:
        yield
    finally:
        writer.close()
    if writer.error is not None:
        raise ChannelError(f"channel {channel.name!r} could not be read: {writer.error}") from writer.error


def _piece(item: SourceFile | Entry, channel: Channel) -> Piece:
    wrap = channel.record_wrapping is not None
    if isinstance(item, SourceFile):
        return FilePiece(item, gunzip=channel.compression is not None, wrap=wrap)
    return EntryPiece(item, channel.attribute_names, wrap)
