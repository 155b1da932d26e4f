"""The pages of hooks: the timeline, and one page a family, from the docstrings of ``smtf_core.hookspecs``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import frozen

from generators import docstrings
from smtf_core import hookspecs
from smtf_core.deprecation import Deprecation, deprecations

REGISTER, DECISION, OBSERVER = "register", "decision", "observer"

#: Family → its page and heading, its rule in a few words, and what to know before implementing one.
FAMILIES = {
    REGISTER: (
        "hooks/register.md",
        "Hooks that register",
        "register (what all plugins return is collected)",
        """\
Each declares implementations of one kind by name. It returns records and imports nothing heavy: the factory string of
a record is imported when its name is chosen. The pages of the [kinds](../plugins.md#what-it-must-be) tell what the
records and the implementations must be.""",
    ),
    DECISION: (
        "hooks/decisions.md",
        "Hooks that decide",
        "decision (the first result other than `None` counts)",
        """\
The plugin that was registered last is asked first. The first one that returns something other than `None` decides and
the others are not asked; return `None` to leave it to the next one. The core's own answer, where it has one, is a
plugin that comes last.""",
    ),
    OBSERVER: (
        "hooks/observers.md",
        "Hooks that observe",
        "observer (returns nothing)",
        """\
All plugins are called. They get frozen objects and return nothing. One that raises fails the job, because an observer
that fails silently would be taken for one that works; in `smtf_on_…_error` the exception is logged instead.""",
    ),
}

_NOTICE = (
    "<!-- Made by docs/generate.py from smtf_core/hookspecs.py. Edit the docstrings there, then run it again. -->\n\n"
)
_ROOM = re.compile(r"^# --- (.+?) -+$")


@frozen(kw_only=True)
class Hook:
    """One hookspec, taken apart.

    Args:
        name: its name.
        signature: ``name(arguments) -> result``.
        parameters: the arguments' names in order.
        family: ``'register'``, ``'decision'`` or ``'observer'``, told by the name.
        firstresult: whether the first result decides.
        returns: the annotation of the result.
        room: the heading in the source below which it stands.
        docstring: its docstring.
        deprecations: argument name → how it goes; ``''`` stands for the hook itself.
    """

    name: str
    signature: str
    parameters: tuple[str, ...]
    family: str
    firstresult: bool
    returns: str
    room: str
    docstring: docstrings.Docstring
    deprecations: Mapping[str, Deprecation]

    def part(self, name: str) -> str:
        """One part of the docstring as a line of Markdown."""
        return docstrings.markdown(docstrings.flow(self.docstring.parts[name]))

    @property
    def where(self) -> str:
        """Where it runs, in words."""
        return self.part("Runs in").removesuffix(".")


def family_of(name: str) -> str:
    """The family that a hook's name says it belongs to."""
    if name.startswith("smtf_register_"):
        return REGISTER
    if re.fullmatch(r"smtf_(before|after)_\w+|smtf_on_\w+_error", name):
        return OBSERVER
    return DECISION


def read_hooks() -> list[Hook]:
    """Every hookspec, in the order of the file."""
    rooms = _rooms()
    return [read_hook(name, function, rooms[name]) for name, function in _functions()]


def _functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, value in vars(hookspecs).items():
        if hasattr(value, f"{hookspecs.PROJECT}_spec"):
            yield name, value


def _rooms() -> dict[str, str]:
    """Hook name → the ``# --- heading ---`` above it."""
    room, rooms = "", {}
    for line in inspect.getsource(hookspecs).splitlines():
        if heading := _ROOM.match(line):
            room = heading[1]
        elif line.startswith("def "):
            rooms[line[len("def ") :].partition("(")[0]] = room
    return rooms


def read_hook(name: str, function: Callable[..., Any], room: str) -> Hook:
    """One hookspec.

    Args:
        name: its name.
        function: what is marked as a hookspec.
        room: the heading in the source below which it stands.
    """
    found = inspect.signature(function)
    return Hook(
        name=name,
        signature=docstrings.signature(name, function),
        parameters=tuple(found.parameters),
        family=family_of(name),
        firstresult=bool(getattr(function, f"{hookspecs.PROJECT}_spec")["firstresult"]),
        returns=str(found.return_annotation),
        room=room,
        docstring=docstrings.read(function),
        deprecations=deprecations(function),
    )


def pages() -> dict[str, str]:
    """Path below docs/ → text of each page."""
    hooks = read_hooks()
    made = {"hooks.md": _timeline(hooks)}
    for family, (path, heading, _, text) in FAMILIES.items():
        blocks = [f"{_NOTICE}# {heading}", text, "[All hooks in the order of a job](../hooks.md)"]
        made[path] = "\n\n".join([*blocks, *(_section(hook) for hook in hooks if hook.family == family)]) + "\n"
    return made


def _timeline(hooks: list[Hook]) -> str:
    introduction = docstrings.read(hookspecs)
    lines = [f"{_NOTICE}# Hooks", "", introduction.summary, "", introduction.description, ""]
    lines += ["![The hooks of a job, in the order in which they are called](pictures/lifecycle.svg)", ""]
    room = None
    for hook in hooks:
        if hook.room != room:
            room = hook.room
            lines += ["", f"## {room[0].upper()}{room[1:]}", "", "| hook | family | runs in | |", "|---|---|---|---|"]
        link = f"[`{hook.name}`]({FAMILIES[hook.family][0]}#{hook.name})"
        summary = f"Deprecated. {hook.docstring.summary}" if "" in hook.deprecations else hook.docstring.summary
        lines.append(f"| {link} | {hook.family} | {hook.where} | {summary} |")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _section(hook: Hook) -> str:
    docstring = hook.docstring
    rule = FAMILIES[hook.family][2]
    blocks = [
        f"## {hook.name}",
        f"```python\n{hook.signature}\n```",
        *(
            f"**{f'Argument `{argument}`' if argument else 'This hook'} is {leaving}.**"
            for argument, leaving in hook.deprecations.items()
        ),
        docstring.summary,
        *([docstring.description] if docstring.description else []),
        f"- Family: {rule}.\n- Runs in: {hook.where}.\n- Called when: {hook.part('Called when')}",
    ]
    if arguments := docstring.entries("Args"):
        blocks += ["Arguments:", "\n".join(f"- `{name}`: {text}" for name, text in arguments.items())]
    if "Returns" in docstring.parts:
        blocks.append(f"Returns: {hook.part('Returns')}")
    blocks += [f"Errors: {hook.part('Errors')}", f"```python\n{docstring.parts['Example']}\n```"]
    return "\n\n".join(blocks)
