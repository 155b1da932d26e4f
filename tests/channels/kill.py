"""Kills writers and readers of pipes at random moments: nothing hangs, nothing wrong is read.

python tests/channels/kill.py --count 50
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corrupt import built, outcomes, source
from streams import Channel, tfrecord

# Writes a file into a FIFO over and over.
WRITER = """
import os, sys
data = open(sys.argv[1], "rb").read()
fifo = os.open(sys.argv[2], os.O_WRONLY)
try:
    while True:
        piece = memoryview(data)
        while piece:
            piece = piece[os.write(fifo, piece):]
except BrokenPipeError:
    sys.exit(7)
"""
# Records that hold their own numbers.
RIGHT = [b"%d" % i * (i % 7 * 300 + 1) for i in range(4000)]
PATIENCE = 20


def start_writer(channel: Channel, epoch: int) -> subprocess.Popen[bytes]:
    data = Path(channel.folders["state_dir"]) / "data"
    if not data.exists():
        data.write_bytes(tfrecord(RIGHT))
    os.mkfifo(channel.fifo(epoch))
    return subprocess.Popen([sys.executable, "-I", "-S", "-c", WRITER, data, channel.fifo(epoch)])


def kill_a_writer(channel: Channel, epoch: int, delay: float, marked: bool) -> str:
    """The reader is TensorFlow in this process; says how the pass ended."""
    import tensorflow as tf

    from smtf_core.runtime.channels import PipeModeDataset

    if marked:
        channel.unfinished(epoch).touch()
    writer = start_writer(channel, epoch)
    seen = 0
    ended = "at the end of a record"
    deadline = None
    try:
        for record in PipeModeDataset(channel.name, "TFRecord", **channel.folders).prefetch(10).as_numpy_iterator():
            assert record == RIGHT[seen % len(RIGHT)], f"record {seen} is wrong"
            seen += 1
            if deadline is None:
                deadline = time.monotonic() + delay
            elif time.monotonic() > deadline and writer.poll() is None:
                writer.send_signal(signal.SIGKILL)
                writer.wait()
    except tf.errors.DataLossError as error:
        ended = str(error)
        assert f"epoch {epoch}, record {seen}, byte" in ended, ended
        assert "before it was done" in ended if marked else "in the middle of this record" in ended, ended
    assert not marked or "before it was done" in ended
    return ended


def kill_a_reader(channel: Channel, epoch: int, delay: float, command: list[str]) -> None:
    """The reader is the plugin in a process of its own; the writer must end, and the next reader reads on."""
    writer = start_writer(channel, epoch)
    reader = subprocess.Popen([*command, source(channel, "TFRecord").uri, "1"], stdout=subprocess.DEVNULL)
    time.sleep(delay)
    reader.send_signal(signal.SIGKILL)
    reader.wait()
    if channel.next_epoch == epoch:  # killed before it had opened anything: somebody else reads this pass
        reader = subprocess.Popen([*command, source(channel, "TFRecord").uri, "1"], stdout=subprocess.PIPE)
        assert reader.stdout is not None
        assert reader.stdout.read(1) == b"R"
        reader.send_signal(signal.SIGKILL)
        reader.communicate()
    give_up = time.monotonic() + PATIENCE
    while writer.poll() is None and time.monotonic() < give_up:
        # A writer that had not opened the FIFO when its reader died waits for another one.
        os.close(os.open(channel.fifo(epoch), os.O_RDONLY | os.O_NONBLOCK))
        time.sleep(0.05)
    status = writer.poll()
    assert status == 7, f"the writer ended with {status}"


def check(count: int, seed: int, root: Path) -> None:
    choose = random.Random(seed)
    command = built("plain", root)
    channel = Channel(root / "readers")
    (root / "readers" / "pipe_state" / ".train-pipe_mode-state").write_text("0")
    for epoch in range(count):
        kill_a_reader(channel, epoch, choose.uniform(0, 0.2), command)
    channel.write(tfrecord([b"last"]), first=count)
    reader = subprocess.Popen([*command, source(channel, "TFRecord").uri, "1"], stdout=subprocess.PIPE)
    assert reader.stdout is not None
    assert list(outcomes(reader.stdout)) == [([b"last"], None)]
    reader.wait()
    channel.join()
    channel = Channel(root / "writers")
    ends = [kill_a_writer(channel, epoch, choose.uniform(0, 0.3), epoch % 2 == 1) for epoch in range(count)]
    middle = sum("in the middle" in end for end in ends)
    marked = sum("before it was done" in end for end in ends)
    print(
        f"{count} readers killed: every writer ended, the next reader read on. {count} writers killed: {marked} with a "
        f"mark, all told so; {middle} in the middle of a record, told so; {count - middle - marked} between two records"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        check(arguments.count, arguments.seed, Path(root))


if __name__ == "__main__":
    main()
