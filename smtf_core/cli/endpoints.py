"""``smtf endpoints``: list endpoints, and delete them."""

from __future__ import annotations

import json

import click

from smtf_core.cli.found_endpoint import endpoints_of, find_endpoint
from smtf_core.cli.found_job import CommandError, backend_option, show_notes
from smtf_core.client.endpoints import Found
from smtf_core.errors import SmtfError
from smtf_core.models import EndpointState

_COLOURS = {EndpointState.IN_SERVICE: "green", EndpointState.FAILED: "red"}
_HELP = {"help_option_names": ["-h", "--help"]}


@click.group(invoke_without_command=True, subcommand_metavar="[COMMAND] [ARGS]...", context_settings=_HELP)
@backend_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def endpoints(context: click.Context, backend: str | None, as_json: bool) -> None:
    """List endpoints, whoever deployed them; `smtf endpoints delete NAME` deletes one.

    A backend that cannot be asked is told on stderr. Endpoints inside of a process (backend inprocess) are known
    to that process only.
    """
    if context.invoked_subcommand is not None:
        context.obj = backend
        return
    known = endpoints_of(backend)
    try:
        found = known.all()
    except SmtfError as error:
        raise CommandError(str(error)) from None
    if as_json:
        click.echo(json.dumps([_as_json(one) for one in found], indent=2))
    else:
        width = max((len(one.endpoint.name) for one in found), default=0)
        for one in found:
            click.echo(_as_text(one, width))
    show_notes(known.backends)


@endpoints.command(context_settings=_HELP)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@backend_option
@click.pass_obj
def delete(outer_backend: str | None, names: tuple[str, ...], backend: str | None) -> None:
    """Delete endpoints and everything that belongs to them, once they have answered what they have accepted."""
    found = [find_endpoint(name, backend or outer_backend) for name in dict.fromkeys(names)]
    for one in found:
        try:
            one.endpoint.delete()
        except SmtfError as error:
            raise CommandError(str(error)) from None
        click.echo(f"deleted {one.endpoint.name}", err=True)


def _as_json(one: Found) -> dict[str, str | None]:
    endpoint = one.endpoint
    return {
        "name": endpoint.name,
        "backend": one.backend,
        "state": endpoint.state.value,
        "address": endpoint.address,
    }


def _as_text(one: Found, width: int) -> str:
    endpoint = one.endpoint
    state = click.style(f"{endpoint.state.value:<9}", fg=_COLOURS.get(endpoint.state, "cyan"))
    return f"{endpoint.name:<{width}}  {state}  {one.backend:<9}  {endpoint.address or ''}".rstrip()
