"""PipeSource: which channel is read, how its records are told apart, and where its FIFOs are."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote, urlencode

from attrs import field, frozen

#: Protocol buffers, in which records are handed over, hold 2 GiB at most.
LARGEST_RECORD = 1 << 30

RECORD_FORMATS = ("RecordIO", "TFRecord", "TextLine")


class PipeModeDatasetException(Exception):  # noqa: N818 - the upstream name
    """A channel cannot be read as a pipe; nothing has been opened."""


@frozen(kw_only=True)
class PipeSource:
    """What one data set reads.

    Args:
        channel: the channel's name.
        record_format: one of :data:`RECORD_FORMATS`.
        pipe_dir: where the FIFOs appear.
        state_dir: where the number of the next epoch is kept.
        max_record_bytes: a longer record is an error.
        max_corrupted: corrupted TFRecords in a row that are left out.
        wait_seconds: how long a FIFO may take to appear.
    """

    channel: str
    record_format: str
    pipe_dir: Path = field(converter=Path)
    state_dir: Path = field(converter=Path)
    max_record_bytes: int = LARGEST_RECORD
    max_corrupted: int = 0
    wait_seconds: int = 120

    def __attrs_post_init__(self) -> None:
        if self.record_format not in RECORD_FORMATS:
            raise PipeModeDatasetException(
                f"channel {self.channel!r}: record_format must be one of {', '.join(RECORD_FORMATS)}, "
                f"not {self.record_format!r}"
            )
        check_integer(self.channel, "max_record_bytes", self.max_record_bytes, 1, LARGEST_RECORD)
        check_integer(self.channel, "max_corrupted_records_to_skip", self.max_corrupted, 0)
        check_integer(self.channel, "wait_seconds", self.wait_seconds, 0)
        if self.max_corrupted and self.record_format != "TFRecord":
            raise PipeModeDatasetException(
                f"channel {self.channel!r}: max_corrupted_records_to_skip is for record_format 'TFRecord'; "
                f"{self.record_format} has no checksums by which corrupted records could be told"
            )

    def check(self, config_dir: Path) -> None:
        """Look whether the channel is one in Pipe mode.

        Args:
            config_dir: where ``inputdataconfig.json`` is.

        Raises:
            PipeModeDatasetException: it is not; the message names the channels that are.
        """
        path = config_dir / "inputdataconfig.json"
        try:
            channels = json.loads(path.read_text(encoding="utf-8"))
            modes = {name: str(described.get("TrainingInputMode", "File")) for name, described in channels.items()}
        except OSError as error:
            raise PipeModeDatasetException(
                f"channel {self.channel!r}: {path} cannot be read ({error.strerror}); a training job has it, elsewhere "
                f"pass config_dir, pipe_dir and state_dir"
            ) from error
        except (ValueError, AttributeError) as error:
            raise PipeModeDatasetException(f"{path} does not describe channels as JSON: {error}") from error
        pipes = sorted(name for name, mode in modes.items() if mode.lower() == "pipe")
        if self.channel in pipes:
            return
        what = f"is in input mode {modes[self.channel]}" if self.channel in modes else "does not exist"
        raise PipeModeDatasetException(
            f"channel {self.channel!r} {what}, so PipeModeDataset cannot read it; channels in Pipe mode: "
            f"{', '.join(pipes) or 'none. Start the job with input_mode=Pipe, or read the files of the channel'}"
        )

    @property
    def uri(self) -> str:
        """The path by which the filesystem plugin knows all this."""
        query = {
            "channel": self.channel,
            "format": self.record_format,
            "pipe_dir": self.pipe_dir.absolute(),
            "state_dir": self.state_dir.absolute(),
            "max_record_bytes": self.max_record_bytes,
            "max_corrupted": self.max_corrupted,
            "wait_seconds": self.wait_seconds,
        }
        return "smtfpipe://?" + urlencode(query, quote_via=quote)


def check_integer(channel: str, name: str, value: object, least: int, most: int | None = None) -> None:
    """Refuse what is no integer within the bounds.

    Raises:
        PipeModeDatasetException: naming the channel, the argument and the bounds.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least or (most is not None and value > most):
        bounds = f"of {least} or more" if most is None else f"from {least} to {most}"
        raise PipeModeDatasetException(f"channel {channel!r}: {name} must be an integer {bounds}, not {value!r}")
