"""What hooks promise to plugins that are out there: the record, what breaks it, and how it grows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cattrs
from attrs import asdict, frozen
from packaging.version import Version

from generators.hooks import Hook, read_hooks
from smtf_core import __version__

RECORD = Path(__file__).parent.parent.parent / "tests" / "docs" / "hook_signatures.json"


@frozen
class Record:
    """What plugins that are out there were promised.

    Args:
        arguments: hook → names of its arguments, in order.
        removals: ``hook`` or ``hook(argument)`` → the version that was announced to take it away.
    """

    arguments: Mapping[str, Sequence[str]]
    removals: Mapping[str, str]

    def may_go(self, hook: str, argument: str, version: str) -> bool:
        """Whether a version may lack what was promised.

        Args:
            hook: the hook's name.
            argument: one of its arguments, or ``''`` for the hook itself.
            version: of smtf; a development version of 2.0 counts as 2.0.
        """
        removal = self.removals.get(_thing(hook, argument))
        return removal is not None and _reached(removal, version)

    def still_promised(self, hooks: Iterable[Hook], version: str) -> dict[str, list[str]]:
        """Hook → arguments that must be there: all but those that were announced to go, are due, and are gone."""
        now = {hook.name: hook.parameters for hook in hooks}
        return {
            name: [
                argument
                for argument in arguments
                if argument in now.get(name, ()) or not self.may_go(name, argument, version)
            ]
            for name, arguments in self.arguments.items()
            if name in now or not self.may_go(name, "", version)
        }


def _thing(hook: str, argument: str) -> str:
    return f"{hook}({argument})" if argument else hook


def _reached(removal: str, version: str) -> bool:
    return Version(version).release >= Version(removal).release


def broken_promises(record: Record, hooks: Sequence[Hook], version: str) -> list[str]:
    """What hooks do to plugins that are out there, and must not.

    Args:
        record: what was promised.
        hooks: what there is.
        version: of smtf.

    Returns:
        A sentence for each fault.
    """
    now = {hook.name: list(hook.parameters) for hook in hooks}
    faults = []
    for name, promised in record.still_promised(hooks, version).items():
        if name not in now:
            faults.append(f"hook {name} is gone before its time: bring it back, and deprecate it first")
        elif now[name][: len(promised)] != promised:
            faults.append(
                f"the arguments of {name} must begin with {promised}, new ones come last; there are {now[name]}"
            )
    for hook in hooks:
        for argument, leaving in hook.deprecations.items():
            thing = _thing(hook.name, argument)
            if argument and argument not in hook.parameters:
                faults.append(f"{thing} is deprecated, but there is no such argument")
            if _reached(leaving.removal, version):
                faults.append(
                    f"{thing} was to go with {leaving.removal}, and this is {version}: take it away or postpone it"
                )
            if (announced := record.removals.get(thing)) and Version(leaving.removal) < Version(announced):
                faults.append(f"{thing} was announced to go with {announced}, not already with {leaving.removal}")
    return faults


def grown(record: Record, hooks: Sequence[Hook], version: str) -> Record:
    """The record with what is new: hooks, arguments at the end, announcements. Only what was due and is gone leaves it.

    Args:
        record: what was promised.
        hooks: what there is.
        version: of smtf.
    """
    now = {hook.name: list(hook.parameters) for hook in hooks}
    promised = record.still_promised(hooks, version)
    arguments = {name: now[name] if now.get(name, [])[: len(old)] == old else old for name, old in promised.items()}
    removals = {
        (thing := _thing(hook.name, argument)): max(leaving.removal, record.removals.get(thing, "0"), key=Version)
        for hook in hooks
        for argument, leaving in hook.deprecations.items()
    }
    # Gone too early. What is there and no longer deprecated stays, whatever was announced.
    missing = {
        _thing(name, argument)
        for name, old in promised.items()
        for argument in ("", *old)
        if name not in now or argument not in ("", *now[name])
    }
    return Record(
        arguments={**arguments, **{name: names for name, names in now.items() if name not in arguments}},
        removals={**removals, **{thing: record.removals[thing] for thing in missing & record.removals.keys()}},
    )


def recorded() -> Record:
    """What is written in tests/docs/hook_signatures.json."""
    return cattrs.structure(json.loads(RECORD.read_text(encoding="utf-8")), Record)


def text() -> str:
    """The text of tests/docs/hook_signatures.json, brought up to date."""
    record = asdict(grown(recorded(), read_hooks(), __version__))
    return "{\n" + ",\n".join(f"  {json.dumps(part)}: {_object(value)}" for part, value in record.items()) + "\n}\n"


def _object(members: Mapping[str, Any]) -> str:
    lines = [f"    {json.dumps(name)}: {json.dumps(value)}" for name, value in members.items()]
    return "{\n" + ",\n".join(lines) + "\n  }" if lines else "{}"
