"""One host's container, watched from its start to its end, also while the engine is away."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound
from requests.exceptions import RequestException

from smtf_backends.docker.engine import connect, is_podman, outlive_it
from smtf_core.errors import BackendUnavailableError

# How long an engine that went away gets to come back.
_ABSENCE_SECONDS = 120.0
_RETRY_SECONDS = 0.5
_SIGKILL = 128 + 9
# Less than that is a full disk.
_FULL_BYTES = 1 << 20


class ContainerHost:
    """A host that is a container. See :class:`~smtf_core.client.launcher.RunningHost`.

    Args:
        client: of the engine.
        container: started.
        root: the job's folder.
        memory: the container's limit, as the user wrote it.
        grace: seconds after which a host that was asked to end is killed; ``None``: it sees to that itself.
    """

    def __init__(
        self, client: docker.DockerClient, container: Any, root: Path, memory: str | None, grace: float | None
    ) -> None:
        self._client = client
        self.id: str = container.id
        self._root = root
        self._memory = memory
        self._grace = grace
        self._podman = is_podman(client)
        self._over = threading.Event()
        self._by_us = False
        self._asked = False
        self._lost = False
        self._removed = False
        self._state: dict[str, Any] = {}

    def output(self) -> Iterator[bytes]:
        """The lines that it prints; goes on after the last one when the engine has been away."""
        last = b""
        while True:
            ended = self._over.is_set()
            # A stream that ends may have been the container's or the engine's end; what came late is read once more.
            with contextlib.suppress(RequestException, DockerException):
                for line in self._lines(_second(last)):
                    stamp, _, text = line.partition(b" ")
                    if stamp <= last:
                        continue  # told before
                    last = stamp
                    yield text
            if ended:
                return
            self._over.wait(_RETRY_SECONDS)

    def _lines(self, since: int | None) -> Iterator[bytes]:
        rest = b""
        for chunk in self._client.api.logs(self.id, stream=True, follow=True, timestamps=True, since=since):
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines
        if rest:
            yield rest

    def wait(self) -> None:
        """Wait until it has ended, or the engine does not come back."""
        away_since: float | None = None
        while not self._over.is_set():
            try:
                if away_since is None:
                    self._client.api.wait(self.id, timeout=None)
                state = self._client.api.inspect_container(self.id)["State"]
                if state.get("Running"):
                    away_since = None  # it has outlived the engine's absence
                    continue
                if away_since is None:
                    # An engine that is being stopped ends its containers and tells that, but lets nobody in any more.
                    connect().close()
                self._lost = away_since is not None and not outlive_it(self._client)
                self._state = state
                self._over.set()
            except NotFound:
                self._removed = True
                self._over.set()
            except (RequestException, DockerException, BackendUnavailableError):
                away_since = away_since or time.monotonic()
                if time.monotonic() - away_since > _ABSENCE_SECONDS:
                    self._lost = True
                    self._over.set()
                time.sleep(_RETRY_SECONDS)

    @property
    def ended(self) -> bool:
        """Whether it has."""
        return self._over.is_set()

    @property
    def status(self) -> int | None:
        """Its exit status; ``None`` while it runs, and when that cannot be told any more."""
        return self._state.get("ExitCode") if self._over.is_set() else None

    @property
    def succeeded(self) -> bool:
        """Whether it ended well; an engine that is stopped asks containers to end, so their 0 says nothing then."""
        return self.status == 0 and not self._lost

    @property
    def lost(self) -> bool:
        """Whether it ended because the engine did, or the engine has not come back to tell."""
        return self._lost

    @property
    def killed(self) -> bool:
        """Whether it was ended from outside."""
        return self._over.is_set() and not self._by_us and (self._removed or self._lost or self.status == _SIGKILL)

    def in_words(self) -> str:
        """How it is with it."""
        if not self._over.is_set():
            return "is still running"
        if self._removed:
            return "was removed"
        return "was lost with the engine" if self._lost else f"ended with status {self.status}"

    def cause(self) -> str | None:
        """Why it failed, where it cannot know that itself."""
        if not self._over.is_set() or self.succeeded:
            return None
        if self._state.get("OOMKilled"):
            limit = f"the limit of {self._memory}; raise memory" if self._memory else "this machine's memory"
            return f"it ran out of memory: it needed more than {limit}"
        if self._is_disk_full():
            return f"no space is left on the disk of {self._root}"
        if self._removed:
            return "its container was removed while it ran"
        if self._lost:
            return "the container engine was stopped or restarted while it ran"
        if self.status == _SIGKILL and not self._by_us:
            # Podman does not always tell that it was for memory.
            unsaid = f", or for want of memory: its limit is {self._memory}" if self._memory and self._podman else ""
            return f"its container was killed (SIGKILL) from outside{unsaid}"
        return None

    def terminate(self) -> None:
        """Ask it to end; asked again, see that it does."""
        again, self._asked = self._asked, True
        if again and self._grace is not None:
            self.kill()
            return
        self._signal("SIGTERM")
        if self._grace is not None:
            timer = threading.Timer(self._grace, self.kill)
            timer.daemon = True
            timer.start()

    def kill(self) -> None:
        """End it."""
        if self._over.is_set():
            return
        self._by_us = True
        self._signal("SIGKILL")
        self._over.wait(_ABSENCE_SECONDS)

    def remove(self) -> None:
        """Give it back."""
        with contextlib.suppress(NotFound):
            self._client.api.remove_container(self.id, v=True, force=True)

    def _signal(self, name: str) -> None:
        """Also while the engine is away: the container may outlive that."""
        while not self._over.is_set():
            try:
                self._client.api.kill(self.id, signal=name)
            except APIError as error:
                if error.status_code not in (404, 409):  # it has ended meanwhile
                    raise
            except RequestException:
                self._over.wait(_RETRY_SECONDS)
                continue
            return

    def _is_disk_full(self) -> bool:
        disk = os.statvfs(self._root)
        return disk.f_bavail * disk.f_frsize < _FULL_BYTES


def _second(stamp: bytes) -> int | None:
    """The second of a log line's time, ``2026-11-29T14:59:46.123456789Z``; ``None`` before the first line."""
    if not stamp:
        return None
    text = stamp.decode()
    return int(datetime.fromisoformat(text[:19] + ("+00:00" if text.endswith("Z") else text[-6:])).timestamp())
