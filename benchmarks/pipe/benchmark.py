"""How fast pipes are read: smtf, AWS's operator, files in memory, and the pipe itself, in one run, interleaved.

    python benchmarks/pipe/benchmark.py
    python benchmarks/pipe/benchmark.py --aws-python VENV/bin/python

For AWS's operator make a virtual environment of Python 3.10 with ``tensorflow==2.12.*``,
``sagemaker-tensorflow==2.12.*`` and ``numpy<2``. Figures are medians over the rounds: records a second, processor
time a record (of the reader alone, not of the writer), and the ratio of records a second to AWS's operator, or else to
the file in memory. Needs about 500 MB in /dev/shm.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smtf_core.models import pipes
from smtf_core.runtime.channels.pipe.crc32c import masked_crc32c

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
FORMATS = ("TFRecord", "RecordIO", "TextLine")
TITLES = {
    "aws": "AWS's operator",
    "file": "`tf.data` on a file in memory",
    "ours": "`PipeModeDataset`",
    "ours, batched": "`PipeModeDataset(batch_size=…)`",
    "bare": "bare FIFO reader",
}
PARSING = ("batch(), parse_example", "batch_size, parse_example")
_BATCH_BYTES, _LARGEST_BATCH = 1 << 20, 512
# Long enough that what a pass costs before its first record (5 to 10 ms) does not make up the figure of any design.
_STREAM_BYTES, _MOST_RECORDS = 250_000_000, 400_000

WRITER = """
import os, sys, mmap
fifo = os.open(sys.argv[2], os.O_WRONLY)
with open(sys.argv[1], "rb") as file:
    data = memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))
at = 0
while at < len(data):
    at += os.write(fifo, data[at : at + (1 << 20)])
"""


class Worker:
    """A process that reads; see ``worker.py``."""

    def __init__(self, python: str) -> None:
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(
            [python, str(Path(__file__).with_name("worker.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=environment,
        )

    def __call__(self, **ask: Any) -> dict[str, float]:
        """Have it make one pass."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(ask) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            status = self._process.wait()
            self._log.seek(0)
            sys.exit(f"{self._log.read().decode()}\nthe reader for {ask['design']!r} ended with status {status}")
        answer: dict[str, float] = json.loads(line)
        return answer

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def frame(record: bytes, record_format: str) -> bytes:
    """A record in its format."""
    if record_format == "TextLine":
        return record + b"\n"
    if record_format == "RecordIO":
        return struct.pack("<II", 0xCED7230A, len(record)) + record + bytes(-len(record) % 4)
    length = struct.pack("<Q", len(record))
    checks = (struct.pack("<I", masked_crc32c(part)) for part in (length, record))
    return length + next(checks) + record + next(checks)


def example(content: bytes) -> bytes:
    """A serialized ``tf.train.Example`` with the feature ``x``, made by hand: this process needs no TensorFlow."""

    def field(number: int, value: bytes) -> bytes:
        size, length = len(value), b""
        while size >= 0x80:
            length += bytes([size & 0x7F | 0x80])
            size >>= 7
        return bytes([number << 3 | 2]) + length + bytes([size]) + value

    feature = field(1, field(1, content))
    return field(1, field(1, field(1, b"x") + field(2, feature)))


