"""Three times as many requests as a server can answer, for a minute: accepted ones stay fast, others are told at once.

    python benchmarks/serving/overload.py --seconds 60 --times 3

The model takes some milliseconds, so that its requests wait for a thread. The server is pinned to one processor and the
client to another. First one request at a time gives the time of a request without load, then a few connections at once
what the server can do; then requests are sent at ``--times`` that rate whatever comes back. A request is accepted if it
is answered 200; all others must be 429 or 503.

The server's time and the client's own are told apart by the kernel, which notes when the last bytes of an answer have
arrived at the client's socket. From when a request is sent until then is the server's, time in its socket included;
how late a request was sent, and how long its answer lay unread, is the client's. Requests that a client without a
processor could not send in time are not sent at all, since they would come as a burst; still it must send twice the
capacity. Accepted requests may take five times as long as without load (p99). Refused ones must not wait for models:
they are to be faster than a call of one (p50), and than accepted ones (p99).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from attrs import define, frozen

WIDE = 1500
# A client that gets no processor does not make up for it: its requests would come as a burst, and wait for each other.
_MAX_LATE_SECONDS, _MAX_OPEN = 0.02, 2000
_REST_SECONDS = 30
# asm-generic/socket.h: with what is received comes when the last of it had arrived, a struct timespec.
_SO_TIMESTAMPNS, _STAMP = 35, struct.Struct("@ll")
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


@frozen
class Answer:
    """What came of a request; times in seconds.

    Args:
        status: of the answer.
        late: from when it was due until it was sent, which is the client's doing.
        served: from when it was sent until the kernel had the answer's last bytes, which is the server's.
        unread: from then until this client read them, which is its own doing again.
    """

    status: int
    late: float
    served: float
    unread: float


@define(eq=False)
class Connection:
    """One that is asked again once it has answered."""

    socket: socket.socket
    due: float = 0.0
    sent: float = 0.0
    received: bytes = b""


class Client:
    """Connections of one thread, with as little between a request and the kernel as Python has."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[Connection] = []
        self._waiting = selectors.EpollSelector()
        self._open = 0
        self.connections = self.failures = self.unsent = 0
        self.answers: list[Answer] = []

    def closed(self, connections: int, seconds: float) -> float:
        """So many requests at once, the next when one is answered; how many are answered 200 in a second."""
        self.answers.clear()
        began = time.time()
        for _ in range(connections):
            self._send(began)
        while (now := time.time()) < began + seconds:
            for _ in range(self._read(began + seconds - now)):
                self._send(time.time())
        self._read_rest()
        return len(self.seconds("served", 200)) / (time.time() - began)

    def open(self, rate: float, seconds: float) -> None:
        """Requests at a rate, whatever comes back."""
        self.answers.clear()
        began, count = time.time(), 0
        while (now := time.time()) < began + seconds:
            due = began + count / rate
            if now < due:
                self._read(due - now)
                continue
            count += 1
            if now - due < _MAX_LATE_SECONDS and self._open < _MAX_OPEN:
                self._send(due)
                self._read(0)
            else:
                self.unsent += 1
        self._read_rest()

    def seconds(self, what: str, *statuses: int) -> list[float]:
        """One of the times of every answer with one of these statuses, sorted."""
        return sorted(getattr(answer, what) for answer in self.answers if answer.status in statuses)

    def _send(self, due: float) -> None:
        connection = self._idle.pop() if self._idle else self._connect()
        connection.due, connection.sent, connection.received = due, time.time(), b""
        connection.socket.sendall(REQUEST)
        self._open += 1

    def _connect(self) -> Connection:
        made = socket.create_connection(("127.0.0.1", self._port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        connection = Connection(made)
        self._waiting.register(made, selectors.EVENT_READ, connection)
        self.connections += 1
        return connection

    def _read(self, seconds: float) -> int:
        """Read what is there, or comes within so long; how many requests are answered by it."""
        return sum(self._take(key.data) for key, _ in self._waiting.select(seconds))

    def _read_rest(self) -> None:
        until = time.time() + _REST_SECONDS
        while self._open and time.time() < until:
            self._read(0.1)
        self.failures += self._open
        self._open = 0

    def _take(self, connection: Connection) -> bool:
        try:
            data, stamps, _, _ = connection.socket.recvmsg(1 << 16, socket.CMSG_SPACE(_STAMP.size))
        except OSError:
            data, stamps = b"", []
        now = time.time()
        connection.received += data
        head, end, body = connection.received.partition(b"\r\n\r\n")
        if not data:
            self._waiting.unregister(connection.socket)
            connection.socket.close()
            self.failures += 1
            self._open -= 1
            return True
        if not end or len(body) < int(head.partition(b"content-length: ")[2].split()[0]):
            return False
        whole, billionths = _STAMP.unpack(stamps[0][2])
        arrived = whole + billionths / 1e9
        served, late = arrived - connection.sent, connection.sent - connection.due
        self.answers.append(Answer(int(head[9:12]), late, served, now - arrived))
        self._idle.append(connection)
        self._open -= 1
        return True


def percentile(values: list[float], share: float) -> float:
    """Of sorted seconds, in milliseconds."""
    return values[int(len(values) * share)] * 1000


def shown(values: list[float]) -> str:
    """Percentiles of sorted seconds."""
    return ", ".join(f"p{share:g} {percentile(values, share / 100):.2f}" for share in (50, 99, 99.9)) + " ms"


class Processor:
    """How much of a processor was used by others than one process, which has it to itself otherwise."""

    def __init__(self, number: int, pid: int) -> None:
        self._number, self._pid = number, pid
        self._began, self._before = time.monotonic(), self._others()

    def share(self) -> float:
        """Since this was made."""
        ticks = (time.monotonic() - self._began) * os.sysconf("SC_CLK_TCK")
        return max(0.0, (self._others() - self._before) / ticks)

    def _others(self) -> int:
        line = re.search(rf"cpu{self._number} (.*)", Path("/proc/stat").read_text())
        assert line is not None
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, line[1].split()[:8])
        own = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return user + nice + system + irq + softirq + steal - int(own[11]) - int(own[12])


def measure(port: int, times: float, seconds: float, processor: Processor) -> bool:
    """Print what was seen; whether it is as it must be."""
    client = Client(port)
    client.closed(1, 2)
    client.closed(1, 10)
    alone = client.seconds("served", 200)
    print(f"one at a time: {shown(alone)}")
    capacity = client.closed(2, 10)
    print(f"capacity: {capacity:.0f} requests/s")
    client.open(capacity * times, seconds)
    statuses = sorted({answer.status for answer in client.answers})
    for status in statuses:
        served = client.seconds("served", status)
        print(f"{status}: {len(served)} ({len(served) / seconds:.0f}/s), {shown(served)}")
    sent = len(client.answers) / seconds / capacity
    print(f"the client: sent {sent:.2f} times the capacity, late by {shown(client.seconds('late', *statuses))}")
    print(f"the client: left answers unread for {shown(client.seconds('unread', *statuses))}")
    print(f"others used {processor.share():.0%} of the server's processor; {client.connections} connections")
    accepted, refused = client.seconds("served", 200), client.seconds("served", 429, 503)
    ratio = percentile(accepted, 0.99) / percentile(alone, 0.99)
    print(f"p99 of the accepted ÷ p99 without load: {ratio:.2f}")
    if client.unsent:
        print(
            f"{client.unsent} requests were not sent: the client was {_MAX_LATE_SECONDS * 1000:g} ms late, or "
            f"{_MAX_OPEN} had no answer yet"
        )
    if client.failures:
        print(f"{client.failures} requests got no answer")
    at_once = (
        bool(refused)
        and percentile(refused, 0.5) < percentile(alone, 0.5)
        and percentile(refused, 0.99) < percentile(accepted, 0.99)
    )
    print(f"refused at once: {'yes' if at_once else 'NO'}")
    return sent > 2 and ratio < 5 and at_once and set(statuses) <= {200, 429, 503} and not client.failures


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
            processor = Processor(processors[0], process.pid)
            well = measure(int(match[1]), options.times, options.seconds, processor)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    sys.exit(not well)


if __name__ == "__main__":
    main()
