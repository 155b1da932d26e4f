"""``smtf deploy``: an endpoint that goes on by itself."""

from __future__ import annotations

import json

import click

from smtf_core.cli.found_job import CommandError
from smtf_core.client.model import TensorFlowModel
from smtf_core.errors import SmtfError


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("model", type=click.Path())
@click.option("--name", metavar="NAME", help="The endpoint's name.  [default: generated]")
@click.option("--instance-type", default="process", show_default=True, metavar="TYPE", help="Chooses the backend.")
@click.option("--instances", type=click.IntRange(1), default=1, show_default=True, help="On how many.")
@click.option("--backend", metavar="NAME", help="The backend, instead of choosing it by --instance-type.")
@click.option(
    "--endpoint-type",
    default="tensorflow-serving",
    show_default=True,
    metavar="TYPE",
    help="Who answers: python, tensorflow-serving, or a serving adapter's name; see `smtf plugins`.",
)
@click.option("--entry-point", metavar="FILE", help="Script with handlers.")
@click.option("--framework-version", metavar="V", help="TensorFlow release that the handlers are written for.")
@click.option("--env", "variables", multiple=True, metavar="NAME=VALUE", help="A SAGEMAKER_… variable. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def deploy(
    model: str,
    name: str | None,
    instance_type: str,
    instances: int,
    backend: str | None,
    endpoint_type: str,
    entry_point: str | None,
    framework_version: str | None,
    variables: tuple[str, ...],
    as_json: bool,
) -> None:
    """Deploy the models in the folder MODEL; return when they can be asked.

    \b
    smtf deploy smtf-jobs/iris-1/model --name iris
    smtf predict iris '[[5.1, 3.5, 1.4, 0.2]]'
    smtf endpoints delete iris

    The endpoint goes on until it is deleted. Prints its name, and its address where it has one.
    """
    try:
        deployable = TensorFlowModel(
            model,
            entry_point=entry_point,
            framework_version=framework_version,
            env=dict(_variable(text) for text in variables),
            backend=backend,
        )
        predictor = deployable.deploy(instances, instance_type, endpoint_type, name, detach=True)
    except SmtfError as error:
        raise CommandError(str(error)) from None
    if as_json:
        click.echo(json.dumps({"name": predictor.endpoint, "address": predictor.address}))
    else:
        click.echo("  ".join([predictor.endpoint, *([predictor.address] if predictor.address else [])]))


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise CommandError(f"--env {text!r} is not of the form NAME=VALUE")
    return name, value
