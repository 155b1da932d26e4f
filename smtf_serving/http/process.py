"""A serving process: what it serves and how, as plain data; and the processes that share a port.

``python -m smtf_serving.http.process JSON`` is one of several workers; :func:`serve` is what ``smtf serve`` calls.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from attrs import asdict, define, evolve, frozen

from smtf_core.errors import SmtfError
from smtf_core.interfaces import Deployment, ModelServer
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries
from smtf_serving.http.server import Companion, HttpServer, bind, new_event_loop
from smtf_serving.http.settings import AUTO, AUTO_ROWS, OFF, HttpSettings

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.1
# A worker that ends this soon after its start, so often in a row, will not come up at all.
_EARLY_SECONDS, _MAX_EARLY = 60.0, 3
_KILL_SECONDS = 5.0
_CANNOT_LOAD = 3  # exit status of a worker whose models cannot be loaded: another one could not either


@frozen(kw_only=True)
class Service:
    """What is served, and how.

    Args:
        deployment: what.
        adapter: name of the serving adapter.
        settings: how.
    """

    deployment: Deployment
    adapter: str
    settings: HttpSettings

    def load(self, port: int) -> ModelServer:
        """Load it, to be reached at ``port``."""
        adapter = Registries(PluginManager()).serving_adapters.make(self.adapter)
        environment = {
            **self.deployment.environment,
            "SAGEMAKER_BIND_TO_PORT": str(port),
            "SAGEMAKER_TFS_ENABLE_BATCHING": "false" if self.settings.batching == OFF else "true",
        }
        if self.settings.batching == AUTO:
            environment.setdefault("SAGEMAKER_TFS_MAX_BATCH_SIZE", str(AUTO_ROWS))
        if self.settings.grpc_port:
            environment["SAGEMAKER_TFS_GRPC_PORT"] = str(self.settings.grpc_port)
        server: ModelServer = adapter.load(evolve(self.deployment, environment=environment))
        return server

    def to_json(self) -> str:
        """For another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Service:
        """What :meth:`to_json` wrote."""
        read = json.loads(text)
        return cls(
            deployment=Deployment(**read["deployment"]),
            adapter=read["adapter"],
            settings=HttpSettings(**read["settings"]),
        )


def serve(service: Service, workers: int, started: Callable[[int], object]) -> None:
    """Serve until SIGTERM or SIGINT, then drain.

    Args:
        service: what.
        workers: number of processes that share the port.
        started: called with the port when requests are answered.

    Raises:
        SmtfError: the models cannot be loaded.
        OSError: the port cannot be had.
    """
    if workers == 1:
        serve_here(service, bind(service.settings), started)
    else:
        _Supervisor(service, workers).run(started)


def serve_here(
    service: Service, listening: socket.socket, started: Callable[[int], object], *, shared: bool = False
) -> None:
    """Serve on this thread, which must be the main one; ``shared``: several processes listen on the ports."""
    loop = new_event_loop()
    try:
        loop.run_until_complete(_serve(service, listening, started, shared))
    finally:
        loop.close()
        # The process ends now. The interpreter would look through all of TensorFlow's objects for garbage first, which
        # takes seconds that whoever has sent SIGTERM may not give.
        gc.freeze()


async def _serve(service: Service, listening: socket.socket, started: Callable[[int], object], shared: bool) -> None:
    server = HttpServer(service.load, service.settings, _grpc(service, shared))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.run(listening, started)


def _grpc(service: Service, shared: bool) -> Callable[[ModelServer], Companion] | None:
    """What starts the gRPC port, if there is to be one; imported now, so that a missing extra is told at once."""
    settings = service.settings
    adapter = Registries(PluginManager()).serving_adapters.find(service.adapter)
    if settings.grpc_port is None or adapter.brings_grpc:
        return None
    from smtf_serving.grpc.server import GrpcServer

    return lambda model_server: GrpcServer(model_server, settings, shared=shared)


@define(eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    began: float
    ready: threading.Event


class _Supervisor:
    """Keeps a number of workers alive that listen on one port, each with a socket of its own (``SO_REUSEPORT``).

    It has no TensorFlow and answers no request: it outlives whatever may happen to those who do.
    """

    def __init__(self, service: Service, count: int) -> None:
        # Bound but not listening: it reserves the port for the workers' sockets and gets no connection itself.
        self._reserved = bind(service.settings, shared=True)
        self._port: int = self._reserved.getsockname()[1]
        self._service = evolve(service, settings=evolve(service.settings, port=self._port))
        self._count = count
        self._workers: list[_Worker] = []
        self._early = 0
        self._stopping = threading.Event()

    def run(self, started: Callable[[int], object]) -> None:
        """Start the workers and look after them until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        try:
            self._workers = [self._start() for _ in range(self._count)]
            announced = False
            while not self._stopping.wait(_POLL_SECONDS):
                self._mend()
                if not announced and all(worker.ready.is_set() for worker in self._workers):
                    announced = True
                    started(self._port)
        finally:
            self._end()
            self._reserved.close()

    def _start(self) -> _Worker:
        # To ask the port would be no use, since any worker may answer: each tells of itself over a pipe.
        tells, told = os.pipe()
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "smtf_serving.http.process", self._service.to_json(), str(told)],
                stdin=subprocess.PIPE,  # ends when this process does, however that comes about
                pass_fds=(told,),
                start_new_session=True,  # Ctrl-C is for this process, which passes it on
            )
        finally:
            os.close(told)
        worker = _Worker(process, time.monotonic(), threading.Event())
        threading.Thread(target=_wait_for_byte, args=(tells, worker.ready), daemon=True).start()
        return worker

    def _mend(self) -> None:
        for index, worker in enumerate(self._workers):
            code = worker.process.poll()
            if code is None:
                continue
            early = time.monotonic() - worker.began < _EARLY_SECONDS and not worker.ready.is_set()
            self._early = self._early + 1 if early else 0
            if self._early >= _MAX_EARLY or (early and code == _CANNOT_LOAD):
                raise SmtfError(f"a worker ended with status {code} before it could serve; its log tells why")
            logger.error("worker %d ended with status %s; starting another", worker.process.pid, code)
            self._workers[index] = self._start()

    def _end(self) -> None:
        for worker in self._workers:
            if worker.process.poll() is None:
                worker.process.terminate()
        deadline = time.monotonic() + self._service.settings.drain_seconds + _KILL_SECONDS
        for worker in self._workers:
            try:
                worker.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("worker %d did not end in time and is killed", worker.process.pid)
                worker.process.kill()
                worker.process.wait()


def _wait_for_byte(descriptor: int, event: threading.Event) -> None:
    with os.fdopen(descriptor, "rb", buffering=0) as pipe:
        if pipe.read(1):
            event.set()


def _worker(service: Service, told: int) -> int:
    """One worker's life.

    Returns:
        Its exit status.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s [%(process)d] %(message)s")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        serve_here(service, bind(service.settings, shared=True), lambda port: os.write(told, b"."), shared=True)
    except SmtfError as error:
        logger.error("%s", error)  # noqa: TRY400 - the message is for the user
        return _CANNOT_LOAD
    return 0


def _end_with_parent() -> None:
    """Standard input ends when the supervisor does, even when it was killed."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _main(arguments: list[str]) -> Any:
    return _worker(Service.from_json(arguments[0]), int(arguments[1]))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
