"""Docstrings as Markdown: a Google docstring taken apart, its reStructuredText turned into Markdown."""

from __future__ import annotations

import inspect
import re
import textwrap
from typing import Any

from attrs import frozen

# A part begins at the margin with one of these words; "Example::" is reStructuredText for a block of code.
_PARTS = ("Runs in", "Called when", "Args", "Returns", "Errors", "Raises", "Attributes", "Example")
_PART = re.compile(rf"^({'|'.join(_PARTS)})::?[ \n]", re.MULTILINE)
_ENTRY = re.compile(r"^(\*?\w+): ", re.MULTILINE)


@frozen(kw_only=True)
class Docstring:
    """A docstring, taken apart.

    Args:
        summary: its first line.
        description: what stands between it and the first part, as Markdown.
        parts: the parts' texts by name, as they stand in the source.
    """

    summary: str
    description: str
    parts: dict[str, str]

    def entries(self, part: str) -> dict[str, str]:
        """Name → text of a part that explains names one by one, each text as one line of Markdown."""
        pieces = _ENTRY.split(self.parts.get(part, ""))
        return {name: markdown(flow(text)) for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}


def read(documented: Any) -> Docstring:
    """The docstring of a function, a class or a module."""
    text = inspect.getdoc(documented) or ""
    head, *pieces = _PART.split(f"{text}\n")
    summary, _, description = head.strip().partition("\n")
    return Docstring(
        summary=markdown(summary),
        description="\n\n".join(_block(block) for block in _blocks(description)),
        parts={part: textwrap.dedent(body).strip() for part, body in zip(pieces[::2], pieces[1::2], strict=True)},
    )


def flow(text: str) -> str:
    """A paragraph on one line."""
    return " ".join(text.split())


def markdown(text: str) -> str:
    """The docstrings' reStructuredText as Markdown: roles and literals become code."""
    text = re.sub(r":\w+:`~[\w.]*?(\w+)`", r"`\1`", text)
    text = re.sub(r":\w+:`([^`]+)`", r"`\1`", text)
    return text.replace("``", "`")


def section(docstring: Docstring) -> list[str]:
    """The blocks of Markdown that tell a whole docstring, but for its hook's parts.

    Args:
        docstring: of a class, a method or a function.
    """
    blocks = [docstring.summary, *([docstring.description] if docstring.description else [])]
    for part, heading in (("Args", "Arguments"), ("Attributes", "Attributes"), ("Raises", "Raises")):
        if entries := docstring.entries(part):
            lines = [f"- `{name}`: {text}" for name, text in entries.items()]
            if part == "Raises" and (returned := docstring.parts.get("Returns")):
                blocks.append(f"Returns: {markdown(flow(returned))}")
            blocks += [f"{heading}:", "\n".join(lines)]
    if "Returns" in docstring.parts and not docstring.entries("Raises"):
        blocks.append(f"Returns: {markdown(flow(docstring.parts['Returns']))}")
    if example := docstring.parts.get("Example"):
        blocks.append(f"```python\n{example}\n```")
    return blocks


def annotation(value: Any) -> str:
    """A signature's annotations as the source has them: without the quotes that postponed evaluation leaves."""
    text = re.sub(r"(?<=: )'([^']+)'(?=[,)]| =)|(?<=-> )'([^']+)'$", lambda match: match[1] or match[2], str(value))
    return text.replace("_StrPath", "str | os.PathLike[str]")


def signature(name: str, function: Any, *, method: bool = False) -> str:
    """``name(arguments) -> result``, on several lines where one is not enough.

    Args:
        name: what to call it by.
        function: whose signature it is.
        method: leave out the first argument.
    """
    found = inspect.signature(function)
    parameters = list(found.parameters.values())[1 if method else 0 :]
    line = f"{name}{annotation(found.replace(parameters=parameters))}"
    if len(line) <= 110:
        return line
    kinds = inspect.Parameter
    shown, starred = [], False
    for parameter in parameters:
        if parameter.kind is kinds.VAR_POSITIONAL:
            starred = True
        if parameter.kind is kinds.KEYWORD_ONLY and not starred:
            shown.append("*")
            starred = True
        shown.append(annotation(f"{parameter},").removesuffix(","))
    result = annotation(f" -> {found.return_annotation!r}") if found.return_annotation is not kinds.empty else ""
    return f"{name}(\n" + "".join(f"    {parameter},\n" for parameter in shown) + f"){result}"


def _blocks(text: str) -> list[str]:
    return [block for block in re.split(r"\n\s*\n", text.strip()) if block]


def _block(block: str) -> str:
    """A paragraph on one line, or a list an entry a line."""
    if not re.match(r"[*-] ", block):
        return markdown(flow(block))
    return "\n".join(f"- {markdown(flow(entry))}" for entry in re.split(r"^[*-] ", block, flags=re.MULTILINE) if entry)
