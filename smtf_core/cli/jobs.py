"""``smtf jobs``: the jobs that go on by themselves, of every backend that has such."""

from __future__ import annotations

import json
from datetime import datetime

import click

from smtf_core.cli.found_job import backend_option, detached_jobs, show_notes
from smtf_core.models import JobRecord, JobState

_COLOURS = {JobState.FAILED: "red", JobState.COMPLETED: "green", JobState.STOPPED: "yellow"}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@backend_option
@click.option("--newest", type=click.IntRange(min=1), default=20, show_default=True, help="So many of each backend.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def jobs(backend: str | None, newest: int, as_json: bool) -> None:
    """List jobs that go on by themselves, the newest first, whoever submitted them.

    A backend that cannot be asked is told on stderr. Jobs inside of a process (backend inprocess) end with it and are
    not listed.
    """
    known = detached_jobs(backend)
    records = known.jobs(newest)
    if as_json:
        click.echo(json.dumps([_as_json(record) for record in records], indent=2))
    else:
        width = max((len(record.handle.job_name) for record in records), default=0)
        for record in records:
            click.echo(_as_text(record, width))
    show_notes(known.backends)


def _as_json(record: JobRecord) -> dict[str, str | float]:
    return {
        "job_name": record.handle.job_name,
        "backend": record.handle.backend,
        "state": record.state.value,
        "created": record.created,
        "location": record.handle.location,
        "message": record.message,
    }


def _as_text(record: JobRecord, width: int) -> str:
    created = datetime.fromtimestamp(record.created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    state = click.style(f"{record.state.value:<10}", fg=_COLOURS.get(record.state, "cyan"))
    line = f"{record.handle.job_name:<{width}}  {state}  {created}  {record.handle.backend:<9}  {record.message}"
    return line.rstrip()
