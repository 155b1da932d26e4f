"""Three times as many requests as a server can answer, for a minute: accepted ones stay fast, others are told at once.

    python benchmarks/serving/overload.py --seconds 60 --times 3

The model takes some milliseconds, so that its requests wait for a thread. The server is pinned to one processor and the
client to another. First one request at a time gives the time of a request without load, then a few connections at once
what the server can do; then requests are sent at ``--times`` that rate whatever comes back. A request is accepted if it
is answered 200; all others must be 429 or 503.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import uvloop

WIDE = 1500
_SHOWN = 3
# Requests without an answer yet; a client that gets no processor to read answers with does not send more.
_MAX_OPEN = 2000
BODY = json.dumps({"instances": [[0.5] * 7]}).encode()
REQUEST = b"POST /v1/models/wide:predict HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)


def write_model(path: Path) -> None:
    """A network of wide layers."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        inputs = net = v1.placeholder(tf.float32, [None, 7])
        for index, (narrow, wide) in enumerate(((7, WIDE), (WIDE, WIDE), (WIDE, WIDE), (WIDE, 1))):
            net = tf.nn.relu(net @ v1.get_variable(f"kernel{index}", [narrow, wide]))
        session.run(v1.global_variables_initializer())
        info = v1.saved_model.build_tensor_info
        signature = v1.saved_model.build_signature_def(
            {"x": info(inputs)}, {"y": info(net)}, "tensorflow/serving/predict"
        )
        builder = v1.saved_model.Builder(str(path))
        builder.add_meta_graph_and_variables(session, ["serve"], {"serving_default": signature})
        builder.save()


class Client:
    """Connections that are asked in turn."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.connections = 0
        self.seconds: dict[int, list[float]] = defaultdict(list)
        self.failures = self.unsent = 0

    async def ask(self) -> None:
        """Send one request and note its status and time."""
        began = time.perf_counter()
        if self._idle:
            reader, writer = self._idle.pop()
        else:
            self.connections += 1
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            began = time.perf_counter()
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        assert length is not None
        await reader.readexactly(int(length[1]))
        self.seconds[int(head[9:12])].append(time.perf_counter() - began)
        self._idle.append((reader, writer))

    async def closed(self, connections: int, seconds: float) -> float:
        """So many requests at once, the next when one is answered; how many a second."""
        until, began = time.perf_counter() + seconds, time.perf_counter()
        self.seconds.clear()

        async def loop() -> None:
            while time.perf_counter() < until:
                await self.ask()

        await asyncio.gather(*(loop() for _ in range(connections)))
        return len(self.seconds[200]) / (time.perf_counter() - began)

    async def open(self, rate: float, seconds: float) -> None:
        """Requests at a rate, whatever comes back."""
        self.seconds.clear()
        began, sent = time.perf_counter(), 0
        tasks: set[asyncio.Task[None]] = set()
        while (now := time.perf_counter() - began) < seconds:
            while sent < now * rate:
                sent += 1
                if len(tasks) >= _MAX_OPEN:
                    self.unsent += 1
                    continue
                task = asyncio.create_task(self.ask())
                tasks.add(task)
                task.add_done_callback(lambda done: (tasks.discard(done), self._note(done)))
            await asyncio.sleep(0.0005)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _note(self, task: asyncio.Task[None]) -> None:
        if (error := task.exception()) is not None:
            self.failures += 1
            if self.failures <= _SHOWN:
                print(f"a request failed: {error!r}")


def percentile(values: list[float], share: float) -> float:
    """In milliseconds."""
    return sorted(values)[int(len(values) * share)] * 1000


async def measure(port: int, times: float, seconds: float) -> bool:
    """Print what was seen; whether it is as it must be."""
    client = Client(port)
    await client.closed(1, 2)
    await client.closed(1, 10)
    alone = client.seconds[200]
    p99 = percentile(alone, 0.99)
    print(f"one at a time: p50 {percentile(alone, 0.5):.2f} ms, p99 {p99:.2f} ms")
    capacity = await client.closed(2, 10)
    print(f"capacity: {capacity:.0f} requests/s")
    await client.open(capacity * times, seconds)
    for status, values in sorted(client.seconds.items()):
        print(
            f"{status}: {len(values)} ({len(values) / seconds:.0f}/s), p50 {percentile(values, 0.5):.2f} ms, "
            f"p99 {percentile(values, 0.99):.2f} ms"
        )
    ratio = percentile(client.seconds[200], 0.99) / p99
    print(f"p99 of the accepted ÷ p99 without load: {ratio:.2f}; {client.connections} connections")
    refused = [value for status in (429, 503) for value in client.seconds.get(status, [])]
    if refused:
        print(f"refused: p50 {percentile(refused, 0.5):.2f} ms, p99 {percentile(refused, 0.99):.2f} ms")
    if client.unsent:
        print(f"{client.unsent} requests were not sent, since {_MAX_OPEN} had no answer yet")
    if client.failures:
        print(f"{client.failures} requests got no answer")
    return ratio < 5 and set(client.seconds) <= {200, 429, 503} and not client.failures


def main() -> None:
    """Start a server and overload it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--times", type=float, default=3)
    parser.add_argument("--max-waiting", default="3")
    parser.add_argument("--threads", default="1")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    processors = sorted(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    if load > len(processors) / 2:
        print(f"others use this machine, the figures say little: load {load:.1f} on {len(processors)} processors")
    with tempfile.TemporaryDirectory() as scratch:
        write_model(Path(scratch) / "wide" / "1")
        command = [sys.executable, "-c", "from smtf_core.cli import main; main()", "serve", f"{scratch}/wide"]
        process = subprocess.Popen(
            [
                "taskset", "--cpu-list", str(processors[0]), *command, "--port", "0",
                "--max-waiting", options.max_waiting,
            ],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "SAGEMAKER_TFS_NUM_BATCH_THREADS": options.threads},
        )  # fmt: skip
        assert process.stderr is not None
        try:
            lines = []
            for line in process.stderr:
                lines.append(line)
                if match := re.search(r"serving on http://127\.0\.0\.1:(\d+)", line):
                    break
            else:
                sys.exit("".join(lines))
            os.sched_setaffinity(0, {processors[-1]})
            well = uvloop.run(measure(int(match[1]), options.times, options.seconds))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    sys.exit(not well)


if __name__ == "__main__":
    main()
