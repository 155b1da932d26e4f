"""What a host of the emulator is: a process of this machine, or a container."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

SCRIPT_MODE = Path(__file__).parent / "script_mode.py"
IMAGE = "python:3.11-slim-bookworm"
PACKAGES = "/opt/packages"


class Host(Protocol):
    """A host that runs."""

    def output(self) -> Iterator[bytes]:
        """What it writes, until it ends."""

    def wait(self) -> int:
        """Its exit status."""

    def end(self) -> None:
        """Ask it to end, as SageMaker does when a job is stopped."""

    def kill(self) -> None:
        """End it."""


class Processes:
    """Hosts as processes with this interpreter and its packages."""

    def start(self, root: Path, environment: dict[str, str]) -> Host:
        """Run script mode on the tree at `root`."""
        return _Process(
            subprocess.Popen(
                [sys.executable, str(SCRIPT_MODE)],
                env={**os.environ, **environment, "SAGEMAKER_BASE_DIR": str(root)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )


class _Process:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def output(self) -> Iterator[bytes]:
        assert self._process.stdout is not None
        while chunk := self._process.stdout.read1():
            yield chunk

    def wait(self) -> int:
        return self._process.wait()

    def end(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


class Containers:
    """Hosts as containers of a plain Python image with the packages of this environment, which so have TensorFlow but
    not smtf.

    Args:
        engine: a client of the Docker engine.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def start(self, root: Path, environment: dict[str, str]) -> Host:
        """Run script mode on the tree at `root`."""
        mounts = {root: "/opt/ml", sysconfig.get_paths()["purelib"]: PACKAGES, SCRIPT_MODE: "/opt/script_mode.py"}
        container = self._engine.containers.run(
            IMAGE,
            ["python", "/opt/script_mode.py"],
            environment={"PYTHONPATH": PACKAGES, **environment},
            volumes=[f"{path}:{inside}" for path, inside in mounts.items()],
            network_mode="host",  # the services listen on this machine's loopback
            extra_hosts={f"algo-{number}": "127.0.0.1" for number in range(1, 5)},
            detach=True,
            labels={"smtf.emulator": "true"},
        )
        return _Container(container)


class _Container:
    def __init__(self, container: Any) -> None:
        self._container = container

    def output(self) -> Iterator[bytes]:
        yield from self._container.logs(stream=True, follow=True)

    def wait(self) -> int:
        status = int(self._container.wait()["StatusCode"])
        self._container.remove(force=True)
        return status

    def end(self) -> None:
        self._container.kill("SIGTERM")

    def kill(self) -> None:
        self._container.kill()
