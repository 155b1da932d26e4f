"""Malformed requests against running servers: none may crash, hang, leak or answer without telling why.

    python benchmarks/serving/fuzz.py --requests 100000

Starts ``smtf serve`` with adapter ``tfs``, with ``python`` and as a multi-model server, and sends each its share of
requests over raw sockets: damaged bytes, damaged heads, heads that contradict their bodies, damaged JSON, CSV and gzip,
paths and headers of all kinds; in one piece or several, on connections that stay or end early. Checks of every answer:
it is HTTP, has a status that stands for something, and a body of JSON with ``error`` where that is 400 or more; and it
is not 500. Afterwards the server must answer a good request, be the same process, have no more threads (but those of
its pools) and open files than before, and no more memory than ``--leak`` MiB above that after the first tenth.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
JSONS = (
    b'{"instances": [[1, 2, 3, 4, 5, 6, 7]]}',
    b'{"inputs": {"inputs": [[1, 2, 3, 4, 5, 6, 7]]}}',
    b'{"signature_name": "serving_default", "instances": [{"inputs": [1.5, NaN, -1e9, 4, 5, 6, 7]}]}',
    b'{"examples": [{"x": [1.0, 2.0], "s": {"b64": "YQ=="}}], "context": {}}',
    b"[[1, 2, 3, 4, 5, 6, 7]]",
    b'{"model_name": "m", "url": "/no/such/folder"}',
    b'{"dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "1"}]}, "floatVal": [1.0]}',
)
CSVS = (b"1,2,3,4,5,6,7\n", b'1,"a, b",,\n')
PIECES = (
    b"[", b"]", b"{", b"}", b'"', b"\xff", b"1e999", b"null", b",", b"\0", b"-", b"true", b"NaN", b'{"b64": "!"}',
    b"9" * 400, b"[" * 2000, b"\xed\xa0\x80", b"\\ud800", b"\r\n", b":", b'"inputs"', b'"instances"',
)  # fmt: skip
PATHS = (
    b"/invocations", b"/v1/models/abalone:predict", b"/v1/models/abalone:classify", b"/v1/models/abalone:regress",
    b"/v1/models/abalone/versions/1:predict", b"/v1/models/abalone/labels/x:predict", b"/v1/models/abalone",
    b"/v1/models/abalone/metadata", b"/v1/models/no:predict", b"/models", b"/models/abalone", b"/models/abalone/invoke",
    b"/models/m", b"/ping", b"/ready", b"/live", b"/monitoring/prometheus/metrics", b"/", b"//", b"/%00", b"/..%2f..",
    b"http://x/invocations", b"*", b"/v1/models/%ff:predict",
    b"/v1/models/abalone/versions/99999999999999999999:predict",
)  # fmt: skip
METHODS = (b"POST",) * 12 + (b"GET", b"DELETE", b"PUT", b"HEAD", b"OPTIONS", b"PATCH", b"BREW", b"CONNECT")
HEADERS = (
    b"Accept: application/json", b"Accept: */*", b"Accept: image/png", b"Accept: ,;q=\xff", b"Expect: 100-continue",
    b"Expect: miracles", b"Content-Encoding: gzip", b"Content-Encoding: br", b"Connection: close",
    b"Connection: upgrade", b"Upgrade: h2c", b"Transfer-Encoding: chunked", b"Content-Length: 3", b"Content-Length: -1",
    b"X-Amzn-SageMaker-Custom-Attributes: tfs-model-name=abalone,tfs-method=classify",
    b"X-Amzn-SageMaker-Custom-Attributes: tfs-model-version=\xb2", b"X-Amzn-SageMaker-Custom-Attributes: ,,=,=",
    b"X: " + b"a" * 9000, b": ", b"X", b"Host: ", b"X\0: 1", b" folded",
)  # fmt: skip
TYPES = (
    b"application/json", b"application/json; charset=\xff", b"text/csv", b"application/jsonlines", b"image/png",
    b"application/octet-stream", b"", b";;;",
)  # fmt: skip
GOOD = {
    "tfs": ("/v1/models/abalone:predict", JSONS[0], 200),
    "python": ("/invocations", JSONS[4], 200),
    "multi-model": ("/models", b"", 200),
}
# What an answer may say. 411 and the like come from nowhere; 500 is a mistake of the server's.
STATUSES = {200, 400, 404, 405, 406, 408, 409, 412, 413, 414, 415, 417, 429, 431, 501, 503}


def make(rng: random.Random) -> bytes:
    """One request, wrong in some way or none."""
    body = rng.choice(CSVS if rng.random() < 0.15 else JSONS)
    body = damage(rng, body, PIECES) if rng.random() < 0.6 else body
    if rng.random() < 0.1:
        body = rng.randbytes(rng.randrange(200))
    path = rng.choice(PATHS[:4] if rng.random() < 0.5 else PATHS)
    if rng.random() < 0.05:
        path = damage(rng, path, PIECES)
    headers = [b"Host: x", b"Content-Type: " + rng.choice(TYPES if rng.random() < 0.5 else TYPES[:1])]
    headers += rng.sample(HEADERS, rng.choice((0,) * 12 + (1, 1, 2, 4)))
    if b"Content-Encoding: gzip" in headers and rng.random() < 0.8:
        body = gzip.compress(bytes(10**6) if rng.random() < 0.01 else body, 1)
        body = damage(rng, body, PIECES) if rng.random() < 0.3 else body
    if b"Transfer-Encoding: chunked" in headers and rng.random() < 0.7:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    elif rng.random() < 0.95:
        wrong = rng.choice((-1, 1, 1000)) if rng.random() < 0.02 else 0
        headers.append(b"Content-Length: %d" % max(0, len(body) + wrong))
    head = b"%b %b HTTP/%b\r\n%b" % (
        rng.choice(METHODS) if rng.random() < 0.5 else b"POST",
        path,
        rng.choice((b"1.1",) * 20 + (b"1.0", b"2.0", b"9")),
        b"".join(header + b"\r\n" for header in headers),
    )
    if rng.random() < 0.03:
        head = damage(rng, head, PIECES)
    return head + b"\r\n" + body


def damage(rng: random.Random, data: bytes, pieces: tuple[bytes, ...]) -> bytes:
    """Data with a few places overwritten."""
    made = bytearray(data)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(made) + 1)
        made[at : at + rng.randrange(4)] = rng.choice(pieces)
    return bytes(made)


# Threads of the server's pools, which are started when they are needed first.
POOLS = 2 * max(4, os.cpu_count() or 1)


class Wrong(Exception):  # noqa: N818
    """An answer that must not be."""


def send(rng: random.Random, port: int, count: int, seen: Counter[str]) -> None:
    """Send some requests on one connection and judge what comes back."""
    data = b"".join(make(rng) for _ in range(count))
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        received = b""
        try:
            at = rng.randrange(len(data)) if rng.random() < 0.2 else len(data)
            connection.sendall(data[:at])
            if rng.random() < 0.01:
                seen["left early"] += count
                return
            connection.sendall(data[at:])
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(1 << 16):
                received += part
        except TimeoutError:
            raise Wrong(f"no end of the answer to {data!r}; so far {received!r}") from None
        except OSError:  # it has closed the connection while the rest was sent
            seen["reset"] += 1
            judge(data, received, seen)
            return
    if not received and data.strip(b"\r\n"):
        raise Wrong(f"no answer to {data!r}")
    judge(data, received, seen)


def judge(data: bytes, received: bytes, seen: Counter[str]) -> None:
    """Raise if the answers are not what they must be."""
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        match = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
        if match is None:
            raise Wrong(f"no answer: {received[:200]!r} to {data!r}")
        status = int(match[1])
        seen[str(status)] += 1
        if status == 100:
            received = rest
            continue
        length = int(re.search(rb"content-length: (\d+)", head)[1])  # type: ignore[index]
        body, received = rest[:length], rest[length:]
        if rest.startswith(b"HTTP/1.1") or not rest:  # the answer to HEAD
            received = rest
            continue
        if status not in STATUSES:
            raise Wrong(f"status {status}, {body!r} to {data!r}")
        if status >= 400 and "error" not in json.loads(body):
            raise Wrong(f"status {status} without its cause: {body!r} to {data!r}")


def fuzz(port: int, requests: int, seed: int, clients: int = 4) -> Counter[str]:
    """Send so many malformed requests from several threads.

    Returns:
        Status → how often.

    Raises:
        Wrong: an answer is not what it must be.
    """
    seen: Counter[str] = Counter()
    wrong: list[BaseException] = []

    def client(number: int) -> None:
        rng, sent = random.Random(seed * 1000 + number), 0
        try:
            while sent < requests // clients and not wrong:
                count = rng.choice((1, 1, 1, 2, 4))
                send(rng, port, count, seen)
                sent += count
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            wrong.append(error)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in wrong:
        raise error
    return seen


def state(pid: int) -> tuple[int, int, int]:
    """Resident MiB, threads and open files of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    resident, threads = (int(re.search(rf"{name}:\s+(\d+)", status)[1]) for name in ("VmRSS", "Threads"))  # type: ignore[index]
    return resident // 1024, threads, len(os.listdir(f"/proc/{pid}/fd"))


