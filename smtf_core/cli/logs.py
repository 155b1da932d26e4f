"""``smtf logs``: a job's log, on stdout."""

from __future__ import annotations

import click

from smtf_core.cli.found_job import CommandError, backend_option, find
from smtf_core.errors import SmtfError


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("job_name")
@backend_option
@click.option("-f", "--follow", is_flag=True, help="Go on until the job has ended.")
def logs(job_name: str, backend: str | None, follow: bool) -> None:
    """Show the log of JOB_NAME from its beginning; lines of several hosts have the host before them."""
    owner, handle = find(job_name, backend)
    hosts: set[str] = set()
    try:
        for line in owner.logs(handle, follow):
            hosts.add(line.host)
            click.echo(f"{line.host}  {line.text}" if len(hosts) > 1 else line.text)
    except SmtfError as error:
        raise CommandError(str(error)) from None
