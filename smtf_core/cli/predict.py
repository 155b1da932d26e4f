"""``smtf predict``: ask an endpoint."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from smtf_core.cli.found_endpoint import find_endpoint
from smtf_core.cli.found_job import CommandError, backend_option
from smtf_core.client.predictor import Predictor
from smtf_core.errors import EndpointError, SmtfError

_JSON = "application/json"
_FAILED = 1
_TYPES = {".csv": "text/csv", ".jsonl": "application/jsonlines", ".jsonlines": "application/jsonlines"}
_SUFFIXES = ", ".join(f"{suffix} {media}" for suffix, media in _TYPES.items())


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("endpoint")
@click.argument("data", default="-")
@click.option("--method", type=click.Choice(["predict", "classify", "regress"]), default="predict", show_default=True)
@click.option(
    "--content-type", metavar="TYPE", help=f"Of DATA.  [default: by the name of FILE: {_SUFFIXES}; else {_JSON}]"
)
@click.option("--accept", default=_JSON, show_default=True, metavar="TYPE", help="Of the answer.")
@click.option("--model", "model_name", metavar="NAME", help="Of an endpoint with several models.  [default: its own]")
@click.option("--model-version", type=click.IntRange(0), metavar="V", help="[default: the newest]")
@backend_option
def predict(
    endpoint: str,
    data: str,
    method: str,
    content_type: str | None,
    accept: str,
    model_name: str | None,
    model_version: int | None,
    backend: str | None,
) -> None:
    """Send DATA to ENDPOINT and print the answer.

    \b
    smtf predict iris '[[5.1, 3.5, 1.4, 0.2]]'
    smtf predict iris @rows.csv
    smtf predict iris --method classify < examples.json
    smtf predict digits @image.png --content-type image/png

    DATA is the request itself, @FILE, or - for standard input (the default). ENDPOINT is the name of one that any
    process has deployed: see `smtf endpoints`.
    """
    body = _body(data)
    content_type = content_type or _type_of(data)
    if method != "predict" and (content_type, accept) != (_JSON, _JSON):
        raise CommandError(f"--method {method} takes and gives {_JSON} only")
    predictor = Predictor(find_endpoint(endpoint, backend).endpoint, model_name, model_version)
    try:
        if method == "predict":
            answer = predictor.predict(body, content_type, accept)
        else:
            answer = getattr(predictor, method)(body)
    except EndpointError as error:
        click.secho(f"smtf: {error}", fg="red", err=True)
        sys.exit(_FAILED)
    except SmtfError as error:
        raise CommandError(str(error)) from None
    _print(answer)


def _body(data: str) -> bytes:
    if data == "-":
        return sys.stdin.buffer.read()
    if not data.startswith("@"):
        return data.encode()
    try:
        return Path(data[1:]).read_bytes()
    except OSError as error:
        raise CommandError(f"{data[1:]}: {error.strerror}") from None


def _type_of(data: str) -> str:
    return _TYPES.get(Path(data[1:]).suffix.lower(), _JSON) if data.startswith("@") else _JSON


def _print(answer: Any) -> None:
    if isinstance(answer, bytes):
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()
    else:
        click.echo(json.dumps(answer))
