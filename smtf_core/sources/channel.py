"""The files that a channel consists of, in a stable order, and the share of them that a host gets."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from smtf_core.errors import InvalidInputError
from smtf_core.models import Channel
from smtf_core.sources.manifest import files_named_by
from smtf_core.sources.source import SourceFile, file_at, files_below

T = TypeVar("T")


def files_of(channel: Channel) -> list[SourceFile]:
    """The files of a channel; for an augmented manifest, the manifest itself.

    Raises:
        InvalidInputError: there are none, or the manifest is not one; the message names the channel.
        MissingExtraError: see :func:`files_below`.
        StorageError: they cannot be listed.
    """
    try:
        files = files_below(channel.uri) if channel.s3_data_type == "S3Prefix" else [file_at(channel.uri)]
        if channel.s3_data_type == "ManifestFile":
            files = files_named_by(files[0])
    except InvalidInputError as error:
        raise InvalidInputError(f"channel {channel.name!r}: {error}") from None
    if not files:
        raise InvalidInputError(f"channel {channel.name!r}: there are no files at {channel.uri!r}")
    return files


def share(items: Sequence[T], channel: Channel, host: str, hosts: Sequence[str], epoch: int = 0) -> list[T]:
    """What a host gets of a channel in one pass, in its order.

    Source: AWS API reference, ``ShuffleConfig``: the whole is shuffled anew at the start of every epoch, and with
    ``ShardedByS3Key`` a host may get something else each time.

    Args:
        items: all files, or all entries of an augmented manifest.
        channel: says whether it is sharded, and the seed of the shuffle.
        host: the host.
        hosts: all hosts.
        epoch: number of the pass.

    Raises:
        InvalidInputError: there are fewer items than hosts, so one would get nothing.
    """
    ordered = list(items)
    if channel.shuffle_seed is not None:
        random.Random(f"{channel.shuffle_seed}/{epoch}").shuffle(ordered)
    if channel.distribution != "ShardedByS3Key":
        return ordered
    if len(ordered) < len(hosts):
        raise InvalidInputError(
            f"channel {channel.name!r}: ShardedByS3Key spreads {len(ordered)} file(s) over {len(hosts)} hosts, so some "
            f"would get none; split the data into more files, or use FullyReplicated"
        )
    return ordered[hosts.index(host) :: len(hosts)]
