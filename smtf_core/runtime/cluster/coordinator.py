"""Coordinator: decides for all hosts when an attempt begins, whether it is repeated, and when the job has ended.

It does no input or output of its own: it is told what happens and says what is to be sent. It keeps nothing that the
hosts do not know, so a new one can take over when the first host's supervisor was killed: the number of the attempt
comes with the hosts.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from smtf_core.models.cluster import RESTART, ClusterSettings
from smtf_core.runtime.cluster.messages import (
    LONGEST_CAUSE,
    Abort,
    Beat,
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

_log = logging.getLogger("smtf")

_REMINDER = 5.0  # seconds between two messages about who is being waited for


class Coordinator:
    """Decides for all hosts of a job.

    Args:
        hosts: their names; the chief runs on the first one.
        settings: what is to happen when one fails.
        send: sends a message to a host; does nothing when the host is not there.
        finished: whether the chief has written its results; what fails from then on fails because the chief is going.
        clock: seconds.
    """

    def __init__(
        self,
        hosts: tuple[str, ...],
        settings: ClusterSettings,
        send: Callable[[str, Message], None],
        finished: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hosts = hosts
        self._settings = settings
        self._send = send
        self._finished = finished
        self._clock = clock
        self._attempt = 1
        self._ready: dict[str, Ready] = {}
        self._running = False
        self._stop_reason = ""
        self._end: Abort | Done | None = None
        self._gathering_since = self._reminded = clock()

    @property
    def ended(self) -> bool:
        """Whether the job has ended."""
        return self._end is not None

    def receive(self, host: str, message: Message) -> None:
        """A host says something; what makes no sense now is what the host said before it knew."""
        if self._end is not None:
            if not isinstance(message, Beat):
                self._send(host, self._end)
        elif isinstance(message, Ready):
            self._host_is_ready(host, message)
        elif isinstance(message, Failed):
            if message.attempt == self._attempt or message.final:
                self._host_failed(host, message.cause, message.final)
        elif isinstance(message, StopRequested):
            self._stop(message.reason)
        elif isinstance(message, Finished) and self._running and host == self._hosts[0]:
            self._finish(Done(stop_reason=self._stop_reason))

    def lost(self, host: str, cause: str) -> None:
        """A host is gone."""
        if self._end is None:
            self._host_failed(host, cause, final=False)

    def tick(self) -> None:
        """Time goes by: told about once a second."""
        if self._running or self._end is not None:
            return
        now = self._clock()
        missing = tuple(host for host in self._hosts if host not in self._ready)
        waited, limit = now - self._gathering_since, self._settings.rendezvous_timeout_secs
        if waited > limit:
            cause = f"did not come within {limit:g} s (rendezvous_timeout_secs); missing: {', '.join(missing)}"
            self._finish(Abort(host=missing[0], cause=cause))
        elif now - self._reminded >= _REMINDER:
            self._reminded = now
            self._broadcast(Waiting(hosts=missing, seconds=round(waited), limit=limit))

    def _host_is_ready(self, host: str, message: Ready) -> None:
        if self._running:
            # Its supervisor is a new one, and its loss has not been noticed.
            self._host_failed(host, "its supervisor has begun anew", final=False)
            if self._end is not None:
                return
        self._ready[host] = message
        self._attempt = max(self._attempt, message.attempt)
        if self._attempt - 1 > self._settings.max_restarts:
            first = self._hosts[0]
            self._finish(Abort(host=first, cause=f"its supervisor was lost; {self._used_up()}"))
        elif len(self._ready) == len(self._hosts):
            self._running = True
            listening = {name: self._ready[name].listening for name in self._hosts}
            self._broadcast(Start(attempt=self._attempt, listening=listening))

    def _host_failed(self, host: str, cause: str, final: bool) -> None:
        if self._running and self._finished():
            return
        again = self._settings.on_host_failure == RESTART and not final and not self._stop_reason
        if again and not self._running:
            self._ready.pop(host, None)  # nothing has begun that would have to end
        elif again and self._attempt <= self._settings.max_restarts:
            _log.warning("host %r: %s", host, cause.partition("\n")[0])
            self._running = False
            self._attempt += 1
            self._ready.clear()
            self._gathering_since = self._reminded = self._clock()
            self._broadcast(Restart(attempt=self._attempt, host=host, cause=cause))
        else:
            self._finish(Abort(host=host, cause=f"{cause}\n{self._used_up()}" if again else cause))

    def _used_up(self) -> str:
        return f"max_restarts={self._settings.max_restarts} is used up"

    def _stop(self, reason: str) -> None:
        self._stop_reason = self._stop_reason or reason
        if self._running:
            self._broadcast(Stop(reason=self._stop_reason))
        else:
            self._finish(Done(stop_reason=self._stop_reason))

    def _finish(self, end: Abort | Done) -> None:
        if isinstance(end, Abort):
            end = Abort(host=end.host, cause=end.cause[:LONGEST_CAUSE])
        self._end = end
        self._running = False
        self._broadcast(end)

    def _broadcast(self, message: Message) -> None:
        for host in self._hosts:
            self._send(host, message)
