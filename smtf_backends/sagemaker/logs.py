"""A training job's log in CloudWatch: the streams of all hosts, merged by time, as soon as lines arrive."""

from __future__ import annotations

import heapq
import logging
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from attrs import define

from smtf_backends.sagemaker.services import ServiceError, Services, told
from smtf_core.errors import UnknownNameError
from smtf_core.models import LogLine

_log = logging.getLogger("smtf")

#: Source: where SageMaker writes the logs of training jobs; a stream a host, ``<job>/algo-1-<number>``.
GROUP = "/aws/sagemaker/TrainingJobs"
_POLL_SECONDS = 2.0
#: How long CloudWatch may take to show the last lines of a job that has ended.
SETTLE_SECONDS = 5.0
# How long one goes on asking while the service fails.
_PATIENCE_SECONDS = 600.0
_LEVEL = re.compile(r"\b(DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL)\b")
_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50, "FATAL": 50}


@define
class _Stream:
    """One host's log, as far as it has been read."""

    name: str
    host: str
    token: str | None = None


class JobLog:
    """The log of one job.

    Args:
        services: the account.
        job_name: the job.
        hosts: how many hosts write it.
    """

    def __init__(self, services: Services, job_name: str, hosts: int) -> None:
        self._services = services
        self._job_name = job_name
        self._hosts = hosts
        self._streams: dict[str, _Stream] = {}
        # Lines that have been read but not handed out; what arrived before a request failed is not lost.
        self._arrived: list[LogLine] = []

    def lines(self) -> Iterator[LogLine]:
        """What there is now, from the first line on; holds one page of each host in memory.

        Raises:
            ServiceError: it cannot be read.
        """
        self._find_streams()
        yield from heapq.merge(*map(self._pages, self._streams.values()), key=lambda line: line.timestamp)

    def follow(self, ended: Callable[[], bool]) -> Iterator[LogLine]:
        """The lines from the first one on, as they come; a host that is silent does not hold back the others'.

        Args:
            ended: whether the job has.

        Raises:
            ServiceError: it cannot be read, and could not be for the last ten minutes.
        """
        failing_since: float | None = None
        settled_at: float | None = None
        while True:
            now = time.monotonic()
            if settled_at is None and ended():
                settled_at = now + SETTLE_SECONDS
            try:
                self._read_news()
                failing_since = None
            except ServiceError as error:
                failing_since = now if failing_since is None else failing_since
                if not error.transient or now > failing_since + _PATIENCE_SECONDS:
                    raise
                _log.warning("%s; trying again", error)
            lines, self._arrived = sorted(self._arrived, key=lambda line: line.timestamp), []
            yield from lines
            if settled_at is not None and not lines and now >= settled_at:
                return
            time.sleep(_POLL_SECONDS)

    def tails(self, count: int) -> dict[str, list[str]]:
        """The last lines of every host.

        Args:
            count: so many each.

        Raises:
            ServiceError: they cannot be read.
        """
        self._find_streams()
        tails: dict[str, list[str]] = {}
        for stream in self._streams.values():
            answer = self._read(stream, startFromHead=False, limit=count)
            tails[stream.host] = [event["message"].rstrip("\n") for event in answer["events"]]
        return tails

    def _read_news(self) -> None:
        if len(self._streams) < self._hosts:
            self._find_streams()
        for stream in self._streams.values():
            for line in self._pages(stream):
                self._arrived.append(line)

    def _find_streams(self) -> None:
        client = self._services.client("logs")
        try:
            with told("logs:DescribeLogStreams", GROUP):
                pages = client.get_paginator("describe_log_streams").paginate(
                    logGroupName=GROUP, logStreamNamePrefix=f"{self._job_name}/"
                )
                names = sorted(stream["logStreamName"] for page in pages for stream in page["logStreams"])
        except UnknownNameError:
            return  # the group comes with the account's first job
        for name in names:
            self._streams.setdefault(name, _Stream(name, _host_of(name)))

    def _pages(self, stream: _Stream) -> Iterator[LogLine]:
        """The lines of a stream that have not been read yet."""
        while True:
            token = {} if stream.token is None else {"nextToken": stream.token}
            answer = self._read(stream, startFromHead=True, **token)
            for event in answer["events"]:
                text = event["message"].rstrip("\n")
                yield LogLine(stream.host, text, event["timestamp"] / 1000, _level_of(text))
            # Source: at the end of a stream GetLogEvents gives back the token that it got. A page may be empty before.
            reached_end = answer["nextForwardToken"] == stream.token
            stream.token = answer["nextForwardToken"]
            if reached_end:
                return

    def _read(self, stream: _Stream, **options: Any) -> Any:
        with told("logs:GetLogEvents", f"{GROUP}:{stream.name}"):
            return self._services.client("logs").get_log_events(
                logGroupName=GROUP, logStreamName=stream.name, **options
            )


def last_lines(services: Services, group: str, count: int) -> list[str]:
    """The last lines of the newest stream of a log group; none where there is no such group.

    Args:
        services: the account.
        group: the group.
        count: no more than so many.

    Raises:
        ServiceError: they cannot be read.
    """
    client = services.client("logs")
    try:
        with told("logs:DescribeLogStreams", group):
            found = client.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True, limit=1)[
                "logStreams"
            ]
    except UnknownNameError:
        return []
    if not found:
        return []
    name = found[0]["logStreamName"]
    with told("logs:GetLogEvents", f"{group}:{name}"):
        events = client.get_log_events(logGroupName=group, logStreamName=name, startFromHead=False, limit=count)
    return [event["message"].rstrip("\n") for event in events["events"]]


def _host_of(stream: str) -> str:
    """``algo-1`` of ``job/algo-1-1539693300``."""
    return stream.rpartition("/")[2].rpartition("-")[0] or stream


def _level_of(text: str) -> int:
    match = _LEVEL.search(text[:80])
    return _LEVELS[match[1]] if match else logging.INFO
