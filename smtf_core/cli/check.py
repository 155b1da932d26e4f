"""``smtf check``: what a script is, and what would keep it from running, without running it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from smtf_core.checking.finding import Finding
from smtf_core.checking.report import Report
from smtf_core.checking.report import check as check_script
from smtf_core.errors import InvalidInputError

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
_WILL_NOT_RUN = 1


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--source-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder with the script's own modules; SCRIPT is relative to where you are.  [default: the script's folder]",
)
@click.option(
    "--framework-version",
    metavar="V",
    help="Tell, besides, what is different at this release, 1.4 … 1.11, for this script.",
)
@click.option(
    "--py-version",
    type=click.Choice(["py2", "py3"]),
    help="Which Python the script is for.  [default: as its source tells]",
)
@click.option(
    "--write",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the Python 3 text of what is Python 2 there. DIR must not exist, or be empty.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def check(
    context: click.Context,
    script: Path,
    source_dir: Path | None,
    framework_version: str | None,
    py_version: str | None,
    write: Path | None,
    as_json: bool,
) -> None:
    """Tell what SCRIPT is and what would keep it from running.

    It is read, not run, and TensorFlow is not needed. Its own modules are read with it.

    \b
    Exit status: 0 it will run as far as can be told, 1 it will not, 2 bad usage.
    Example: smtf check train.py --framework-version 1.4
    """
    try:
        report = check_script(script, source_dir, framework_version, py_version)
        written = [] if write is None else _write(report, write, source_dir or script.parent)
    except InvalidInputError as error:
        raise click.UsageError(str(error)) from None
    click.echo(json.dumps(_as_json(report, written), indent=2) if as_json else _as_text(report, written))
    context.exit(0 if report.will_run else _WILL_NOT_RUN)


def _write(report: Report, folder: Path, root: Path) -> list[Path]:
    """Write the converted files, at their places below ``root``."""
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInputError(f"--write {folder}: the folder is not empty. Name a new one.")
    written = []
    for source in report.sources:
        if source.converted is None:
            continue
        inside = source.path.resolve().is_relative_to(root.resolve())
        place = source.path.resolve().relative_to(root.resolve()) if inside else Path(source.path.name)
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.part")
        unfinished.write_text(source.converted.text, encoding="utf-8")
        written.append(unfinished.replace(target))
    return written


def _as_json(report: Report, written: list[Path]) -> dict[str, Any]:
    return {
        "script": str(report.script),
        "will_run": report.will_run,
        "kind": report.kind,
        "functions": list(report.functions),
        "python": report.python,
        "tensorflow": report.era or None,
        "files": [str(path) for path in report.files],
        "shims": report.shims,
        "findings": [
            {name: getattr(finding, name) for name in ("file", "line", "level", "message", "remedy")}
            for finding in report.findings
        ],
        "written": [str(path) for path in written],
    }


def _as_text(report: Report, written: list[Path]) -> str:
    lines = [click.style(str(report.script), bold=True), *_facts(report)]
    if report.shims:
        lines += ["", click.style("brought back by smtf", bold=True)]
        lines += [f"  {name}  {click.style(_places(places), dim=True)}" for name, places in report.shims.items()]
    if report.findings:
        lines += [""]
        lines += [_finding_text(finding) for finding in report.findings]
    lines += ["", *(f"written: {path}" for path in written)]
    verdict = "it will run, as far as can be told without running it" if report.will_run else "it will not run"
    return "\n".join([*lines, click.style(verdict, fg="green" if report.will_run else "red", bold=True)])


def _facts(report: Report) -> list[str]:
    kind = report.kind or "no single model function"
    facts = [f"  kind        {kind} ({', '.join(report.functions) or 'none of the contract functions'})"]
    signs = [(source.path.name, source.sign) for source in report.sources if source.sign is not None]
    python = "; ".join(f"{name} is Python 2 (line {sign.line}: {sign.what}), converted at load" for name, sign in signs)
    facts.append(f"  python      {python or 3}")
    era = (
        f"{report.era} had all that it uses" if report.era else "no single release of 1.4 to 1.11 had all that it uses"
    )
    facts.append(f"  tensorflow  {era}")
    if len(report.files) > 1:
        facts.append(f"  files       {', '.join(path.name for path in report.files)}")
    return facts


def _places(places: list[str]) -> str:
    shown = list(dict.fromkeys(places))
    return ", ".join(shown[:4]) + (f" and {len(shown) - 4} more" if len(shown) > 4 else "")


def _finding_text(finding: Finding) -> str:
    level = click.style(finding.level, fg=_COLOURS[finding.level], bold=True)
    place = click.style(f"{finding.file}:{finding.line}:", bold=True)
    return f"{place} {level}: {finding.message}" + (f"\n    {finding.remedy}" if finding.remedy else "")
