"""``smtf deploy``: an endpoint that goes on by itself."""

from __future__ import annotations

import json
from typing import Any

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
@click.option("--source-dir", metavar="DIR", help="Folder with the handlers and what they need.")
@click.option("--requirements-file", metavar="FILE", help="Relative to --source-dir; installed for the handlers.")
@click.option("--workers", "model_server_workers", type=click.IntRange(1), metavar="N", help="On each instance.")
@click.option("--role", metavar="ROLE", help="IAM role, on backends that need one.")
@click.option("--image", "image_name", metavar="IMAGE", help="Container image, on backends that use one.")
@click.option("--model-name", metavar="NAME", help="The model's name on a service.  [default: the endpoint's]")
@click.option("--accelerator-type", metavar="TYPE", help="For every instance, on backends that have such.")
@click.option("--code-location", metavar="URI", help="Where uploads go, on backends that upload.")
@click.option("--kms-key", metavar="KEY", help="Encrypts uploads and volumes, on backends that can.")
@click.option("--subnet", "subnets", multiple=True, metavar="ID", help="VPC subnet. Repeatable.")
@click.option("--security-group", "security_group_ids", multiple=True, metavar="ID", help="VPC group. Repeatable.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="On backends that have tags. Repeatable.")
@click.option("--update", is_flag=True, help="Take the place of an endpoint's models, on backends that can.")
@click.option("--no-wait", is_flag=True, help="Return when the endpoint has been asked for, where that is sooner.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def deploy(
    model: str,
    name: str | None,
    instance_type: str,
    instances: int,
    backend: str | None,
    endpoint_type: str,
    variables: tuple[str, ...],
    accelerator_type: str | None,
    tags: tuple[str, ...],
    update: bool,
    no_wait: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Deploy the models in MODEL; return when they can be asked.

    MODEL is a folder, a model.tar.gz, or the s3:// URI of either.

    \b
    smtf deploy smtf-jobs/iris-1/model --name iris
    smtf predict iris '[[5.1, 3.5, 1.4, 0.2]]'
    smtf endpoints delete iris

    The endpoint goes on until it is deleted. Prints its name, and its address where it has one.
    """
    try:
        deployable = TensorFlowModel(
            model,
            env=dict(_pair("--env", text) for text in variables),
            tags=[{"Key": key, "Value": value} for key, value in (_pair("--tag", text) for text in tags)],
            backend=backend,
            **options,
        )
        predictor = deployable.deploy(
            instances,
            instance_type,
            endpoint_type,
            name,
            detach=True,
            accelerator_type=accelerator_type,
            update_endpoint=update,
            wait=not no_wait,
        )
    except SmtfError as error:
        raise CommandError(str(error)) from None
    if as_json:
        click.echo(json.dumps({"name": predictor.endpoint, "address": predictor.address}))
    else:
        click.echo("  ".join([predictor.endpoint, *([predictor.address] if predictor.address else [])]))


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise CommandError(f"{option} {text!r} is not of the form {'NAME' if option == '--env' else 'KEY'}=VALUE")
    return name, value