def _good(port: int, name: str) -> bool:
    path, body, wanted = GOOD[name]
    method = "POST" if body else "GET"
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.encode() + body)
        return connection.makefile("rb").readline().startswith(b"HTTP/1.1 %d " % wanted)


def main() -> None:
    """Fuzz all servers and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=100_000, help="of all servers together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--leak", type=int, default=64, metavar="MIB")
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "models" / "abalone"
        subprocess.run([sys.executable, str(HERE / "model.py"), str(model / "1")], check=True, capture_output=True)
        for name in GOOD:
            variables = {"SAGEMAKER_MULTI_MODEL": "true"} if name == "multi-model" else {}
            adapter = "python" if name == "python" else "tfs"
            log = Path(scratch) / f"{name}.log"
            with log.open("wb") as file:
                process = subprocess.Popen(
                    [
                        sys.executable, "-c", "from smtf_core.cli import main; main()", "serve", str(model),
                        "--port", "0", "--adapter", adapter, "--max-body", "500000",
                    ],
                    stderr=file,
                    env={**os.environ, **variables},
                )  # fmt: skip
            try:
                while not (match := re.search(r"serving on http://127\.0\.0\.1:(\d+)", log.read_text())):
                    if process.poll() is not None:
                        sys.exit(log.read_text())
                    time.sleep(0.2)
                port = int(match[1])
                began, share = time.monotonic(), options.requests // len(GOOD)
                seen = fuzz(port, share // 10, options.seed)
                time.sleep(1)
                before = state(process.pid)
                seen += fuzz(port, share - share // 10, options.seed + 1)
                time.sleep(1)
                after = state(process.pid)
                well = _good(port, name) and process.poll() is None
                leaks = after[0] - before[0] > options.leak or after[1] > before[1] + POOLS or after[2] > before[2] + 2
                failed = failed or not well or leaks
                print(
                    f"{name}: {share} requests in {time.monotonic() - began:.0f} s, {'answers' if well else 'BROKEN'}; "
                    f"MiB, threads, files {before} → {after}{' LEAK' if leaks else ''}; {dict(sorted(seen.items()))}",
                    flush=True,
                )
                if "Traceback" in log.read_text():
                    failed = True
                    print(log.read_text()[-4000:])
            except Wrong as error:
                failed = True
                print(f"{name}: {error}\n{log.read_text()[-3000:]}")
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)
    sys.exit(failed)


if __name__ == "__main__":
    main()
