"""``smtf image``: smtf's own runtime image."""

from __future__ import annotations

import click

from smtf_core.cli.found_job import CommandError
from smtf_core.errors import SmtfError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def image() -> None:
    """Images that jobs of backend docker run in."""


@image.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--tensorflow", metavar="V", help="TensorFlow's version: 2.16 … 2.21.  [default: the newest]")
@click.option("--base", metavar="IMAGE", help="Image to build on; has Python.  [default: python:3.11-slim-bookworm]")
@click.option("--tag", metavar="NAME", help="The image's name.  [default: the one that jobs look for]")
@click.option("--network", metavar="NAME", help="Network that pip uses meanwhile, for example host.")
@click.option("-q", "--quiet", is_flag=True, help="Print the image's name only.")
def build(tensorflow: str | None, base: str | None, tag: str | None, network: str | None, quiet: bool) -> None:
    """Build smtf's runtime image and print its name.

    It has TensorFlow, smtf as it is installed here, and the programs `train` and `serve` of SageMaker's contract. A job
    without --image runs in the image of the default name.
    """
    try:
        from smtf_backends.docker.building import build as build_image
        from smtf_backends.docker.engine import connect
        from smtf_backends.docker.images import default_tag, known_tensorflow
    except ImportError as error:
        raise CommandError(
            f"smtf image needs a package that is not installed ({error}). Run: pip install 'smtf[docker]'"
        ) from None
    try:
        name = tag or default_tag(tensorflow)
        for text in build_image(connect(), name, base, known_tensorflow(tensorflow), network):
            if not quiet:
                click.echo(text, nl=False, err=True)
    except SmtfError as error:
        raise CommandError(str(error)) from None
    click.echo(name)
