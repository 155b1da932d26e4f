"""``smtf clean``: give back what ended jobs have left besides their output."""

from __future__ import annotations

import click

from smtf_core.cli.found_job import backend_option, detached_jobs, show_notes


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@backend_option
def clean(backend: str | None) -> None:
    """Give back what ended jobs have left besides their output: containers, networks, notes of jobs that are gone.

    Jobs that run, and the folders with results, are left alone.
    """
    known = detached_jobs(backend)
    for what in known.clean():
        click.echo(what)
    show_notes(known.backends)
