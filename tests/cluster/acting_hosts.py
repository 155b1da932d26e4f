"""Clusters of processes on this machine whose trainers are stand-ins without TensorFlow."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from smtf_core.models import Layout

#: A strategy of somebody else's: `processes` and `run` without TensorFlow, steered by a file that the test writes.
STRATEGY = """
import os, signal, time
from pathlib import Path
from smtf_core import hookimpl
from smtf_core.interfaces import HostProcess, StrategySpec
from smtf_core.models import TrainingResult

@hookimpl
def smtf_register_strategies():
    return [StrategySpec(name="acting", factory="smtf_acting:Acting")]

class Acting:
    def processes(self, environment):
        return HostProcess(), HostProcess(role="ps", trains=False, port=2223)

    def serve(self, environment):
        self._begin(environment)
        while True:
            time.sleep(60)

    def run(self, environment, train):
        stopped = []
        signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
        folder = self._begin(environment)
        host = environment.current_host
        while not stopped:
            act = folder / f"{host}.{environment.role}"
            if act.exists():
                text = act.read_text()
                act.unlink()
                if text == "end":
                    break
                raise eval(text)
            time.sleep(0.02)
        return TrainingResult(state="Stopped" if stopped else "Completed", stop_reason="asked" if stopped else None)

    def _begin(self, environment):
        folder = Path(environment.hyperparameters["stage"])
        with (folder / "began").open("a") as file:
            where = environment.listening.get(environment.current_host, {}).get(environment.role)
            file.write(f"{environment.current_host} {environment.role} {os.getpid()} {where}\\\\n")
        return folder
""".replace("\\\\n", "\\n")


class Hosts:
    """Some hosts' supervisors, started and watched."""

    def __init__(
        self,
        folder: Path,
        count: int,
        *,
        addresses: dict[str, str] | None = None,
        inside: dict[str, list[str]] | None = None,
        **hyperparameters: object,
    ) -> None:
        # Hosts with addresses of their own have the contract's ports; `inside` is how a command is run on each.
        self.inside = inside or {}
        self.folder = folder
        self.names = [f"algo-{number + 1}" for number in range(count)]
        self.supervisors: dict[str, subprocess.Popen[bytes]] = {}
        self.control = socket.socket()
        self.control.bind(("127.0.0.1", 0))
        self._write_plugin()
        for name in self.names:
            layout = self.layout(name)
            layout.create()
            layout.code.mkdir()
            (layout.code / "train.py").write_text("def model_fn(a, b, c, d): pass\n")
            settings = {
                "sagemaker_program": "train.py",
                "stage": str(folder),
                "smtf_distribution": "acting",
                "smtf_cluster_token": "secret",
                "rendezvous_timeout_secs": 20,
                **hyperparameters,
            }
            layout.hyperparameters.write_text(json.dumps({key: json.dumps(value) for key, value in settings.items()}))
            network = (
                {"addresses": addresses}
                if addresses
                else {
                    "addresses": dict.fromkeys(self.names, "127.0.0.1"),
                    "free_ports": True,
                    "control_port": self.control.getsockname()[1],
                }
            )
            resources = {"current_host": name, "hosts": self.names, "smtf_network": network}
            layout.resource_config.write_text(json.dumps(resources))

    def layout(self, name: str) -> Layout:
        return Layout(self.folder / name)

    def start(self, *names: str) -> None:
        for name in names or self.names:
            variables = {**os.environ, "PYTHONPATH": str(self.folder / "site")}
            handles: tuple[int, ...] = ()
            if name == self.names[0] and not self.inside:
                handles = (self.control.fileno(),)
                variables["SMTF_CONTROL_SOCKET"] = str(self.control.fileno())
            with (self.folder / f"{name}.log").open("ab") as log:
                self.supervisors[name] = subprocess.Popen(
                    [
                        *self.inside.get(name, []),
                        sys.executable,
                        "-m",
                        "smtf_core.runtime",
                        "train",
                        str(self.folder / name),
                    ],
                    env=variables,
                    pass_fds=handles,
                    stdout=log,
                    stderr=log,
                )

    def began(self) -> list[tuple[str, str, int, str]]:
        """Every process that has begun: host, role, number, where it listens."""
        path = self.folder / "began"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(host, role, int(pid), where) for host, role, pid, where in map(str.split, lines)]

    def until_began(self, count: int) -> list[tuple[str, str, int, str]]:
        until(lambda: len(self.began()) >= count, 30, self.logs)
        return self.began()

    def pid(self, host: str, role: str) -> int:
        return [pid for name, kind, pid, _ in self.began() if (name, kind) == (host, role)][-1]

    def act(self, host: str, what: str) -> None:
        """Have a trainer `end`, or raise what the text says."""
        temporary = self.folder / f"{host}.act"
        temporary.write_text(what)
        temporary.rename(self.folder / f"{host}.trainer")

    def end(self, seconds: float = 20) -> list[int]:
        """Exit statuses, once all have ended."""
        deadline = time.monotonic() + seconds
        try:
            return [self.supervisors[name].wait(deadline - time.monotonic()) for name in self.names]
        except subprocess.TimeoutExpired:
            raise AssertionError(self.logs()) from None

    def all_gone(self) -> bool:
        return not any(alive(pid) for _, _, pid, _ in self.began())

    def logs(self) -> str:
        return "\n".join(f"--- {path.name}\n{path.read_text()}" for path in sorted(self.folder.glob("*.log")))

    def failure(self, name: str) -> str:
        return self.layout(name).failure.read_text()

    def close(self) -> None:
        for supervisor in self.supervisors.values():
            supervisor.kill()
            supervisor.wait()
        self.control.close()

    def _write_plugin(self) -> None:
        site = self.folder / "site"
        (site / "smtf_acting-1.dist-info").mkdir(parents=True)
        (site / "smtf_acting.py").write_text(STRATEGY)
        (site / "smtf_acting-1.dist-info" / "METADATA").write_text("Name: smtf-acting\nVersion: 1\n")
        (site / "smtf_acting-1.dist-info" / "entry_points.txt").write_text("[smtf]\nacting = smtf_acting\n")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(true: Callable[[], bool], seconds: float, what: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what()
        time.sleep(0.02)
