"""``smtf serve``: answer requests over HTTP."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from smtf_core.archives import unpack
from smtf_core.errors import InvalidInputError, SmtfError
from smtf_core.interfaces import Deployment, ServingAdapterSpec
from smtf_core.models.layout import write_atomically
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries
from smtf_core.selection import choose_serving_adapter

_FAILED, _USAGE = 1, 2


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("model", type=click.Path(exists=True))
@click.option("--adapter", default="tfs", show_default=True, help="How requests are answered; see `smtf plugins`.")
@click.option("--entry-point", type=click.Path(exists=True, dir_okay=False), help="Script with handlers.")
@click.option("--framework-version", metavar="V", help="TensorFlow release that the handlers are written for.")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=int, help="0 for any free one.  [default: 8080]")
@click.option("--grpc-port", type=int, metavar="P", help="TensorFlow Serving's gRPC API there.  [default: nowhere]")
@click.option("--workers", type=click.IntRange(1), help="Processes that share the port.  [default: 1]")
@click.option("--batching", type=click.Choice(["off", "on", "auto"]), help="Let requests share calls of the model.")
@click.option(
    "--timeout", type=float, metavar="S", help="Seconds after which a request is answered 504.  [default: 60]"
)
@click.option("--max-body", type=int, metavar="BYTES", help="Larger bodies are answered 413.  [default: 104857600]")
@click.option("--max-waiting", type=int, metavar="N", help="More waiting requests are answered 429.  [default: 256]")
@click.option("--drain", "drain_seconds", type=float, metavar="S", help="Seconds to end in.  [default: 25]")
@click.option("--reload", "reload_seconds", type=float, metavar="S", help="Seconds between looks for new versions.")
@click.option("--label", "labels", multiple=True, metavar="MODEL/LABEL=V", help="A label for a version. Repeatable.")
@click.option("--address-file", type=click.Path(dir_okay=False), help="File to write the address to, once it answers.")
@click.option("--ui", is_flag=True, default=None, help="A page at /ui/: signatures, a form, how long requests took.")
@click.option("--access-log", is_flag=True, default=None, help="A line of JSON for every request on standard output.")
def serve(
    model: str,
    adapter: str,
    entry_point: str | None,
    framework_version: str | None,
    workers: int | None,
    labels: tuple[str, ...],
    address_file: str | None,
    **given: object,
) -> None:
    """Answer requests over HTTP with the models in MODEL, a folder or a model.tar.gz.

    \b
    GET  /ping                        200 when the models can be called; so does /ready. /live answers at once
    POST /invocations                 SageMaker's requests
    POST /v1/models/NAME:predict      TensorFlow Serving's requests

    Listens on this machine only, unless --host says otherwise. The SageMaker container's variables are heeded.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # Imported late: `smtf serve --help` and its errors do without.
    from smtf_serving.http.settings import HttpSettings

    try:
        environment = {name: value for name, value in os.environ.items() if name.startswith("SAGEMAKER_")}
        settings = HttpSettings.make(environment, **given)
        spec = choose_serving_adapter(Registries(PluginManager()).serving_adapters, adapter)
        count = workers if workers is not None else _workers(environment)
        _check_grpc(settings.grpc_port, spec, count)
        from smtf_serving.http.process import Service
        from smtf_serving.http.process import serve as serve_service

        with tempfile.TemporaryDirectory(prefix="smtf-serve-") as scratch:
            folder = Path(model).absolute()
            if folder.is_file():
                archive, folder = folder, Path(scratch) / "model"
                unpack(archive, folder)
            deployment = Deployment(
                path=str(folder),
                entry_point=None if entry_point is None else str(Path(entry_point).absolute()),
                framework_version=framework_version,
                labels=_labels(labels),
                environment=environment,
            )
            service = Service(deployment=deployment, adapter=spec.name, settings=settings)
            page = ", a page for you at /ui/" if settings.ui else ""
            serve_service(service, count, lambda port: _announce(f"http://{settings.host}:{port}", page, address_file))
    except InvalidInputError as error:
        _fail(error, _USAGE)
    except (SmtfError, OSError) as error:
        _fail(error, _FAILED)


def _check_grpc(port: int | None, adapter: ServingAdapterSpec, workers: int) -> None:
    if port is None:
        return
    if adapter.brings_grpc:
        if workers > 1:
            raise InvalidInputError(f"--grpc-port: several workers of adapter {adapter.name!r} cannot share a port")
        return
    if adapter.name != "tfs":
        raise InvalidInputError(f"--grpc-port: adapter {adapter.name!r} has no gRPC API; 'tfs' has")
    if port == 0 and workers > 1:
        raise InvalidInputError("--grpc-port 0: several workers share a port, which must have a number")
    import_module("smtf_serving.grpc.server")  # a missing extra is told before anything is loaded


def _announce(address: str, page: str, file: str | None) -> None:
    click.echo(f"serving on {address}{page}", err=True)
    if file is not None:
        write_atomically(Path(file), address)


def _workers(environment: dict[str, str]) -> int:
    text = environment.get("SAGEMAKER_MODEL_SERVER_WORKERS") or environment.get("SAGEMAKER_GUNICORN_WORKERS") or "1"
    if not text.isdigit() or int(text) == 0:
        raise InvalidInputError(f"the number of workers must be a whole number above 0, not {text!r}")
    return int(text)


def _labels(texts: Iterable[str]) -> dict[str, dict[str, int]]:
    labels: dict[str, dict[str, int]] = {}
    for text in texts:
        key, _, version = text.partition("=")
        model, _, label = key.partition("/")
        if not (model and label and version.isdigit()):
            raise InvalidInputError(f"--label must be MODEL/LABEL=VERSION, not {text!r}")
        labels.setdefault(model, {})[label] = int(version)
    return labels


def _fail(error: Exception, status: int) -> NoReturn:
    click.echo(f"{click.style('error:', fg='red', bold=True)} {error}", err=True)
    raise SystemExit(status)
