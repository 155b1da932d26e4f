"""What a serving container sees and is told, for either kind of image."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from attrs import evolve

from smtf_backends.docker.binds import ML, Bind
from smtf_backends.docker.engine import container_user
from smtf_backends.docker.images import CONTRACT, Image
from smtf_backends.docker.lib import EXTRA, LIB, mounted
from smtf_core.client.serve_arguments import serve_arguments
from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import Deployment, EndpointPlan
from smtf_core.models.layout import write_json

_PORT, _PORT_VARIABLE = 8080, "SAGEMAKER_BIND_TO_PORT"
_CODE, _TOLD = f"{ML}/code", "/opt/smtf/told.json"
# Several workers share the port, and any that is ready answers /ping there: a file tells that all are.
_READY, _ADDRESS = "/opt/smtf/ready", "address"
_SAVED_MODEL = "saved_model.pb"
_TFS_SCRIPT = "inference.py"


def port_of(plan: EndpointPlan) -> int:
    """The port that the container listens on.

    Raises:
        InvalidInputError: what the variable says is none.
    """
    text = plan.deployment.environment.get(_PORT_VARIABLE) or str(_PORT)
    if not text.isdigit() or not 0 < int(text) < 1 << 16:
        raise InvalidInputError(f"{_PORT_VARIABLE} must be a port's number, not {text!r}")
    return int(text)


def published(plan: EndpointPlan) -> dict[str, Any]:
    """Its port on this machine, and for this machine only: the user's own choice, or any that is free."""
    port = port_of(plan)
    own = port if plan.deployment.environment.get(_PORT_VARIABLE) else None
    return {f"{port}/tcp": ("127.0.0.1", own)}


def all_ready(folder: Path) -> bool:
    """Whether every worker is ready, as far as the server tells; a contract image tells nothing but by ``/ping``.

    Args:
        folder: the endpoint's own.
    """
    told = folder / Path(_READY).name
    return not told.is_dir() or (told / _ADDRESS).exists()


def container_of(client: Any, image: Image, plan: EndpointPlan, deployment: Deployment, folder: Path) -> dict[str, Any]:
    """What the engine is asked for besides name, labels and port.

    Args:
        client: of the engine.
        image: looked at for ``serve``.
        plan: the endpoint's.
        deployment: what is served, as folders of this machine.
        folder: the endpoint's own; files for the container are written there.

    Raises:
        InvalidInputError: an image of this kind cannot do it.
    """
    code = _code_root(plan, deployment)
    if image.kind == CONTRACT:
        return _contract(plan, deployment, code)
    model = Path(deployment.path).resolve()
    # Models are called by the names of their folders, so these are kept.
    place = f"{ML}/model/{model.parent.name or 'model'}/{model.name}"
    binds = [Bind(model, place)]
    if code is not None:
        binds.append(Bind(code, _CODE))
    script = None if code is None else f"{_CODE}/{Path(str(deployment.entry_point)).relative_to(code)}"
    arguments = serve_arguments(plan, evolve(deployment, path=place, entry_point=script))
    told = folder / "told.json"
    ready = folder / Path(_READY).name
    ready.mkdir()
    binds.append(Bind(ready, _READY, read_only=False))
    arguments += ["--host=0.0.0.0", f"--address-file={_READY}/{_ADDRESS}"]
    write_json(told, {"arguments": arguments, "environment": dict(deployment.environment)})
    told.chmod(0o600)
    binds += [Bind(told, _TOLD), *(Bind(here, there) for there, here in mounted(image, serving=True).items())]
    return {
        "entrypoint": [image.interpreter, "-m", "smtf_backends.docker.server", _TOLD],
        "command": [],
        "user": container_user(client),
        "working_dir": "/tmp",
        "init": True,
        "cap_drop": ["ALL"],
        "mounts": [bind.mount() for bind in binds],
        "environment": {
            "PYTHONPATH": f"{LIB}:{EXTRA}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "HOME": "/tmp",
        },
    }


def _contract(plan: EndpointPlan, deployment: Deployment, code: Path | None) -> dict[str, Any]:
    """Source: SageMaker's hosting contract; the SDK's ``Model`` for the variables.

    Its processes are whom the image says, for servers such as nginx need their own folders. They can write nothing of
    this machine's.
    """
    if plan.instance_count != 1:
        raise InvalidInputError(
            f"backend docker runs an endpoint of a contract image on 1 instance, not on {plan.instance_count}; "
            "model_server_workers has it use more processes"
        )
    model = Path(deployment.path).resolve()
    place = f"{ML}/model"
    if (model / _SAVED_MODEL).is_file():
        place += f"/export/Servo/{model.name if model.name.isdigit() else '1'}"
    binds = [Bind(model, place)]
    variables = {"SAGEMAKER_CONTAINER_LOG_LEVEL": str(plan.hosting.log_level)}
    if region := os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"):
        variables["SAGEMAKER_REGION"] = region
    script = None if code is None else str(Path(str(deployment.entry_point)).relative_to(code))
    if plan.adapter == "python":
        variables |= {
            "SAGEMAKER_PROGRAM": script or "",
            "SAGEMAKER_SUBMIT_DIRECTORY": _CODE,
            "SAGEMAKER_ENABLE_CLOUDWATCH_METRICS": "false",
            "SAGEMAKER_REQUIREMENTS": plan.hosting.requirements_file or "",
        }
        if code is not None:
            binds.append(Bind(code, _CODE))
    elif code is not None:
        if script != _TFS_SCRIPT:
            raise InvalidInputError(
                f"images of TensorFlow Serving call their handlers' script {_TFS_SCRIPT}, not {script}"
            )
        if not (model / "code").is_dir() and place == f"{ML}/model":
            raise InvalidInputError(
                f"an image of TensorFlow Serving looks for {_TFS_SCRIPT} in the model's folder `code`, and {model} has "
                "none; put the script there"
            )
        binds.append(Bind(code, f"{ML}/model/code"))
    return {
        "command": ["serve"],
        "mounts": [bind.mount() for bind in binds],
        "environment": {**variables, **deployment.environment},
    }


def _code_root(plan: EndpointPlan, deployment: Deployment) -> Path | None:
    """The folder that the handlers' script is relative to."""
    if deployment.entry_point is None:
        return None
    script = Path(deployment.entry_point)
    depth = len(Path(str(plan.deployment.entry_point)).parts) if plan.hosting.source_dir else 1
    return script.parents[depth - 1]
