"""What a request costs: smtf, hello-world, and the servers that one would take instead; in one run, interleaved.

    python benchmarks/serving/benchmark.py
    python benchmarks/serving/benchmark.py --only smtf,hello --rounds 9

Every server has the same model, as large as examples/abalone_model, and answers one row a request on 32 connections.
The peers are installed by pip, each into a virtual environment of its own under ``--cache``; about 2 GB each, once.

The figure that counts is processor time a request, of all of a server's processes: it depends less on what else
the machine does than requests a second do. Servers are pinned to one processor and the client to another. Figures are
medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PEERS = HERE / "peers"
TENSORFLOW = ("tensorflow>=2.16,<2.22", "protobuf<7")
INSTALLED = {
    "flask": ("flask", "gunicorn", "gevent"),
    "bentoml": ("bentoml",),
    "litserve": ("litserve",),
    "mlserver": ("mlserver",),
}
ROW = [0.455, 0.365, 0.095, 0.514, 0.2245, 0.101, 0.15]
TF = {"path": "/v1/models/abalone:predict", "body": json.dumps({"instances": [ROW]})}
INVOCATIONS = {**TF, "path": "/invocations"}
V2 = {
    "path": "/v2/models/abalone/infer",
    "body": json.dumps({"inputs": [{"name": "inputs", "shape": [1, 7], "datatype": "FP32", "data": ROW}]}),
}
TICK = os.sysconf("SC_CLK_TCK")


class MissingError(Exception):
    """A peer that cannot be had here."""


class Server:
    """One server in a session of its own."""

    def __init__(self, name: str, command: list[str], port: int, request: dict[str, str], **more: Any) -> None:
        self.name, self.port, self.request = name, port, request
        self.costs: list[float] = []
        self.rates: list[float] = []
        self.p50: list[float] = []
        self.p99: list[float] = []
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, start_new_session=True, **more)
        os.sched_setaffinity(self._process.pid, _processor(0))

    def wait(self, seconds: float = 120.0) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + seconds
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._log.seek(0)
                raise MissingError(f"{self.name} does not answer:\n{self._log.read().decode()[-3000:]}")
            time.sleep(0.5)

    def measure(self, seconds: float, connections: int) -> None:
        """One round."""
        before = self._seconds()
        seen = _load(self.port, self.request, seconds, connections)
        cost = self._seconds() - before
        if set(seen["statuses"]) != {"200"} or seen["errors"]:
            raise MissingError(f"{self.name} answered {seen}")
        self.costs.append(cost / seen["requests"] * 1e6)
        self.rates.append(seen["requests"] / seen["seconds"])
        self.p50.append(seen["p50_ms"])
        self.p99.append(seen["p99_ms"])

    def stop(self) -> None:
        """End all its processes."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        for pid in self._members():
            os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def _answers(self) -> bool:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{self.request['path']}",
            self.request["body"].encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return bool(reply.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False

    def _members(self) -> list[int]:
        return [pid for pid, fields in self._family() if fields[0] != "Z"]

    def _seconds(self) -> float:
        return sum(int(fields[11]) + int(fields[12]) for _, fields in self._family()) / TICK

    def _family(self) -> list[tuple[int, list[str]]]:
        """Its processes: children, however far down, even in sessions of their own; and those of its session."""
        there = dict(_processes())
        mine = {self._process.pid} | {pid for pid, fields in there.items() if int(fields[3]) == self._process.pid}
        while more := {pid for pid, fields in there.items() if int(fields[1]) in mine and pid not in mine}:
            mine |= more
        return [(pid, there[pid]) for pid in mine if pid in there]


def _processes() -> list[tuple[int, list[str]]]:
    """Of every process its number and the fields of ``/proc/N/stat`` from its state on."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                text = Path(f"/proc/{entry}/stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            found.append((int(entry), text.rpartition(")")[2].split()))
    return found


def _processor(number: int) -> set[int]:
    there = sorted(os.sched_getaffinity(0))
    return {there[number % len(there)]}


def _load(port: int, request: dict[str, str], seconds: float, connections: int) -> dict[str, Any]:
    order = {"port": port, **request, "seconds": seconds, "connections": connections}
    done = subprocess.run(
        [
            "taskset",
            "--cpu-list",
            ",".join(map(str, _processor(1))),
            sys.executable,
            str(HERE / "load.py"),
            json.dumps(order),
        ],
        check=True,
        capture_output=True,
    )
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _environment(cache: Path, name: str, python: str) -> Path:
    """The folder of a peer's executables; installed if it is not there yet."""
    folder = cache / name
    ready = folder / ".ready"
    if not ready.is_file():
        print(f"installing {name} …", file=sys.stderr)
        for command in (
            [python, "-m", "venv", str(folder)],
            [str(folder / "bin" / "pip"), "install", "--quiet", *TENSORFLOW, *INSTALLED[name]],
        ):
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode:
                raise MissingError(f"{name} cannot be installed: {done.stderr.strip()[-500:]}")
        ready.touch()
    return folder / "bin"


def _commands(scratch: Path, cache: Path, python: str) -> dict[str, Any]:
    """Name → a function that gives command, request and further arguments of :class:`Server` for a port."""
    model = scratch / "abalone" / "1"
    environment = {**os.environ, "MODEL": str(model), "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}

    def smtf(request: dict[str, str], *options: str, **variables: str) -> Any:
        command = [sys.executable, "-c", "from smtf_core.cli import main; main()", "serve", str(scratch / "abalone")]
        return lambda port: ([*command, "--port", str(port), *options], request, {"env": {**environment, **variables}})

    def hello(kind: str) -> Any:
        return lambda port: ([sys.executable, str(HERE / "hello.py"), str(port), kind], TF, {})

    def flask(port: int) -> Any:
        bin_ = _environment(cache, "flask", python)
        options = ["--worker-class", "gevent", "--workers", "2", "--bind", f"127.0.0.1:{port}"]
        return [str(bin_ / "gunicorn"), *options, "flask_app:app"], INVOCATIONS, {"cwd": PEERS, "env": environment}

    def bentoml(port: int) -> Any:
        bin_ = _environment(cache, "bentoml", python)
        settings = {**environment, "BENTOML_HOME": str(scratch / "bentoml"), "BENTOML_DO_NOT_TRACK": "True"}
        command = [str(bin_ / "bentoml"), "serve", "bento_app:Abalone", "--host", "127.0.0.1", "--port", str(port)]
        return command, INVOCATIONS, {"cwd": PEERS, "env": {**settings, "PATH": f"{bin_}:{os.environ['PATH']}"}}

    def litserve(kind: str) -> Any:
        def made(port: int) -> Any:
            bin_ = _environment(cache, "litserve", python)
            command = [str(bin_ / "python"), "litserve_app.py", str(port), kind]
            return command, INVOCATIONS, {"cwd": PEERS, "env": environment}

        return made

    def mlserver(runtime: str) -> Any:
        def made(port: int) -> Any:
            bin_ = _environment(cache, "mlserver", python)
            folder = scratch / f"mlserver-{runtime}"
            folder.mkdir(exist_ok=True)
            (folder / "mlserver_app.py").write_text((PEERS / "mlserver_app.py").read_text())
            ports = {"http_port": port, "grpc_port": _free_port(), "metrics_port": _free_port()}
            (folder / "settings.json").write_text(json.dumps({"host": "127.0.0.1", "parallel_workers": 0, **ports}))
            (folder / "model-settings.json").write_text(
                json.dumps({"name": "abalone", "implementation": f"mlserver_app.{runtime}"})
            )
            return [str(bin_ / "mlserver"), "start", "."], V2, {"cwd": folder, "env": environment}

        return made

    return {
        "hello-world, httptools and uvloop": hello("bare"),
        "hello-world, smtf's transport": hello("transport"),
        "smtf, tfs": smtf(TF),
        "smtf, tfs, without oneDNN": smtf(TF, TF_ENABLE_ONEDNN_OPTS="0"),
        "smtf, tfs, /invocations": smtf(INVOCATIONS),
        "smtf, tfs, batching auto": smtf(TF, "--batching", "auto"),
        "smtf, python": smtf({**INVOCATIONS, "body": json.dumps([ROW])}, "--adapter", "python"),
        "flask + gunicorn gevent, 2 workers": flask,
        "bentoml": bentoml,
        "litserve": litserve("single"),
        "litserve, batching": litserve("batching"),
        "mlserver": mlserver("Abalone"),
        "mlserver, our way of calling": mlserver("Fast"),
    }


def _table(servers: list[Server]) -> str:
    ours = next((statistics.median(one.costs) for one in servers if one.name == "smtf, tfs" and one.costs), None)
    lines = [
        "| server | CPU µs/request | requests/s | p50 ms | p99 ms | CPU ÷ smtf, tfs |",
        "|---|---|---|---|---|---|",
    ]
    for one in servers:
        if one.costs:
            cost = statistics.median(one.costs)
            ratio = "" if ours is None else f"{cost / ours:.2f}"
            rate, p50, p99 = (statistics.median(values) for values in (one.rates, one.p50, one.p99))
            lines.append(f"| {one.name} | {cost:.1f} | {rate:,.0f} | {p50:.2f} | {p99:.2f} | {ratio} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of one server in one round")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--only", default="", help="beginnings of servers' names, separated by commas")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "smtf-benchmark-serving")
    parser.add_argument("--python", default=sys.executable, help="for the peers' environments")
    options = parser.parse_args()
    wanted = tuple(part for part in options.only.split(",") if part)
    servers: list[Server] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        subprocess.run(
            [sys.executable, str(HERE / "model.py"), str(folder / "abalone" / "1")], check=True, capture_output=True
        )
        try:
            for name, make in _commands(folder, options.cache.absolute(), options.python).items():
                if wanted and not name.startswith(wanted):
                    continue
                try:
                    port = _free_port()
                    command, request, more = make(port)
                    server = Server(name, command, port, request, **more)
                    servers.append(server)
                    server.wait()
                    server.measure(1.0, options.connections)
                    server.costs, server.rates, server.p50, server.p99 = [], [], [], []
                except MissingError as error:
                    print(f"left out: {error}", file=sys.stderr)
                    if servers and servers[-1].name == name:
                        servers.pop().stop()
            for _ in range(options.rounds):
                for server in servers:
                    server.measure(options.seconds, options.connections)
        finally:
            for server in servers:
                server.stop()
    print(_table(servers))


if __name__ == "__main__":
    main()
