"""What ``tensorflow_model_server`` is told: its command line, and the files that this names.

Source: the program's ``--help``, and ``model_server_config.proto``, ``monitoring_config.proto`` and
``session_bundle_config.proto`` of TensorFlow Serving.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import frozen

from smtf_core.errors import InvalidInputError
from smtf_serving.adapters.tfs.settings import Settings, whole_number
from smtf_serving.model.folders import ModelFolder, version_of

_PORT_RANGE = "SAGEMAKER_SAFE_PORT_RANGE"
# Field of BatchingParameters → the container's variable.
_BATCHING = {
    "max_batch_size": "SAGEMAKER_TFS_MAX_BATCH_SIZE",
    "batch_timeout_micros": "SAGEMAKER_TFS_BATCH_TIMEOUT_MICROS",
    "num_batch_threads": "SAGEMAKER_TFS_NUM_BATCH_THREADS",
    "max_enqueued_batches": "SAGEMAKER_TFS_MAX_ENQUEUED_BATCHES",
}
_BATCHING_DEFAULTS = {"max_batch_size": 8, "batch_timeout_micros": 1000}
_MONITORING = 'prometheus_config { enable: true, path: "/monitoring/prometheus/metrics" }\n'


@frozen
class Ports:
    """Where the program listens.

    Args:
        rest: its REST API.
        grpc: its gRPC API.
    """

    rest: int
    grpc: int


def choose_ports(environment: Mapping[str, str]) -> Ports:
    """Two ports that are free now, of ``SAGEMAKER_SAFE_PORT_RANGE`` where that is set.

    Raises:
        InvalidInputError: a variable is not what it must be, or no port of the range is free.
    """
    given = environment.get("SAGEMAKER_TFS_GRPC_PORT")
    grpc = whole_number(environment, "SAGEMAKER_TFS_GRPC_PORT", 0) if given else None
    free = _free_ports(environment.get(_PORT_RANGE, "").strip(), 1 if grpc else 2)
    return Ports(rest=free[0], grpc=grpc or free[1])


def write_configuration(
    folder: Path,
    models: Iterable[ModelFolder],
    labels: Mapping[str, Mapping[str, int]],
    ports: Ports,
    settings: Settings,
    environment: Mapping[str, str],
) -> list[str]:
    """Write the program's files.

    Args:
        folder: gets them.
        models: what it serves.
        labels: model → label → version.
        ports: where it listens.
        settings: of the adapter.
        environment: the container's variables.

    Returns:
        The program's arguments.

    Raises:
        InvalidInputError: a variable is not what it must be.
    """
    models_file, monitoring = folder / "models.config", folder / "monitoring.config"
    configured = "\n".join(_model(folder, model, labels.get(model.name, {})) for model in models)
    models_file.write_text(f"model_config_list {{\n{configured}\n}}\n", encoding="utf-8")
    monitoring.write_text(_MONITORING, encoding="utf-8")
    seconds = whole_number(environment, "SAGEMAKER_MODEL_SERVER_TIMEOUT", 60)
    arguments = [
        f"--port={ports.grpc}",
        f"--rest_api_port={ports.rest}",
        f"--rest_api_timeout_in_ms={seconds * 1000}",
        f"--model_config_file={models_file}",
        "--max_num_load_retries=0",  # a model that cannot be loaded is told at once
        f"--monitoring_config_file={monitoring}",
    ]
    if labels:
        arguments.append("--allow_version_labels_for_unavailable_models=true")
    if settings.batching:
        file = folder / "batching.config"
        file.write_text(_batching(environment), encoding="utf-8")
        arguments += ["--enable_batching=true", f"--batching_parameters_file={file}"]
    return arguments


def _model(folder: Path, model: ModelFolder, labels: Mapping[str, int]) -> str:
    first = next(iter(model.versions.values()))
    base = first.parent
    if version_of(first) is None:  # the program wants a folder of versions
        base = folder / "models" / model.name
        base.mkdir(parents=True)
        (base / str(model.latest)).symlink_to(first.absolute())
    labelled = "".join(
        f"    version_labels {{ key: {_text(label)}, value: {version} }}\n" for label, version in labels.items()
    )
    return (
        f"  config {{\n    name: {_text(model.name)}\n    base_path: {_text(str(base.absolute()))}\n"
        f'    model_platform: "tensorflow"\n    model_version_policy {{ all {{}} }}\n{labelled}  }}'
    )


def _batching(environment: Mapping[str, str]) -> str:
    lines = []
    for field, variable in _BATCHING.items():
        value = whole_number(environment, variable, _BATCHING_DEFAULTS.get(field, 0))
        if value:
            lines.append(f"{field} {{ value: {value} }}\n")
    return "".join(lines)


def _text(value: str) -> str:
    """A string of a protobuf in text form: JSON's escapes, but for those of characters, which stay as they are."""
    return json.dumps(value, ensure_ascii=False)


def _free_ports(given: str, count: int) -> list[int]:
    first, last = 0, 0
    if given:
        start, _, end = given.partition("-")
        if not (start.isdigit() and end.isdigit() and 0 < int(start) <= int(end) < 65536):
            raise InvalidInputError(f"{_PORT_RANGE} must be two ports, such as 14000-14999, not {given!r}")
        first, last = int(start), int(end)
    taken: list[socket.socket] = []
    try:
        for port in range(first, last + 1) if given else [0] * count:
            one = socket.socket()
            taken.append(one)
            try:
                one.bind(("0.0.0.0", port))
            except OSError:
                taken.pop().close()
            if len(taken) == count:
                return [one.getsockname()[1] for one in taken]
        raise InvalidInputError(f"{_PORT_RANGE} {given}: fewer than {count} of these ports are free")
    finally:
        for one in taken:
            one.close()
