"""InputMode: how a channel's data reaches the script."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from attrs import frozen

from smtf_core.interfaces.spec import Spec
from smtf_core.models import Channel


@frozen(kw_only=True)
class InputModeSpec(Spec):
    """Declares an input mode; ``name`` is what ``input_mode=`` says, for example ``'File'``.

    Args:
        schemes: URI schemes that it can read; ``'file'`` stands for plain local paths as well.
    """

    schemes: tuple[str, ...] = ("file",)


class InputMode(Protocol):
    """Feeds channels on backends where smtf is the one that provides the data. Constructed without arguments."""

    def check(self, channel: Channel) -> None:
        """Look whether the channel can be fed, before anything starts.

        Raises:
            InvalidInputError: it cannot; the message names the channel and the remedy.
        """
        ...

    def feed(self, channel: Channel, data: Path, host: str, hosts: tuple[str, ...]) -> AbstractContextManager[None]:
        """Provide the channel below ``data`` (``input/data`` of a host's tree) for as long as the context lasts.

        Args:
            channel: the channel.
            data: folder in which ``<channel.name>`` (File) or ``<channel.name>_<epoch>`` (Pipe) is to appear.
            host: the host that reads.
            hosts: all hosts, for sharded channels.
        """
        ...
