"""Random corruptions of streams in the three formats: no hang, no crash, no silently wrong record.

    python tests/channels/corrupt.py --count 10000                      # through TensorFlow
    python tests/channels/corrupt.py --count 10000 --build asan         # the plugin alone, with sanitizers
    python tests/channels/corrupt.py --count 100 --build valgrind

What comes out is held against the reader in Python, which is written for clarity. Every TFRecord that comes out must be
one that went in (but see `intact`); RecordIO and text have no checksums, so there only the structure can tell.
"""

from __future__ import annotations

import argparse
import random
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from streams import ENCODERS, Channel, recordio

from smtf_core.runtime.channels.pipe.frames import FORMATS, Broken
from smtf_core.runtime.channels.pipe.source import PipeSource

NATIVE = Path(__file__).parents[2] / "smtf_core" / "runtime" / "channels" / "pipe" / "native"
LIMIT = 100_000
_AT_ONCE = 100

Outcome = tuple[list[bytes], str | None]


def source(channel: Channel, record_format: str) -> PipeSource:
    return PipeSource(
        channel=channel.name,
        record_format=record_format,
        pipe_dir=Path(channel.folders["pipe_dir"]),
        state_dir=Path(channel.folders["state_dir"]),
        max_record_bytes=LIMIT,
    )


def records(choose: random.Random) -> list[bytes]:
    largest = choose.choice([10, 200, 200, 5000, 5000, 30_000, 80_000])
    return [
        choose.randbytes(choose.randint(0, largest)).replace(b"\n", b"-")
        for _ in range(choose.randint(1, min(150, 160_000 // largest)))
    ]


def encoded(record_format: str, content: list[bytes], choose: random.Random) -> bytes:
    if record_format == "RecordIO" and choose.random() < 0.5:
        return recordio(content, part=choose.randint(1, 8) * max(1, max(map(len, content)) // 10))
    return ENCODERS[record_format](content)


def corrupted(stream: bytes, choose: random.Random) -> bytes:
    data = bytearray(stream)
    for _ in range(choose.choice([0, 1, 1, 1, 2, 5])):
        at, size = choose.randrange(len(data) or 1), choose.choice([1, 1, 4, 12, 100])
        match choose.randrange(6):
            case 0:
                data[at : at + 1] = bytes([data[at] ^ 1 << choose.randrange(8)] if data else [])
            case 1:
                data[at : at + size] = choose.randbytes(size)
            case 2:
                del data[at:]
            case 3:
                del data[at : at + size]
            case 4:
                data[at:at] = choose.randbytes(size)
            case _:
                data[at:at] = data[choose.randrange(len(data) or 1) :][:size]
    return bytes(data)


def expected(stream: bytes, read: PipeSource) -> Outcome:
    """What the reader in Python says, without a FIFO."""
    frames = FORMATS[read.record_format](read)
    frames.feed(stream)
    out: list[bytes] = []
    try:
        while (record := frames.next()) is not None:
            out.append(record)
        last, broken = frames.conclude()
    except Broken as error:
        last, broken = [], error
    out += last
    return out, None if broken is None else f"record {frames.number}, byte {frames.record_offset}: {broken}"


def intact(content: list[bytes]) -> set[bytes]:
    """What TFRecord's checksums let through: the records, and their lengths.

    A length and its checksum are themselves the content of a record of 8 bytes and its checksum, so the format cannot
    tell when exactly those of such a record are cut out.
    """
    return {*content, *(struct.pack("<Q", len(record)) for record in content)}


def by_tensorflow(channel: Channel, record_format: str) -> Iterator[Outcome]:
    import tensorflow as tf

    from smtf_core.runtime.channels import PipeModeDataset

    dataset = PipeModeDataset(channel.name, record_format, **channel.folders, max_record_bytes=LIMIT)
    while True:
        out: list[bytes] = []
        try:
            for vector in dataset.as_numpy_iterator():
                out.append(vector)
            yield out, None
        except tf.errors.DataLossError as error:
            yield out, str(error)


def built(kind: str, folder: Path) -> list[str]:
    """Compile the driver and give the command that runs it."""
    flags = ["-g", "-O1", "-std=gnu11", "-Wall", "-Wextra", f"-I{NATIVE}"]
    flags += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"] if kind == "asan" else []
    sources = [*sorted(NATIVE.glob("*.c")), Path(__file__).parent / "native" / "driver.c"]
    subprocess.run(["cc", *flags, "-o", folder / "driver", *sources, "-ldl", "-lpthread"], check=True)
    valgrind = ["valgrind", "-q", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite"]
    return [*(valgrind if kind == "valgrind" else []), str(folder / "driver")]


def outcomes(out: IO[bytes]) -> Iterator[Outcome]:
    """What the driver says."""
    records: list[bytes] = []
    error = None
    while head := out.read(9):
        text = out.read(struct.unpack("<Q", head[1:])[0])
        match head[:1]:
            case b"R":
                records.append(text)
            case b"E":
                error = text.decode(errors="replace")
            case b"Z":
                yield records, error
                records, error = [], None


def by_driver(channel: Channel, record_format: str, command: list[str], count: int) -> Iterator[Outcome]:
    with subprocess.Popen([*command, source(channel, record_format).uri, str(count)], stdout=subprocess.PIPE) as driver:
        assert driver.stdout is not None
        yield from outcomes(driver.stdout)
    assert driver.returncode == 0, f"the driver ended with {driver.returncode}"


def check(record_format: str, count: int, seed: int, root: Path, build: str | None = None) -> int:
    """Returns how many of the streams were found to be broken."""
    choose = random.Random(seed)
    channel = Channel(root / record_format)
    read = source(channel, record_format)
    command = built(build, root) if build else []
    results = by_driver(channel, record_format, command, count) if build else by_tensorflow(channel, record_format)
    found = 0
    for first in range(0, count, _AT_ONCE):
        contents = [records(choose) for _ in range(min(_AT_ONCE, count - first))]
        streams = [corrupted(encoded(record_format, content, choose), choose) for content in contents]
        channel.write(*streams, first=first, piece=choose.choice([1 << 20, 1 << 20, 50_001, 5000]))
        for number, (content, stream) in enumerate(zip(contents, streams, strict=True), first):
            out, error = next(results)
            right, said = expected(stream, read)
            assert out == right, f"{record_format} {number}: other records than expected"
            assert (error is None) == (said is None), f"{record_format} {number}: {error} instead of {said}"
            assert said is None or f"channel 'train', epoch {number}, {said}" in str(error), f"{error}\n{said}"
            assert record_format != "TFRecord" or set(out) <= intact(content), f"{number}: a record that nobody wrote"
            found += said is not None
        channel.join()
    assert next(results, None) is None if build else True
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=sorted(ENCODERS), action="append")
    parser.add_argument("--build", choices=["asan", "valgrind"])
    arguments = parser.parse_args()
    for record_format in arguments.format or sorted(ENCODERS):
        begin = time.monotonic()
        with tempfile.TemporaryDirectory() as root:
            found = check(record_format, arguments.count, arguments.seed, Path(root), arguments.build)
        print(
            f"{record_format}: {arguments.count} streams, {found} of them broken and told so, "
            f"the others as expected; {time.monotonic() - begin:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
