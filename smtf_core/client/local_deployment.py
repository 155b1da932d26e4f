"""What an endpoint on this machine serves, as folders of this machine: models and code from wherever they lie."""

from __future__ import annotations

import shutil
from pathlib import Path

from attrs import evolve

from smtf_core.archives import unpack
from smtf_core.client.code import is_remote, unpack_remote_code
from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import Deployment, EndpointPlan
from smtf_core.models.uri import local_path
from smtf_core.sources.source import SourceFile, fetch, file_at, files_below

_ARCHIVES = (".tar.gz", ".tgz", ".tar")
_MODEL, _DOWNLOADED, _CODE = "model", "downloaded", "code"


def local_deployment(plan: EndpointPlan, scratch: Path) -> Deployment:
    """What a serving adapter is asked to serve.

    Args:
        plan: the endpoint's.
        scratch: a folder for what has to be unpacked or fetched; must last as long as the endpoint. What an earlier
            call left there must be gone.

    Raises:
        InvalidInputError: there is no model or no script there, or an archive cannot be unpacked.
        StorageError: something cannot be read from where it lies.
    """
    deployment = evolve(plan.deployment, path=str(_model(plan.deployment.path, scratch)))
    hosting = plan.hosting
    environment = dict(deployment.environment)
    if hosting.requirements_file:
        environment.setdefault("SAGEMAKER_REQUIREMENTS", hosting.requirements_file)
    if deployment.entry_point is None:
        return evolve(deployment, environment=environment)
    code = _code(plan, scratch)
    script = code / (deployment.entry_point if hosting.source_dir else Path(deployment.entry_point).name)
    if not script.is_file():
        raise InvalidInputError(f"entry_point: there is no file {script.name!r} in {hosting.source_dir or script}")
    return evolve(deployment, entry_point=str(script), environment=environment)


def _model(model_data: str, scratch: Path) -> Path:
    path = local_path(model_data)
    if path is not None and path.is_dir():
        return path
    folder = scratch / _MODEL
    if path is None and not model_data.endswith(_ARCHIVES):
        _bring({folder / file.name: file for file in files_below(model_data)})
        return folder
    if path is None:
        path = scratch / _DOWNLOADED / "model.tar.gz"
        _bring({path: file_at(model_data)})
    try:
        unpack(path, folder)
    finally:
        shutil.rmtree(scratch / _DOWNLOADED, ignore_errors=True)
    return folder


def _code(plan: EndpointPlan, scratch: Path) -> Path:
    """The folder with the handlers, and what they need, in it."""
    source, dependencies = plan.hosting.source_dir, plan.hosting.dependencies
    code = scratch / _CODE
    if is_remote(source):
        code.parent.mkdir(parents=True, exist_ok=True)
        unpack_remote_code(str(source), code)
    elif not dependencies:
        return Path(source or Path(str(plan.deployment.entry_point)).parent).absolute()
    elif source is not None:
        shutil.copytree(source, code)
    else:
        script = Path(str(plan.deployment.entry_point))
        code.mkdir(parents=True)
        shutil.copy(script, code / script.name)
    for dependency in map(Path, dependencies):
        if dependency.is_dir():
            shutil.copytree(dependency, code / dependency.name)
        else:
            shutil.copy(dependency, code / dependency.name)
    return code


def _bring(files: dict[Path, SourceFile]) -> None:
    fetch(dict(files), lambda _: None, lambda work: work)
