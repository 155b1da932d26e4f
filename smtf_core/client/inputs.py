"""Inputs of a job: what ``fit(inputs)`` accepts, made into channels."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from attrs import frozen

from smtf_core.errors import InvalidInputError
from smtf_core.models import Channel


@frozen
class ShuffleConfig:
    """Asks for another order of the files in every pass over a channel, under the name that the SDK gave it.

    Args:
        seed: decides the orders.
    """

    seed: int


@frozen
class s3_input:  # noqa: N801 - the SDK's name
    """One channel's data and how it is to be delivered, under the name that the SageMaker SDK gave it.

    Args:
        s3_data: the data: an S3 URI, or a local path or ``file://`` URI on backends that run here.
        distribution: ``'FullyReplicated'`` or ``'ShardedByS3Key'``.
        compression: ``None`` or ``'Gzip'``.
        content_type: MIME type of the data.
        record_wrapping: ``None`` or ``'RecordIO'``.
        s3_data_type: ``'S3Prefix'``, ``'ManifestFile'`` or ``'AugmentedManifestFile'``.
        input_mode: ``'File'``, ``'Pipe'``, …; ``None`` for the job's.
        attribute_names: attributes of an augmented manifest.
        shuffle_config: reshuffle the order of files (of an augmented manifest: of entries) every epoch.

    Example::

        estimator.fit({"training": s3_input("data/train", content_type="text/csv")})
    """

    s3_data: str
    distribution: str = "FullyReplicated"
    compression: str | None = None
    content_type: str | None = None
    record_wrapping: str | None = None
    s3_data_type: str = "S3Prefix"
    input_mode: str | None = None
    attribute_names: Sequence[str] | None = None
    shuffle_config: ShuffleConfig | None = None


Input = str | os.PathLike[str] | s3_input
Inputs = Input | Mapping[str, Input] | None


def channels_of(inputs: Inputs) -> tuple[Channel, ...]:
    """The channels that ``inputs`` means.

    Args:
        inputs: one input (channel ``training``), or channel name → input, or ``None``: no channels.

    Raises:
        InvalidInputError: something else; the message names the channel and the type.
    """
    if inputs is None:
        return ()
    if not isinstance(inputs, Mapping):
        return (_channel("training", inputs),)
    return tuple(_channel(name, value) for name, value in inputs.items())


def _channel(name: str, value: Input) -> Channel:
    if not isinstance(name, str) or not name or "/" in name or name in (".", ".."):
        raise InvalidInputError(f"{name!r} is not a channel name; use letters, digits, '-' and '_'")
    if isinstance(value, s3_input):
        return Channel(
            name=name,
            uri=os.fspath(value.s3_data),
            input_mode=value.input_mode,
            distribution=value.distribution,
            content_type=value.content_type,
            compression=value.compression,
            record_wrapping=value.record_wrapping,
            s3_data_type=value.s3_data_type,
            attribute_names=tuple(value.attribute_names or ()),
            shuffle_seed=None if value.shuffle_config is None else value.shuffle_config.seed,
        )
    if isinstance(value, (str, os.PathLike)):
        return Channel(name=name, uri=os.fspath(value))
    raise InvalidInputError(f"channel {name!r}: an input is a path, a URI or an s3_input, not {type(value).__name__}")
