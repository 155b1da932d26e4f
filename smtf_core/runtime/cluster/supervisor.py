"""Supervisor: one host's share of a job, from the tree to its end. Starts the host's processes and outlives them.

It knows what the coordinator knows only from messages; on the first host the coordinator is an object beside it, on the
others it is at the end of a link. Everything that happens (a message, the end of a process, a signal, a lost link) is
an event in one queue, handled in turn by :meth:`Supervisor.run`.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable

from attrs import frozen

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import HostProcess
from smtf_core.models import TrainingEnvironment
from smtf_core.models.cluster import RESTART
from smtf_core.models.layout import write_atomically, write_json
from smtf_core.runtime.cluster.coordinator import Coordinator
from smtf_core.runtime.cluster.ending import FINAL, failure_of, stop_reason, write_end, write_failure
from smtf_core.runtime.cluster.links import Link, Switchboard, call
from smtf_core.runtime.cluster.messages import (
    LONGEST_CAUSE,
    Abort,
    Done,
    Failed,
    Finished,
    Message,
    Ready,
    Restart,
    Start,
    Stop,
    StopRequested,
    Waiting,
)
from smtf_core.runtime.cluster.ports import KeptPort
from smtf_core.runtime.cluster.processes import Child, ended_in_words, signals_ignored, signals_wanted

_log = logging.getLogger("smtf")

#: How long a stopped job may take to save its checkpoint before it is interrupted; SageMaker gives as much.
GRACE_SECONDS = 120.0
_INTERRUPT_SECONDS = 15.0  # … and an interrupted one to end before it is killed
_LEAVE_SECONDS = 3.0  # what the other hosts' trainers get when the chief has ended
_FAREWELL_SECONDS = 4.0  # how long the first host waits until all have heard how the job ended
_RETRY_SECONDS = 0.5
_REMINDER_SECONDS = 5.0
_PORT_SECONDS = 15.0


@frozen
class _Ended:
    child: Child


@frozen
class _Signalled:
    number: int


@frozen
class _Connected:
    pass


@frozen
class _Lost:
    cause: str


_Event = Message | _Ended | _Signalled | _Connected | _Lost


class Supervisor:
    """Runs one host's share of a job.

    Args:
        environment: the host's.
        processes: what runs on it; the first one trains.
        control: where the first host listens for the others; ``None``: at the job's control port.
    """

    def __init__(
        self,
        environment: TrainingEnvironment,
        processes: tuple[HostProcess, ...],
        control: socket.socket | None = None,
    ) -> None:
        self._environment = environment
        self._processes = processes
        self._control = control
        self._host = environment.current_host
        self._first = environment.hosts[0]
        self._settings = environment.settings.cluster
        self._events: asyncio.Queue[_Event] = asyncio.Queue()
        self._attempt = 1
        self._children: list[Child] = []
        self._ports: dict[str, KeptPort] = {}
        self._send: Callable[[Message], None] | None = None
        self._stops = 0
        self._started = False
        self._killed = False
        self._own_status: int | None = None
        self._background: list[asyncio.Future[None]] = []
        self._switchboard: Switchboard | None = None

    async def run(self) -> int:
        """Run to the end.

        Returns:
            The exit status: 0 when the job completed or was stopped; that of the process of this host whose failure
            ended the job; else 1.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._events.put_nowait, _Signalled(number))
        signals_wanted()
        try:
            await self._join()
            end: Abort | Done | None = None
            while end is None:
                end = await self._handle(await self._events.get())
            return await self._conclude(end)
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
            signals_ignored()
            await self._kill_children()
            for task in self._background:
                task.cancel()
            if self._switchboard is not None:
                await self._switchboard.close(_FAREWELL_SECONDS)

    # --- the way to the coordinator -------------------------------------------------------------------------------

    async def _join(self) -> None:
        if self._host == self._first:
            await self._coordinate()
            await self._be_ready()
        else:
            self._background.append(asyncio.ensure_future(self._stay_connected()))

    async def _coordinate(self) -> None:
        """Be the host that decides for all."""
        others = self._environment.hosts[1:]

        def send(host: str, message: Message) -> None:
            if host == self._host:
                self._events.put_nowait(message)
            elif self._switchboard is not None:
                self._switchboard.send(host, message)

        coordinator = Coordinator(
            self._environment.hosts, self._settings, send, self._environment.layout.success.exists
        )
        self._send = lambda message: coordinator.receive(self._host, message)
        if others:
            token = self._environment.cluster_token
            switchboard = Switchboard(token, others, coordinator.receive, coordinator.lost)
            await switchboard.open(self._control or _listening_at(self._environment.network.control_port))
            self._switchboard = switchboard

        async def tick() -> None:
            while not coordinator.ended:
                coordinator.tick()
                await asyncio.sleep(1.0)

        self._background.append(asyncio.ensure_future(tick()))

    async def _stay_connected(self) -> None:
        network, limit = self._environment.network, self._settings.rendezvous_timeout_secs
        address, port = network.address(self._first), network.control_port
        now = asyncio.get_running_loop().time
        since = reminded = now()
        while True:
            link = await call(address, port, self._environment.cluster_token, self._host, self._events.put_nowait)
            if link is None:
                if now() - since > limit:
                    cause = f"did not answer at {address}:{port} within {limit:g} s (rendezvous_timeout_secs)"
                    self._events.put_nowait(Abort(host=self._first, cause=cause))
                    return
                if now() - reminded >= _REMINDER_SECONDS:
                    reminded = now()
                    waited = now() - since
                    _log.info("waiting for %s at %s:%d (%.0f of %g s)", self._first, address, port, waited, limit)
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            await self._hold(link)
            since = reminded = now()

    async def _hold(self, link: Link) -> None:
        self._send = link.send
        self._events.put_nowait(_Connected())
        try:
            cause = await link.run()
        finally:
            self._send = None
        self._events.put_nowait(_Lost(cause))

    # --- events ---------------------------------------------------------------------------------------------------

    async def _handle(self, event: _Event) -> Abort | Done | None:
        """Handle an event; what it returns ends this host's share."""
        if isinstance(event, (Abort, Done)):
            return event
        if isinstance(event, _Connected):
            await self._be_ready()
        elif isinstance(event, _Lost):
            return await self._link_is_lost(event.cause)
        elif isinstance(event, Waiting):
            _log.info("waiting for %s (%g of %g s)", ", ".join(event.hosts), event.seconds, event.limit)
        elif isinstance(event, Start):
            await self._start(event)
        elif isinstance(event, Restart):
            first_line = event.cause.partition("\n")[0]
            _log.warning("attempt %d begins because of host %r: %s", event.attempt, event.host, first_line)
            await self._begin_again(event.attempt)
        elif isinstance(event, Stop):
            self._stop_trainers(event.reason)
        elif isinstance(event, _Signalled):
            return self._signalled(event.number)
        elif isinstance(event, _Ended) and event.child in self._children:
            self._process_ended(event.child)
        return None

    async def _be_ready(self) -> None:
        """Nothing runs here: tell the coordinator so, and where the processes will listen."""
        try:
            await self._choose_ports()
        except InvalidInputError as error:
            self._say(Failed(attempt=self._attempt, cause=str(error), final=True))
            return
        address = self._environment.network.address(self._host)
        listening = {role: f"{address}:{port.number}" for role, port in self._ports.items()}
        self._say(Ready(attempt=self._attempt, listening=listening))

    async def _choose_ports(self) -> None:
        free = self._environment.network.free_ports
        several = len(self._environment.hosts) * len(self._processes) > 1
        deadline = asyncio.get_running_loop().time() + _PORT_SECONDS
        for process in self._processes:
            while several and process.port is not None and process.role not in self._ports:
                try:
                    self._ports[process.role] = KeptPort(None if free else process.port)
                except InvalidInputError:
                    if asyncio.get_running_loop().time() > deadline:
                        raise
                    await asyncio.sleep(_RETRY_SECONDS)

    async def _start(self, start: Start) -> None:
        self._attempt = start.attempt
        layout = self._environment.layout
        write_json(layout.processes, start.listening)
        for left_behind in (layout.failure, layout.success, layout.result):
            left_behind.unlink(missing_ok=True)
        self._started = True
        for process in self._processes:
            self._children.append(
                await Child.start(process, layout.root, lambda child: self._events.put_nowait(_Ended(child)))
            )

    async def _begin_again(self, attempt: int) -> None:
        await self._kill_children()
        self._attempt = attempt
        await self._be_ready()

    async def _link_is_lost(self, cause: str) -> Abort | None:
        if self._settings.on_host_failure != RESTART or self._stops:
            return Abort(host=self._first, cause=cause)
        _log.warning("host %r: %s", self._first, cause)
        if self._children:
            await self._kill_children()
            self._attempt += 1
        return None

    def _stop_trainers(self, reason: str) -> None:
        """Have the trainers save a checkpoint and end; asked again, interrupt them; then kill them."""
        self._stops += 1
        if self._stops == 1:
            write_atomically(self._environment.layout.stop_request, reason)
        if self._stops > 2:
            self._killed = True
        for child in self._children:
            if child.process.trains:
                child.signal(signal.SIGKILL if self._killed else signal.SIGTERM)
        seconds = {1: GRACE_SECONDS, 2: _INTERRUPT_SECONDS}.get(self._stops)
        if seconds is not None:
            stops = self._stops
            asyncio.get_running_loop().call_later(seconds, self._escalate, stops)

    def _escalate(self, stops: int) -> None:
        if self._stops == stops:
            self._events.put_nowait(Stop(reason=""))

    def _signalled(self, number: int) -> Done | None:
        reason = _stop_reason(self._environment, number)
        if self._send is None:
            return Done(stop_reason=reason)  # the others learn of it when this host is missing
        self._send(StopRequested(reason=reason))
        return None

    def _process_ended(self, child: Child) -> None:
        process, status = child.process, child.status
        assert status is not None
        if self._host == self._first and process is self._processes[0]:
            # A trainer that has written its results may come to grief while Python ends; that is no matter.
            if status == 0 or self._killed or self._environment.layout.success.exists():
                self._say(Finished(attempt=self._attempt))
                return
        elif process.trains and (status == 0 or self._killed):
            return
        what = f"its {process.role} process {ended_in_words(status)}"
        cause = (failure_of(self._environment.layout) if status > 0 else None) or what
        self._own_status = 1 if status == FINAL else status if status > 0 else 128 - status
        self._say(Failed(attempt=self._attempt, cause=cause[:LONGEST_CAUSE], final=status == FINAL))

    def _say(self, message: Message) -> None:
        if self._send is not None:
            self._send(message)

    # --- the end --------------------------------------------------------------------------------------------------

    async def _conclude(self, end: Abort | Done) -> int:
        if isinstance(end, Abort):
            await self._kill_children()
            headline = write_failure(self._environment, end)
            if headline is not None:
                _log.error("%s", headline)
            return self._own_status or 1
        trainers = [child for child in self._children if child.process.trains and child.status is None]
        if trainers and not self._stops:
            write_atomically(self._environment.layout.stop_request, "the chief's training has ended")
        for child in trainers:
            child.signal(signal.SIGTERM)
        if trainers:
            await asyncio.gather(*(child.wait(_LEAVE_SECONDS) for child in trainers))
        await self._kill_children()
        write_end(self._environment, end)
        return 0

    async def _kill_children(self) -> None:
        children, self._children = self._children, []
        await asyncio.gather(*(child.kill() for child in children))
        for port in self._ports.values():
            port.close()
        self._ports = {}


def _stop_reason(environment: TrainingEnvironment, number: int) -> str:
    said = stop_reason(environment.layout)
    if said is not None:
        return said
    received = f"received {signal.Signals(number).name}"
    return received if len(environment.hosts) == 1 else f"host {environment.current_host!r} {received}"


def _listening_at(port: int) -> socket.socket:
    """The control port of a first host that has the port to itself."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("", port))
    except OSError as error:
        listening.close()
        raise InvalidInputError(
            f"the hosts' control port {port} is taken by another program on this machine ({error.strerror})"
        ) from error
    return listening