def make(folder: Path, size: int, record_format: str, examples: bool = False) -> tuple[Path, int]:
    """A file of records of one size, and how many they are."""
    count = min(_MOST_RECORDS, _STREAM_BYTES // size)
    record = random.Random(size).randbytes(size).replace(b"\n", b"-")
    path = folder / f"{size}.{record_format}"
    framed = frame(example(record) if examples else record, record_format)
    with path.open("wb") as file:
        for _ in range(count):
            file.write(framed)
    return path, count


@contextlib.contextmanager
def written(file: Path, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A channel with one FIFO, which is written from the file."""
    folders = {name: str(folder / name) for name in ("pipe_dir", "state_dir", "config_dir")}
    for path in folders.values():
        Path(path).mkdir(exist_ok=True)
    config = {"train": {"TrainingInputMode": "Pipe"}}
    (folder / "config_dir" / "inputdataconfig.json").write_text(json.dumps(config))
    pipes.state_file(folder / "state_dir", "train").unlink(missing_ok=True)
    fifo = pipes.fifo(folder / "pipe_dir", "train", 0)
    os.mkfifo(fifo)
    try:
        with subprocess.Popen([sys.executable, "-I", "-S", "-c", WRITER, file, fifo]):
            yield str(fifo), folders
    finally:
        fifo.unlink()


def measure(
    designs: list[str], workers: dict[str, Worker], size: int, record_format: str, rounds: int, examples: bool = False
) -> dict[str, tuple[float, float]]:
    """Design → records a second, microseconds of processor time a record."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        file, count = make(folder, size, record_format, examples)
        in_memory = make(folder, size, "TFRecord")[0] if record_format == "RecordIO" and "file" in designs else file
        answers: dict[str, list[dict[str, float]]] = {design: [] for design in designs}
        ask = {"format": record_format, "batch": max(1, min(_LARGEST_BATCH, _BATCH_BYTES // size))}
        for number in range(rounds + 1):
            for design in designs:
                worker = workers.get(design) or workers["ours"]
                if design == "file":
                    answer = worker(design=design, file=str(in_memory), **ask)
                else:
                    with written(file, folder) as (fifo, folders):
                        answer = worker(design=design, fifo=fifo, folders=folders, **ask)
                if number:  # the first round loads libraries and makes functions
                    answers[design].append(answer)
    return {
        design: (
            count / statistics.median(answer["seconds"] for answer in given),
            statistics.median(answer["cpu"] for answer in given) / count * 1e6,
        )
        for design, given in answers.items()
    }


def table(title: str, rows: dict[str, list[tuple[float, float]]], sizes: tuple[int, ...], base: str) -> None:
    """Print one table in Markdown; in each cell records/s, the ratio to the row `base`, µs of processor time."""
    print(f"\n| {title} | " + " | ".join(_size(size) for size in sizes) + " |")
    print("|---" * (len(sizes) + 1) + "|")
    for row, cells in rows.items():
        texts = [
            f"{rate:,.0f}/s ({rate / reference:.1f}) {cpu:.{2 if cpu < 10 else 0}f} µs"
            for (rate, cpu), (reference, _) in zip(cells, rows[base], strict=True)
        ]
        print(f"| {TITLES.get(row, row)} | " + " | ".join(texts) + " |", flush=True)


def _size(size: int) -> str:
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1_000} KB" if size >= 1_000 else f"{size} B"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aws-python", help="a Python that has sagemaker_tensorflow")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", type=int, action="append", help="of the records; may be given more than once")
    parser.add_argument("--format", choices=FORMATS, action="append", help="may be given more than once")
    arguments = parser.parse_args()
    sizes = tuple(arguments.size or SIZES)
    workers = {"ours": Worker(sys.executable)}
    designs = ["file", "ours", "ours, batched", "bare"]
    if arguments.aws_python:
        workers["aws"] = Worker(arguments.aws_python)
        designs.insert(0, "aws")
    base = "aws" if arguments.aws_python else "file"
    print("Records a second (ratio to the first row), microseconds of the reader's processor time a record.")
    for record_format in arguments.format or FORMATS:
        measured = [measure(designs, workers, size, record_format, arguments.rounds) for size in sizes]
        table(record_format, {design: [cells[design] for cells in measured] for design in designs}, sizes, base)
    measured = [measure([*PARSING], workers, size, "TFRecord", arguments.rounds, examples=True) for size in sizes]
    rows = {design: [cells[design] for cells in measured] for design in PARSING}
    table("TFRecord, batches of parsed examples", rows, sizes, PARSING[0])
    for worker in workers.values():
        worker.close()


if __name__ == "__main__":
    main()
