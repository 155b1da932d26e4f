"""Endpoints of backend ``process``: ``smtf serve`` in processes of its own, told of by a folder that has its name.

The folder's lock is held by the server as long as it lives, however it ends; ``address`` is there once it answers.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from attrs import asdict, frozen

from smtf_backends.process.server import WITH_CLIENT
from smtf_core.client.http_call import call
from smtf_core.client.local_deployment import local_deployment
from smtf_core.client.serve_arguments import serve_arguments
from smtf_core.client.serving_failures import last_words, name_taken, start_failure
from smtf_core.client.state import state_folder
from smtf_core.errors import EndpointUnreachableError, InvalidInputError, SmtfError
from smtf_core.interfaces import Deployment, EndpointPlan, Reply, Request
from smtf_core.models import EndpointState
from smtf_core.models.converter import from_data
from smtf_core.models.layout import write_json

_LOCK, _ADDRESS, _LOG, _RECORD = ".lock", "address", "log.txt", "endpoint.json"
_FETCHED = "fetched"  # models and code that came from elsewhere
_START_SECONDS, _POLL_SECONDS = 600.0, 0.05
# `smtf serve` drains for 25 s at most, and then ends its workers.
_END_SECONDS = 40.0
_PORT = "SAGEMAKER_BIND_TO_PORT"


@frozen(kw_only=True)
class Record:
    """What the folder says of an endpoint.

    Args:
        process: the server's number.
        detached: whether it goes on when its client ends.
    """

    process: int
    detached: bool


class ProcessEndpoint:
    """See :class:`~smtf_core.interfaces.Endpoint`.

    Args:
        root: its folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        # Of an endpoint that was started here; kept, so that a server that has ended is no zombie of this process.
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        return self._root.name

    @property
    def address(self) -> str | None:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        with suppress(FileNotFoundError):
            return (self._root / _ADDRESS).read_text(encoding="utf-8")
        return None

    @property
    def state(self) -> EndpointState:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        if self._server is not None:
            self._server.poll()
        if not _is_locked(self._root):
            return EndpointState.FAILED
        return EndpointState.CREATING if self.address is None else EndpointState.IN_SERVICE

    @property
    def abandoned(self) -> bool:
        """Whether it was to end with its client, and has."""
        record = self._record()
        return record is not None and not record.detached and self.state is EndpointState.FAILED

    def invoke(self, request: Request) -> Reply:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        address = self.address
        if address is None:
            raise EndpointUnreachableError(f"endpoint {self.name!r} has been deleted, or has not started")
        try:
            return call(address, request)
        except EndpointUnreachableError as error:
            raise EndpointUnreachableError(f"endpoint {self.name!r}: {error}. Its log: {self._root / _LOG}") from error

    def delete(self) -> None:
        """See :class:`~smtf_core.interfaces.Endpoint`; requests that the server has accepted are answered before."""
        record = self._record()
        if record is not None:
            self._end(record.process)
        elif _is_locked(self._root):
            raise InvalidInputError(f"endpoint {self.name!r} is being started; delete it when it has")
        if self._server is not None:
            if self._server.stdin is not None:
                self._server.stdin.close()
            self._server.wait()
        shutil.rmtree(self._root, ignore_errors=True)

    def start(self, plan: EndpointPlan) -> None:
        """Start the server and wait until it answers; leaves nothing behind when it does not.

        Raises:
            InvalidInputError: the name is taken, or something of the deployment is not what it must be.
            SmtfError: the models or handlers cannot be loaded.
        """
        self._root.mkdir(parents=True, exist_ok=True)
        lock = _take(self._root)
        if lock is None:
            raise name_taken(self.name)
        try:
            for left in (_ADDRESS, _RECORD, _LOG):  # of one that has failed
                (self._root / left).unlink(missing_ok=True)
            shutil.rmtree(self._root / _FETCHED, ignore_errors=True)
            deployment = local_deployment(plan, self._root / _FETCHED)
            self._server = self._launch(plan, deployment, lock)
            write_json(self._root / _RECORD, asdict(Record(process=self._server.pid, detached=plan.detach)))
        except BaseException:
            shutil.rmtree(self._root, ignore_errors=True)
            raise
        finally:
            os.close(lock)
        try:
            self._wait(self._server)
        except BaseException:
            self._server.kill()
            self.delete()
            raise

    def _launch(self, plan: EndpointPlan, deployment: Deployment, lock: int) -> subprocess.Popen[bytes]:
        port = () if deployment.environment.get(_PORT) else ("--port=0",)
        given = (*port, f"--address-file={self._root / _ADDRESS}")
        # What the adapter heeds is what the deployment says, not what this process happens to have.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SAGEMAKER_")}
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1"}
        with (self._root / _LOG).open("wb") as log:
            return subprocess.Popen(
                [
                    *(sys.executable, "-m", "smtf_backends.process.server"),
                    *(() if plan.detach else (WITH_CLIENT,)),
                    *("serve", *serve_arguments(plan, deployment), *given),
                ],
                env={**quiet, **inherited, **deployment.environment},
                pass_fds=(lock,),
                stdin=subprocess.DEVNULL if plan.detach else subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C at the terminal is for the client
            )

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while self.address is None:
            status = server.poll()
            if status is not None:
                raise start_failure(self.name, status, self._last_words())
            if time.monotonic() > deadline:
                raise SmtfError(
                    f"endpoint {self.name!r} did not answer within {_START_SECONDS:g} s; the end of its log:\n"
                    f"{self._last_words()}"
                )
            time.sleep(_POLL_SECONDS)

    def _last_words(self) -> str:
        """What the server says went wrong; the end of its log where it does not."""
        return last_words((self._root / _LOG).read_text(encoding="utf-8", errors="replace"))

    def _record(self) -> Record | None:
        file = self._root / _RECORD
        try:
            return from_data(json.loads(file.read_text(encoding="utf-8")), Record, str(file))
        except FileNotFoundError:
            return None

    def _end(self, process: int) -> None:
        """Ask the server to answer what it has accepted and end; kill it when it does not.

        The lock tells that the number is still the server's.
        """
        deadline = time.monotonic() + _END_SECONDS
        number = signal.SIGTERM
        while _is_locked(self._root):
            with suppress(ProcessLookupError):
                os.kill(process, number)
            while _is_locked(self._root) and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
            number, deadline = signal.SIGKILL, time.monotonic() + _END_SECONDS


def endpoints_folder() -> Path:
    """The folder with the folders of all endpoints of this backend."""
    return state_folder() / "endpoints" / "process"


def _take(root: Path) -> int | None:
    """The folder's lock, or ``None`` where somebody else holds it."""
    descriptor = os.open(root / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _is_locked(root: Path) -> bool:
    try:
        descriptor = os.open(root / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
