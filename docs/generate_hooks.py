"""Writes docs/hooks.md from the docstrings of ``smtf_core.hookspecs``.

``python docs/generate_hooks.py`` rewrites docs/hooks.md and adds new hooks and arguments to
tests/docs/hook_signatures.json. ``python docs/generate_hooks.py --check`` writes nothing and exits with 1 when one of
the two is stale.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import field, frozen

from smtf_core import hookspecs

PAGE = Path(__file__).with_name("hooks.md")
SIGNATURES = Path(__file__).parent.parent / "tests" / "docs" / "hook_signatures.json"

REGISTER, DECISION, OBSERVER = "register", "decision", "observer"

_INTRODUCTION = """\
<!-- Made by docs/generate_hooks.py from smtf_core/hookspecs.py. Edit the docstrings there, then run it again. -->
<!-- fmt: off -->

# Hooks

"""
# A part of a docstring begins at the margin with one of these words; "Example::" is reStructuredText for a code block.
_PART = re.compile(r"^(Runs in|Called when|Args|Returns|Errors|Example)::?[ \n]", re.MULTILINE)
_ENTRY = re.compile(r"^(\w+): ", re.MULTILINE)
_ROOM = re.compile(r"^# --- (.+?) -+$")


@frozen(kw_only=True)
class Hook:
    """One hookspec, taken apart.

    Args:
        name: its name.
        signature: ``name(arguments) -> result`` as :func:`inspect.signature` prints it.
        parameters: the arguments' names in order.
        family: ``'register'``, ``'decision'`` or ``'observer'``, told by the name.
        firstresult: whether the first result decides.
        returns: the annotation of the result.
        room: the heading in the source below which it stands.
        summary: the docstring's first line.
        description: what stands between it and the first part.
        parts: the docstring's parts by name: ``'Runs in'``, ``'Called when'``, ``'Args'``, ….
    """

    name: str
    signature: str
    parameters: tuple[str, ...]
    family: str
    firstresult: bool
    returns: str
    room: str
    summary: str
    description: str
    parts: dict[str, str] = field(factory=dict)

    @property
    def arguments(self) -> dict[str, str]:
        """Name → text of the docstring's ``Args``."""
        pieces = _ENTRY.split(self.parts.get("Args", ""))
        return {name: _flow(text) for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}


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
    return [_read(name, function, rooms[name]) for name, function in _functions()]


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


def _read(name: str, function: Callable[..., Any], room: str) -> Hook:
    signature = inspect.signature(function)
    text = inspect.getdoc(function) or ""
    head, *pieces = _PART.split(f"{text}\n")
    summary, _, description = head.strip().partition("\n")
    return Hook(
        name=name,
        signature=f"{name}{signature}",
        parameters=tuple(signature.parameters),
        family=family_of(name),
        firstresult=bool(getattr(function, f"{hookspecs.PROJECT}_spec")["firstresult"]),
        returns=str(signature.return_annotation),
        room=room,
        summary=summary,
        description=_flow(description),
        parts={part: textwrap.dedent(body).strip() for part, body in zip(pieces[::2], pieces[1::2], strict=True)},
    )


def page() -> str:
    """The text of docs/hooks.md."""
    hooks = read_hooks()
    lines = [_INTRODUCTION + _markdown((hookspecs.__doc__ or "").strip()), ""]
    lines += ["| hook | family | runs in |", "|---|---|---|"]
    lines += [f"| [`{hook.name}`](#{hook.name}) | {hook.family} | {_where(hook)} |" for hook in hooks]
    room = None
    for hook in hooks:
        if hook.room != room:
            room = hook.room
            lines += ["", f"## {room[0].upper()}{room[1:]}"]
        lines += ["", _section(hook)]
    return "\n".join(lines) + "\n"


def _section(hook: Hook) -> str:
    rule = {
        REGISTER: "register (what all plugins return is collected)",
        DECISION: "decision (the first result other than `None` counts)",
        OBSERVER: "observer (returns nothing)",
    }[hook.family]
    blocks = [
        f"### {hook.name}",
        f"```python\n{hook.signature}\n```",
        _markdown(hook.summary),
        *([_markdown(hook.description)] if hook.description else []),
        f"- Family: {rule}.\n- Runs in: {_where(hook)}.\n- Called when: {_markdown(_flow(hook.parts['Called when']))}",
    ]
    if hook.arguments:
        blocks += ["Arguments:", "\n".join(f"- `{name}`: {_markdown(text)}" for name, text in hook.arguments.items())]
    if "Returns" in hook.parts:
        blocks.append(f"Returns: {_markdown(_flow(hook.parts['Returns']))}")
    blocks += [f"Errors: {_markdown(_flow(hook.parts['Errors']))}", f"```python\n{hook.parts['Example']}\n```"]
    return "\n\n".join(blocks)


def _where(hook: Hook) -> str:
    return _markdown(_flow(hook.parts["Runs in"])).removesuffix(".")


def _flow(text: str) -> str:
    """A paragraph on one line."""
    return " ".join(text.split())


def _markdown(text: str) -> str:
    """The docstrings' reStructuredText as Markdown: roles and literals become code."""
    text = re.sub(r":\w+:`~[\w.]*?(\w+)`", r"`\1`", text)
    text = re.sub(r":\w+:`([^`]+)`", r"`\1`", text)
    return text.replace("``", "`")


def signatures(recorded: dict[str, list[str]]) -> dict[str, list[str]]:
    """What is recorded, and what came after it: new hooks, and new arguments at the end. Nothing is ever taken away.

    Args:
        recorded: hook name → argument names, as they were.
    """
    now = {hook.name: list(hook.parameters) for hook in read_hooks()}
    grown = {name: now[name] if now.get(name, [])[: len(old)] == old else old for name, old in recorded.items()}
    return {**grown, **{name: arguments for name, arguments in now.items() if name not in grown}}


def _signatures_text() -> str:
    recorded = json.loads(SIGNATURES.read_text(encoding="utf-8")) if SIGNATURES.exists() else {}
    lines = [f"  {json.dumps(name)}: {json.dumps(arguments)}" for name, arguments in signatures(recorded).items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` only compare; returns the exit status."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    made = {PAGE: page(), SIGNATURES: _signatures_text()}
    stale = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if arguments:
            print(f"{path.name} is stale; run: python docs/generate_hooks.py", file=sys.stderr)
        else:
            path.write_text(made[path], encoding="utf-8")
    return 1 if arguments and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
