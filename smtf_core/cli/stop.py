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

    Asked a second time, interrupts whatever the job is doing, where the backend can. A job that has ended
    is left as it is; where its launcher was killed, what still runs of it is asked.
    """
    owner, handle = find(job_name, backend)
    try:
        if owner.status(handle).state.terminal:
            click.echo(f"job {job_name} has ended already", err=True)
        # Also then: a launcher that was killed may have left some of the job running.
        owner.stop(handle, reason)
    except SmtfError as error:
        raise CommandError(str(error)) from None
