"""Streams for Pipe mode: bytes in the three formats, and what writes them into FIFOs."""

from __future__ import annotations

import json
import os
import struct
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from smtf_core.models import pipes
from smtf_core.runtime.channels.pipe.crc32c import masked_crc32c


def tfrecord(records: Iterable[bytes]) -> bytes:
    return b"".join(
        (length := struct.pack("<Q", len(record)))
        + struct.pack("<I", masked_crc32c(length))
        + record
        + struct.pack("<I", masked_crc32c(record))
        for record in records
    )


def recordio(records: Iterable[bytes], part: int | None = None) -> bytes:
    """With `part`, longer records are split into parts of so many bytes."""
    frames = []
    for record in records:
        pieces = [record] if part is None else [record[i : i + part] for i in range(0, len(record), part)] or [b""]
        for i, piece in enumerate(pieces):
            flag = 0 if len(pieces) == 1 else 1 if i == 0 else 3 if i == len(pieces) - 1 else 2
            frames.append(struct.pack("<II", 0xCED7230A, flag << 29 | len(piece)) + piece + bytes(-len(piece) % 4))
    return b"".join(frames)


def text(records: Iterable[bytes]) -> bytes:
    return b"".join(record + b"\n" for record in records)


ENCODERS: dict[str, Callable[[Iterable[bytes]], bytes]] = {"TFRecord": tfrecord, "RecordIO": recordio, "TextLine": text}


class Channel:
    """A channel in Pipe mode below a folder, and the thread that writes it, one pass a stream.

    The thread waits for the reader of a pass, as every writer of a FIFO does; a reader that goes away ends the pass.
    """

    def __init__(self, root: Path, name: str = "train") -> None:
        self.name = name
        self.folders = {
            "pipe_dir": str(root / "input" / "data"),
            "state_dir": str(root / "pipe_state"),
            "config_dir": str(root / "input" / "config"),
        }
        for folder in self.folders.values():
            Path(folder).mkdir(parents=True, exist_ok=True)
        config = Path(self.folders["config_dir"]) / "inputdataconfig.json"
        config.write_text(json.dumps({name: {"TrainingInputMode": "Pipe"}, "other": {"TrainingInputMode": "File"}}))
        self._threads: list[threading.Thread] = []

    def fifo(self, epoch: int) -> Path:
        return pipes.fifo(Path(self.folders["pipe_dir"]), self.name, epoch)

    def unfinished(self, epoch: int) -> Path:
        return pipes.unfinished(Path(self.folders["pipe_dir"]), self.name, epoch)

    @property
    def next_epoch(self) -> int:
        return int(pipes.state_file(Path(self.folders["state_dir"]), self.name).read_text())

    def write(self, *streams: bytes, first: int = 0, piece: int = 1 << 20) -> None:
        """Write the streams of epochs `first`, `first` + 1, … in the background, in pieces of so many bytes."""
        for epoch in range(first, first + len(streams)):
            os.mkfifo(self.fifo(epoch))

        def run() -> None:
            for epoch, stream in enumerate(streams, first):
                with open(self.fifo(epoch), "wb", buffering=0) as fifo:
                    try:
                        for start in range(0, len(stream), piece):
                            rest = memoryview(stream)[start : start + piece]
                            while rest:
                                rest = rest[fifo.write(rest) :]
                    except BrokenPipeError:
                        pass
                self.fifo(epoch).unlink()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self._threads.append(thread)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive(), "the writer is still waiting"
