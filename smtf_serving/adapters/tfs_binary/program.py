"""The running program: started, watched, asked, ended."""

from __future__ import annotations

import http.client
import json
import logging
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Collection
from typing import Any

from smtf_core.errors import InvalidInputError, SmtfError
from smtf_core.interfaces import Reply
from smtf_serving.adapters.tfs.errors import ServingError
from smtf_serving.adapters.tfs_binary.configuration import Ports
from smtf_serving.adapters.tfs_binary.link import Link

logger = logging.getLogger(__name__)

_KEEPER = "smtf_serving.adapters.tfs_binary.keeper"
_START_SECONDS, _WATCH_SECONDS, _POLL_SECONDS, _END_SECONDS = 600.0, 1.0, 0.1, 15.0
_SHOWN_LINES = 20


class Program:
    """See the module.

    Args:
        command: the program and its arguments.
        ports: where it will listen.
        models: the names of what it serves.
        seconds: to wait for an answer.

    Raises:
        InvalidInputError: a model cannot be loaded.
        SmtfError: the program does not come up; has the end of what it wrote.
    """

    def __init__(self, command: list[str], ports: Ports, models: Collection[str], seconds: float) -> None:
        self.ports = ports
        self._models = tuple(models)
        self._link = Link(ports.rest, seconds)
        self._lines: deque[str] = deque(maxlen=_SHOWN_LINES)
        self._closing = threading.Event()
        #: Model → the newest version that can be called.
        self.newest: dict[str, int] = {}
        self._keeper = subprocess.Popen(
            [sys.executable, "-m", _KEEPER, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the server, which ends the program when it has drained
        )
        self._reader = threading.Thread(target=self._read, name="smtf-tfs-output", daemon=True)
        self._reader.start()
        try:
            self._wait()
        except BaseException:
            self.close()
            raise
        threading.Thread(target=self._watch, name="smtf-tfs-watch", daemon=True).start()

    @property
    def available(self) -> bool:
        """Whether every model had a version that could be called when it was last looked."""
        return all(name in self.newest for name in self._models)

    def ask(self, method: str, path: str, body: bytes = b"", content_type: str = "application/json") -> Reply:
        """Send a request to the program's REST API.

        Raises:
            ServingError: it does not answer.
        """
        try:
            return self._link.ask(method, path, body, {"content-type": content_type})
        except TimeoutError:
            raise ServingError("tensorflow_model_server did not answer in time", 504) from None
        except (OSError, http.client.HTTPException) as error:
            logger.error("tensorflow_model_server does not answer: %s: %s", type(error).__name__, error)  # noqa: TRY400
            self._look()
            if self.available:  # it would not answer this request
                raise ServingError("tensorflow_model_server gave no answer to this request", 502) from None
            raise ServingError("tensorflow_model_server does not answer; it is being started again", 503) from None

    def close(self) -> None:
        """End it."""
        self._closing.set()
        if self._keeper.stdin is not None:
            self._keeper.stdin.close()
        try:
            self._keeper.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()
        self._reader.join(_END_SECONDS)

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self.available:
            if self._keeper.poll() is not None:
                self._reader.join(_END_SECONDS)
                raise self._with_log("does not come up")
            if time.monotonic() > deadline:
                raise self._with_log(f"was not ready within {_START_SECONDS:g} s")
            time.sleep(_POLL_SECONDS)
            for name, failure in self._look().items():
                raise InvalidInputError(f"tensorflow_model_server cannot load model {name!r}: {failure}")

    def _with_log(self, what: str) -> SmtfError:
        return SmtfError("\n".join([f"tensorflow_model_server {what}; the end of its log:", *self._lines]))

    def _watch(self) -> None:
        while not self._closing.wait(_WATCH_SECONDS):
            self._look()

    def _look(self) -> dict[str, str]:
        """Ask for the state of every model; model → why it cannot be loaded."""
        newest, failures = {}, {}
        for name in self._models:
            try:
                reply = self._link.ask("GET", f"/v1/models/{name}")
                states = json.loads(reply.body).get("model_version_status", [])
            except (OSError, http.client.HTTPException, ValueError):
                break  # not yet, or not any more
            callable_now = [int(state["version"]) for state in states if state["state"] == "AVAILABLE"]
            if callable_now:
                newest[name] = max(callable_now)
            elif states and all(_failed(state) for state in states):
                failures[name] = str(states[0]["status"].get("error_message") or states[0]["status"]["error_code"])
        self.newest = newest
        return failures

    def _read(self) -> None:
        assert self._keeper.stdout is not None
        for line in self._keeper.stdout:
            text = line.decode("utf-8", "replace").rstrip()
            self._lines.append(text)
            logger.info("tensorflow_model_server: %s", text)


def _failed(state: dict[str, Any]) -> bool:
    return bool(state["state"] == "END" and state.get("status", {}).get("error_code", "OK") != "OK")
