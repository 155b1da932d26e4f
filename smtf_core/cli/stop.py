"""``smtf stop``: ask a job to save a checkpoint and end."""

from __future__ import annotations

import click

from smtf_core.cli.found_job import CommandError, backend_option, find
from smtf_core.errors import SmtfError


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("job_name")
@backend_option
@click.option("--reason", default="stopped by the user", show_default=True, help="Ends up in the job's status.")
def stop(job_name: str, backend: str | None, reason: str) -> None:
    """Ask JOB_NAME to save a checkpoint and end; returns at once.

    Asked a second time, interrupts whatever the job is doing, where the backend can. Does nothing when the job has
    ended.
    """
    owner, handle = find(job_name, backend)
    try:
        if owner.status(handle).state.terminal:
            click.echo(f"job {job_name} has ended already", err=True)
        else:
            owner.stop(handle, reason)
    except SmtfError as error:
        raise CommandError(str(error)) from None
