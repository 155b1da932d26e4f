"""The two tables, and how a dotted name is looked up in them."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

import attrs

#: The releases that are known, oldest first.
RELEASES = ("1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10", "1.11")

#: How a name is there today: as TensorFlow's own, as a piece of smtf, or not at all.
Presence = Literal["own", "smtf", "absent"]

_ALIAS = "="


@attrs.frozen
class Stretch:
    """Neighbouring releases in which a name took the same arguments.

    Attributes:
        first: the oldest release, an index into :data:`RELEASES`.
        last: the newest one.
        arguments: names of the arguments, ``'*'`` and ``'**'`` among them where it took any; ``None``: not known.
    """

    first: int
    last: int
    arguments: tuple[str, ...] | None


@attrs.frozen
class Today:
    """What a script of generation 1.x finds under a name.

    Attributes:
        presence: whether, and whose.
        arguments: names of its arguments, as in :class:`Stretch`.
    """

    presence: Presence
    arguments: tuple[str, ...] | None


@attrs.frozen
class Name:
    """A public name of TensorFlow 1.

    Attributes:
        dotted: its shortest name, without ``tf.``.
        stretches: when it existed, oldest first.
        today: what is there now.
    """

    dotted: str
    stretches: tuple[Stretch, ...]
    today: Today

    def existed(self, release: int) -> bool:
        """Whether the release, an index into :data:`RELEASES`, had it."""
        return self.at(release) is not None

    def at(self, release: int) -> Stretch | None:
        """The stretch that a release belongs to."""
        return next((stretch for stretch in self.stretches if stretch.first <= release <= stretch.last), None)


class Api:
    """TensorFlow 1's public names.

    Args:
        history: dotted name → ``[[first, last, "arguments"], …]``.
        today: dotted name → ``"arguments"`` or ``None``, below ``own`` and ``smtf``; below ``later`` the names that
            scripts find and no release of :data:`RELEASES` had.
    """

    def __init__(self, history: dict[str, Any], today: dict[str, dict[str, str | None]]) -> None:
        self._history = history
        self._today = today

    def came_later(self, dotted: str) -> bool:
        """Whether a script finds a name that :meth:`find` does not know.

        It came after the last known release, or is below a package that had to be imported by its own name.
        """
        return dotted in self._today["later"]

    def find(self, dotted: str) -> Name | None:
        """Look a name up, e.g. ``'contrib.layers.fully_connected'``; ``None``: no release had it."""
        canonical = self._canonical(dotted)
        stretches = self._history.get(canonical)
        if stretches is None:
            return None
        return Name(canonical, tuple(Stretch(a, b, _arguments(text)) for a, b, text in stretches), self._now(canonical))

    def siblings(self, dotted: str) -> list[str]:
        """Every name, with its dots, that stands in the same package."""
        package = dotted.rpartition(".")[0]
        return [name for name in self._history if name.rpartition(".")[0] == package]

    def _canonical(self, dotted: str) -> str:
        """The name under which the table has it: a module may be known by several."""
        parts = dotted.split(".")
        for length in range(1, len(parts) + 1):
            text = (self._history.get(".".join(parts[:length])) or [[0, 0, None]])[-1][2]
            if text is not None and text.startswith(_ALIAS):
                rest = [text.removeprefix(f"{_ALIAS}tf."), *parts[length:]]
                return self._canonical(".".join(rest))
        return dotted

    def _now(self, dotted: str) -> Today:
        presences: tuple[Presence, ...] = ("own", "smtf")
        for presence in presences:
            if dotted in self._today[presence]:
                return Today(presence, _arguments(self._today[presence][dotted]))
        return Today("absent", None)


@cache
def load_api() -> Api:
    """The tables that come with smtf."""
    return Api(*(_read(name) for name in ("history", "today")))


def _read(name: str) -> Any:
    return json.loads(gzip.decompress((Path(__file__).parent / f"{name}.json.gz").read_bytes()))


def _arguments(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(text.split())
