"""What every input mode asks of a channel's description."""

from __future__ import annotations

from smtf_core.errors import InvalidInputError
from smtf_core.models import Channel

# Source: AWS API reference, ``Channel`` and ``S3DataSource``.
_CHOICES = {
    "distribution": ("FullyReplicated", "ShardedByS3Key"),
    "compression": (None, "Gzip"),
    "record_wrapping": (None, "RecordIO"),
    "s3_data_type": ("S3Prefix", "ManifestFile", "AugmentedManifestFile"),
}


def check_delivery(channel: Channel) -> None:
    """Check that a channel's options are ones that there are and that fit together.

    Raises:
        InvalidInputError: names the channel, the option and what it may be.
    """
    for option, choices in _CHOICES.items():
        value = getattr(channel, option)
        if value not in choices:
            raise InvalidInputError(
                f"channel {channel.name!r}: {option} must be {' or '.join(map(repr, choices))}, not {value!r}"
            )
    if channel.attribute_names and channel.s3_data_type != "AugmentedManifestFile":
        raise InvalidInputError(
            f"channel {channel.name!r}: attribute_names are for s3_data_type='AugmentedManifestFile', not for "
            f"{channel.s3_data_type!r}"
        )
    seed = channel.shuffle_seed
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise InvalidInputError(f"channel {channel.name!r}: the shuffle's seed must be a whole number, not {seed!r}")
