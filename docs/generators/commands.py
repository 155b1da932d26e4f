"""The page of commands: ``smtf`` and its subcommands, from click."""

from __future__ import annotations

import inspect
import re

import click

from smtf_core.cli import COMMANDS, main

_NOTICE = "<!-- Made by docs/generate.py from the commands. Edit their help, then run it again. -->\n\n"


def pages() -> dict[str, str]:
    """Path below docs/ → text of the page."""
    context = click.Context(main, info_name="smtf")
    blocks = [f"{_NOTICE}# Commands", *_text(main), "```console\n$ smtf [COMMAND] --help\n```"]
    rows = [f"| [`smtf {name}`](#smtf-{name}) | {line} |" for name, (_, line) in COMMANDS.items()]
    blocks.append("\n".join(["| command | |", "|---|---|", *rows]))
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        blocks += [f"## smtf {name}", *_command(command, click.Context(command, info_name=name, parent=context))]
    return {"commands.md": "\n\n".join(blocks) + "\n"}


def _command(command: click.Command, context: click.Context) -> list[str]:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    rows = ["| option | |", "|---|---|"]
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and isinstance(parameter, click.Option):  # newer releases of click list arguments, too
            names, text = (re.sub(r"\s+", " ", part).replace("|", "\\|").replace("<", "\\<") for part in record)
            rows.append(f"| `{names}` | {text} |")
    return [f"```text\n{usage}\n```", *_text(command), "\n".join(rows)]


def _text(command: click.Command) -> list[str]:
    """A command's help; what click prints line by line (marked by a backspace) becomes a block."""
    blocks = []
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(command.help or "").strip()):
        if paragraph.startswith("\b"):
            blocks.append("```text\n" + paragraph.removeprefix("\b").strip("\n") + "\n```")
        else:
            blocks.append(" ".join(paragraph.split()).replace("<", "\\<"))
    return blocks
