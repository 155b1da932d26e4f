"""Feeding a job's channels, for backends that run jobs on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from attrs import frozen

from smtf_core.interfaces import InputMode
from smtf_core.models import Channel, Job, Layout, TrainingResult
from smtf_core.models.converter import to_data
from smtf_core.models.layout import write_json
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries
from smtf_core.selection import choose_input_mode


@frozen
class Feed:
    """A channel and the input mode that feeds it."""

    channel: Channel
    mode: InputMode


def feeds_of(job: Job, plugins: PluginManager) -> list[Feed]:
    """The input mode of every channel, each of which has looked at its channel.

    Raises:
        InvalidInputError: a channel cannot be fed.
    """
    registries = Registries(plugins)
    backend = registries.backends.find(job.backend)
    feeds = []
    for channel in job.channels:
        spec = choose_input_mode(registries.input_modes, backend, channel, job.input_mode)
        feed = Feed(channel, registries.input_modes.make(spec.name))
        feed.mode.check(channel)
        feeds.append(feed)
    return feeds


@contextmanager
def feeding(feeds: Sequence[Feed], data: Path, host: str, hosts: tuple[str, ...]) -> Iterator[None]:
    """Provide all channels of one host below ``data`` for as long as the context lasts."""
    with ExitStack() as stack:
        for feed in feeds:
            stack.enter_context(feed.mode.feed(feed.channel, data, host, hosts))
        yield


def record_stop_while_feeding(layout: Layout, reason: str) -> None:
    """Say in a job's tree that it was stopped before its training had begun, so there was nothing to save."""
    write_json(layout.result, to_data(TrainingResult(state="Stopped", stop_reason=reason)))
    layout.success.touch()
