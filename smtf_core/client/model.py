"""TensorFlowModel: an exported model, from wherever it came, to be deployed."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from smtf_core.client.code import is_remote
from smtf_core.client.endpoints import check_name, runs_no_endpoints
from smtf_core.client.predictor import Predictor
from smtf_core.client.records import check_records
from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import BackendSpec, Deployment, EndpointPlan, ServingBackend
from smtf_core.models import Access, Hosting
from smtf_core.models.uri import local_path, scheme_of
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries
from smtf_core.selection import choose_backend, choose_serving_adapter

_log = logging.getLogger("smtf")

_StrPath = str | os.PathLike[str]
_WORKERS = "SAGEMAKER_MODEL_SERVER_WORKERS"


class TensorFlowModel:
    """Deploys a model.

    Args:
        model_data: folder of a SavedModel, or with models in it; an archive of such a folder, ``model.tar.gz``; or the
            URI of either, ``s3://bucket/job/output/model.tar.gz``.
        role: IAM role, name or ARN, with which a service reads the model.
        entry_point: script with handlers; relative to ``source_dir`` when that is given.
        source_dir: folder with the handlers and what they need; or the URI of an archive of it.
        dependencies: folders or files put beside the handlers.
        requirements_file: relative to ``source_dir``; installed for the handlers.
        framework_version: release that the script is written for; also chooses between a service's images.
        py_version: ``'py2'`` or ``'py3'``, for images that there are of both.
        image_name: container image, on backends that use one.
        env: the container's variables.
        model_name: the model's name on a service; the endpoint's when omitted.
        model_server_workers: processes that answer, on each instance.
        container_log_level: a :mod:`logging` level for the container's log.
        code_location: where uploaded code and models go, on backends that upload them.
        kms_key: key that encrypts what is uploaded and, on a service, the instances' volumes.
        subnets: VPC subnets, together with ``security_group_ids``.
        security_group_ids: VPC security groups.
        enable_network_isolation: let the containers reach nothing, on backends that can.
        tags: ``{"Key": …, "Value": …}`` records, on backends that have them.
        backend: name of a backend, instead of choosing it by ``instance_type``.
        plugins: the plugins to use; ``None``: those that are installed.

    Raises:
        InvalidInputError: an argument is not what it must be.
    """

    def __init__(
        self,
        model_data: _StrPath,
        role: str | None = None,
        *,
        entry_point: _StrPath | None = None,
        source_dir: _StrPath | None = None,
        dependencies: Sequence[_StrPath] = (),
        requirements_file: str | None = None,
        framework_version: str | None = None,
        py_version: str | None = None,
        image_name: str | None = None,
        env: Mapping[str, str] | None = None,
        model_name: str | None = None,
        model_server_workers: int | None = None,
        container_log_level: int = 20,
        code_location: str | None = None,
        kms_key: str | None = None,
        subnets: Sequence[str] | None = None,
        security_group_ids: Sequence[str] | None = None,
        enable_network_isolation: bool = False,
        tags: Sequence[Mapping[str, str]] | None = None,
        backend: str | None = None,
        plugins: PluginManager | None = None,
    ) -> None:
        path = local_path(model_data)
        if path is not None and not path.exists():
            raise InvalidInputError(f"model_data: there is no file or folder {os.fspath(model_data)!r}")
        _check_code(entry_point, source_dir, dependencies, requirements_file)
        if py_version not in (None, "py2", "py3"):
            raise InvalidInputError(f"py_version must be 'py2' or 'py3', not {py_version!r}")
        if bool(subnets) != bool(security_group_ids):
            raise InvalidInputError("subnets and security_group_ids belong together: give both or none")
        if model_server_workers is not None and model_server_workers < 1:
            raise InvalidInputError(f"model_server_workers must be 1 or more, not {model_server_workers}")
        check_records("tags", tags)
        workers = {} if model_server_workers is None else {_WORKERS: str(model_server_workers)}
        self._deployment = Deployment(
            path=os.fspath(model_data) if path is None else str(path),
            entry_point=None if entry_point is None else _absolute_unless(entry_point, source_dir),
            framework_version=framework_version,
            environment={**workers, **(env or {})},
        )
        self._hosting: dict[str, Any] = {
            "model_name": None if model_name is None else check_name(model_name, "model name"),
            "source_dir": _absolute(source_dir),
            "dependencies": tuple(str(Path(dependency).absolute()) for dependency in dependencies),
            "requirements_file": requirements_file or None,
            "py_version": py_version,
            "image": image_name,
            "code_location": code_location,
            "log_level": container_log_level,
        }
        self._access: dict[str, Any] = {
            "role": role,
            "subnets": tuple(subnets or ()),
            "security_group_ids": tuple(security_group_ids or ()),
            "network_isolation": enable_network_isolation,
        }
        self._tags, self._kms_key = tags, kms_key
        self._given = {
            "role": role,
            "image_name": image_name,
            "py_version": py_version,
            "model_name": model_name,
            "code_location": code_location,
            "subnets": subnets,
            "security_group_ids": security_group_ids,
            "enable_network_isolation": enable_network_isolation or None,
        }
        self._backend = backend
        self._plugins = plugins if plugins is not None else PluginManager()

    def deploy(
        self,
        initial_instance_count: int = 1,
        instance_type: str = "inprocess",
        endpoint_type: str = "python",
        endpoint_name: str | None = None,
        detach: bool = False,
        accelerator_type: str | None = None,
        tags: Sequence[Mapping[str, str]] | None = None,
        kms_key: str | None = None,
        update_endpoint: bool = False,
        wait: bool = True,
    ) -> Predictor:
        """Start an endpoint and wait until it answers.

        Args:
            initial_instance_count: number of instances.
            instance_type: chooses the backend, as ``train_instance_type`` does.
            endpoint_type: ``'python'``, ``'tensorflow-serving'``, or the name of a serving adapter.
            endpoint_name: generated when omitted.
            detach: let the endpoint go on when this process ends; ``Predictor(endpoint_name)`` finds it again, so do
                ``smtf endpoints`` and ``smtf predict``.
            accelerator_type: an accelerator for every instance, ``'ml.eia1.medium'``, on backends that have such.
            tags: as the constructor's, and instead of them.
            kms_key: as the constructor's, and instead of it.
            update_endpoint: put the model into the place of an endpoint's of that name, which goes on answering
                meanwhile; on backends that can.
            wait: return when the endpoint answers, not when it has been asked for; on backends where these differ.

        Returns:
            What asks it.

        Raises:
            InvalidInputError: something is wrong; nothing has started.
            SmtfError: the models or the handlers cannot be loaded.
        """
        registries = Registries(self._plugins)
        adapter = choose_serving_adapter(registries.serving_adapters, endpoint_type)
        spec = choose_backend(registries.backends, self._backend, instance_type)
        backend = registries.backends.shared(spec.name)
        if not isinstance(backend, ServingBackend):
            raise runs_no_endpoints(self._plugins, spec.name)
        if initial_instance_count < 1:
            raise InvalidInputError(f"initial_instance_count must be 1 or more, not {initial_instance_count}")
        check_records("tags", tags)
        tags, kms_key = (self._tags if tags is None else tags), (self._kms_key if kms_key is None else kms_key)
        self._check_places(spec)
        self._tell_unused(
            spec,
            tags=tags or None,
            kms_key=kms_key,
            accelerator_type=accelerator_type,
            update_endpoint=update_endpoint or None,
            wait=None if wait else False,
        )
        access = Access(
            **self._access,
            output_kms_key=kms_key,
            tags=tuple((tag["Key"], tag["Value"]) for tag in tags or ()),
        )
        plan = EndpointPlan(
            name=check_name(endpoint_name or f"endpoint-{datetime.now(timezone.utc):%Y-%m-%d-%H-%M-%S-%f}"),
            adapter=adapter.name,
            deployment=self._deployment,
            instance_type=instance_type,
            instance_count=initial_instance_count,
            detach=detach,
            wait=wait,
            update=update_endpoint,
            hosting=Hosting(**self._hosting, accelerator_type=accelerator_type, access=access),
        )
        return Predictor(backend.deploy(plan))

    def _check_places(self, spec: BackendSpec) -> None:
        places = (
            ("model_data", self._deployment.path, spec.model_schemes),
            ("source_dir", self._hosting["source_dir"] or "", spec.code_schemes),
        )
        for name, place, schemes in places:
            if scheme_of(place) not in schemes:
                others = "".join(f" or {scheme}://" for scheme in schemes if scheme != "file")
                raise InvalidInputError(
                    f"{name} {place!r}: an endpoint on backend {spec.name!r} takes it from a local path{others} only"
                )

    def _tell_unused(self, spec: BackendSpec, **given: Any) -> None:
        unused = [
            name
            for name, value in {**self._given, **given}.items()
            if value is not None and name not in spec.endpoint_options
        ]
        if "update_endpoint" in unused:
            raise InvalidInputError(
                f"backend {spec.name!r} cannot put another model into an endpoint's place; delete the endpoint first"
            )
        if unused:
            _log.warning("endpoints on backend %r do not use: %s", spec.name, ", ".join(unused))


def _check_code(
    entry_point: _StrPath | None,
    source_dir: _StrPath | None,
    dependencies: Sequence[_StrPath],
    requirements_file: str | None,
) -> None:
    if entry_point is None:
        for name, value in (("source_dir", source_dir), ("dependencies", list(dependencies) or None)):
            if value is not None:
                raise InvalidInputError(f"{name} needs entry_point: which script in it has the handlers?")
    elif not is_remote(source_dir):
        script = Path(source_dir or "") / entry_point
        if not script.is_file():
            raise InvalidInputError(f"entry_point: there is no file {str(script)!r}")
        if (
            requirements_file
            and not (script.parent if source_dir is None else Path(source_dir)).joinpath(requirements_file).is_file()
        ):
            raise InvalidInputError(f"requirements_file: there is no file {requirements_file!r} beside the handlers")
    for dependency in dependencies:
        if not Path(dependency).exists():
            raise InvalidInputError(f"dependencies: there is no file or folder {os.fspath(dependency)!r}")


def _absolute(source_dir: _StrPath | None) -> str | None:
    if source_dir is None or is_remote(source_dir):
        return None if source_dir is None else os.fspath(source_dir)
    return str(Path(source_dir).absolute())


def _absolute_unless(entry_point: _StrPath, source_dir: _StrPath | None) -> str:
    return str(Path(entry_point).absolute()) if source_dir is None else os.fspath(entry_point)
