"""Looking up jobs that were submitted before, and saying which backends cannot be asked; for the commands on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from smtf_core.client.asking import AskedBackends
from smtf_core.client.detached import DetachedJobs
from smtf_core.errors import SmtfError
from smtf_core.interfaces import DetachedBackend
from smtf_core.models import JobHandle
from smtf_core.plugins import PluginManager


class CommandError(click.ClickException):
    """An error of smtf as these commands show it."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Print it."""
        click.secho(f"smtf: {self.message}", fg="red", err=True)


def backend_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option that all of them have."""
    return click.option("--backend", metavar="NAME", help="The only backend to ask.  [default: all]")(command)


def detached_jobs(backend: str | None) -> DetachedJobs:
    """The jobs that there are."""
    try:
        return DetachedJobs(PluginManager(), backend)
    except SmtfError as error:
        raise CommandError(str(error)) from None


def find(job_name: str, backend: str | None) -> tuple[DetachedBackend, JobHandle]:
    """A job and its backend."""
    try:
        return detached_jobs(backend).find(job_name)
    except SmtfError as error:
        raise CommandError(str(error)) from None


def show_notes(backends: AskedBackends) -> None:
    """Say which backends could not be asked, and why."""
    for note in backends.notes():
        click.secho(f"smtf: {note}", fg="yellow", err=True)
