"""TensorFlow Serving in an image of its own, for endpoints of adapter ``tfs-binary``: a second container.

Such an image has no Python. So ``smtf serve`` runs in smtf's image, and the program that it starts there is
:mod:`~smtf_backends.docker.stand_in`, which notes its arguments. With these the program itself is started in the second
container, which has the first one's network, sees the models at the same place, and the files that the arguments name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker
from docker.errors import NotFound

from smtf_backends.docker.binds import ML, Bind
from smtf_backends.docker.engine import LABEL_LOCATION, LABEL_USER, explained
from smtf_backends.docker.images import MODEL_SERVER, Image
from smtf_backends.docker.stand_in import ARGUMENTS

#: What the second container has instead of an endpoint's label; the first one's name.
LABEL_MODEL_SERVER = "smtf.model-server"
#: The adapter's own name for where the program is.
_VARIABLE = "SMTF_TENSORFLOW_MODEL_SERVER"
_SHARED, _PROGRAM = "model-server", "program"
_PLACE = f"/opt/smtf/{_SHARED}"
# One that fails so often will not come up at all.
_MAX_RESTARTS = 3
_CONTAINERS_OWN = "SAGEMAKER_"


def with_stand_in(asked: Mapping[str, Any], interpreter: str, folder: Path) -> dict[str, Any]:
    """What the engine is asked for the first container, with a stand-in for the program.

    Args:
        asked: without it.
        interpreter: the command that starts Python there.
        folder: the endpoint's own; gets what both containers see.
    """
    shared = folder / _SHARED
    shared.mkdir()
    program = shared / _PROGRAM
    program.write_text(f"#!/usr/bin/env -S {interpreter} -m smtf_backends.docker.stand_in\n", encoding="utf-8")
    program.chmod(0o755)
    # The adapter writes the program's files to the folder for temporary ones.
    variables = {_VARIABLE: f"{_PLACE}/{_PROGRAM}", "TMPDIR": _PLACE}
    return {
        **asked,
        "mounts": [*asked["mounts"], Bind(shared, _PLACE, read_only=False).mount()],
        "environment": {**asked["environment"], **variables},
    }


def has_arguments(folder: Path) -> bool:
    """Whether the stand-in has been started."""
    return (folder / _SHARED / ARGUMENTS).exists()


def start_program(
    client: docker.DockerClient,
    image: Image,
    first: Any,
    asked: Mapping[str, Any],
    folder: Path,
    variables: Mapping[str, str],
    gpus: Any,
) -> None:
    """Start the program, with the arguments that the stand-in was given.

    Args:
        client: of the engine.
        image: has the program.
        first: the first container.
        asked: what the engine was asked for it; see :func:`with_stand_in`.
        folder: the endpoint's own.
        variables: the endpoint's; those of SageMaker's containers are the first one's.
        gpus: what the engine is asked for.

    Raises:
        SmtfError: the engine refuses.
    """
    seen = [mount for mount in asked["mounts"] if mount["Target"].startswith(f"{ML}/model")]
    with explained(f"{MODEL_SERVER} of {first.name}"):
        container = client.containers.create(
            image.id,
            entrypoint=[MODEL_SERVER],
            command=json.loads((folder / _SHARED / ARGUMENTS).read_text(encoding="utf-8")),
            name=f"{first.name}-{_SHARED}",
            labels={LABEL_MODEL_SERVER: first.name, **{key: first.labels[key] for key in (LABEL_USER, LABEL_LOCATION)}},
            network_mode=f"container:{first.id}",
            restart_policy={"Name": "on-failure"},
            user=asked["user"],
            working_dir="/tmp",
            init=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            mounts=[*seen, Bind(folder / _SHARED, _PLACE).mount()],
            environment={key: value for key, value in variables.items() if not key.startswith(_CONTAINERS_OWN)},
            device_requests=gpus,
        )
        container.start()


def programs_of(client: docker.DockerClient, first: str | None = None) -> list[Any]:
    """The second containers of this user: those that there are, or the one beside the container ``first``."""
    label = LABEL_MODEL_SERVER if first is None else f"{LABEL_MODEL_SERVER}={first}"
    with explained(f"looking for containers with {MODEL_SERVER}"):
        labels = {"label": [label, f"{LABEL_USER}={os.getuid()}"]}
        found: list[Any] = client.containers.list(all=True, filters=labels, ignore_removed=True)
    return found


def has_failed(program: Any) -> bool:
    """Whether a second container will not come up."""
    try:
        program.reload()
    except NotFound:
        return True
    ended = program.status not in ("created", "running", "restarting")
    return ended or bool(program.attrs.get("RestartCount", 0) >= _MAX_RESTARTS)
