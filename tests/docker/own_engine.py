"""An engine of the tests' own, which may be restarted and killed: its own bridge, sockets, folders and containerd."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

_BRIDGE, _ADDRESS = "smtf-test0", "172.31.253.1/28"

_FILES = ("data", "exec", "images", "pid", "sock", "state")


class OwnEngine:
    """A ``dockerd`` beside the machine's. Never touches that one's bridge, nor the rules of the firewall.

    Args:
        folder: for all that it has; short, for a socket's path has 107 bytes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.address = f"unix://{folder}/docker.sock"
        self._daemon: subprocess.Popen[bytes] | None = None
        self._containerd: subprocess.Popen[bytes] | None = None
        self._live_restore = False

    def start(self, *, live_restore: bool | None = None) -> None:
        """Start it, as it was the last time unless that is said, and wait until it answers."""
        if live_restore is not None:
            self._live_restore = live_restore
        subprocess.run(["ip", "link", "add", _BRIDGE, "type", "bridge"], capture_output=True)
        subprocess.run(["ip", "address", "replace", _ADDRESS, "dev", _BRIDGE], check=True)
        if self._containerd is None:  # as a distribution has it: it goes on when dockerd ends
            self._containerd = self._run("containerd", {"--root": "images", "--state": "state", "--address": "sock"})
        options = {
            "--containerd": "sock",
            "--host": self.address,
            "--bridge": _BRIDGE,
            "--data-root": "data",
            "--exec-root": "exec",
            "--pidfile": "pid",
            "--iptables": "false",
            "--ip6tables": "false",
            "--ip-masq": "false",
            "--live-restore": str(self._live_restore).lower(),
            "--log-level": "warn",
        }
        self._daemon = self._run("dockerd", options)
        deadline = time.monotonic() + 60
        while self.docker("info", check=False).returncode != 0:
            assert self._daemon.poll() is None, (self._folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.2)

    def _run(self, program: str, options: dict[str, str]) -> subprocess.Popen[bytes]:
        """Values that are no words of the program's are files of the folder's."""
        files = {name: str(self._folder / value) for name, value in options.items() if value in _FILES}
        given = [f"{name}={value}" for name, value in {**options, **files}.items()]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen([program, *given], stdout=log, stderr=log, start_new_session=True)

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it, and wait for that."""
        assert self._daemon is not None
        self._daemon.send_signal(number)
        self._daemon.wait(60)

    def docker(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Ask it."""
        return subprocess.run(
            ["docker", "--host", self.address, *arguments], check=check, capture_output=True, text=True
        )

    def give_back(self) -> None:
        """Remove all that it has."""
        if self._daemon is not None and self._daemon.poll() is None:
            for container in self.docker("ps", "--all", "--quiet").stdout.split():
                self.docker("rm", "--force", container)
            self.end()
        if self._containerd is not None:
            self._containerd.terminate()
            self._containerd.wait(60)
        subprocess.run(["ip", "link", "delete", _BRIDGE], capture_output=True)
        mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        for point in sorted(mounted, reverse=True):  # an engine that was killed leaves them
            if Path(point).is_relative_to(self._folder):
                subprocess.run(["umount", "--lazy", point], check=True)
        shutil.rmtree(self._folder)


def cannot_be_started() -> str | None:
    """Why there can be no such engine here; ``None`` where there can."""
    if os.getuid() != 0:
        return "an engine of the tests' own needs root"
    lacking = [program for program in ("dockerd", "containerd", "docker", "ip") if shutil.which(program) is None]
    return f"there is no {lacking[0]} on this machine" if lacking else None
