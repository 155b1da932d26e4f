"""TensorFlowModel: an exported model, from wherever it came, to be deployed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from smtf_core.client.endpoints import check_name
from smtf_core.client.predictor import Predictor
from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import Deployment, ServingBackend
from smtf_core.models.uri import local_path
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries
from smtf_core.selection import choose_backend, choose_serving_adapter


class TensorFlowModel:
    """Deploys a model.

    Args:
        model_data: folder of a SavedModel, or with models in it.
        entry_point: script with handlers.
        framework_version: release that the script is written for.
        env: the container's variables, ``SAGEMAKER_…``.
        backend: name of a backend, instead of choosing it by ``instance_type``.
        plugins: the plugins to use; ``None``: those that are installed.

    Raises:
        InvalidInputError: an argument is not what it must be.
    """

    def __init__(
        self,
        model_data: str | os.PathLike[str],
        *,
        entry_point: str | os.PathLike[str] | None = None,
        framework_version: str | None = None,
        env: Mapping[str, str] | None = None,
        backend: str | None = None,
        plugins: PluginManager | None = None,
    ) -> None:
        path = local_path(model_data)
        if path is None or not path.is_dir():
            raise InvalidInputError(f"model_data must be a local folder, not {os.fspath(model_data)!r}")
        if entry_point is not None and not Path(entry_point).is_file():
            raise InvalidInputError(f"entry_point: there is no file {os.fspath(entry_point)!r}")
        self._deployment = Deployment(
            path=str(path),
            entry_point=None if entry_point is None else str(Path(entry_point).absolute()),
            framework_version=framework_version,
            environment=dict(env or {}),
        )
        self._backend = backend
        self._plugins = plugins if plugins is not None else PluginManager()

    def deploy(
        self,
        initial_instance_count: int = 1,
        instance_type: str = "inprocess",
        endpoint_type: str = "python",
        endpoint_name: str | None = None,
        detach: bool = False,
    ) -> Predictor:
        """Start an endpoint and wait until it answers.

        Args:
            initial_instance_count: number of instances.
            instance_type: chooses the backend, as ``train_instance_type`` does.
            endpoint_type: ``'python'``, ``'tensorflow-serving'``, or the name of a serving adapter.
            endpoint_name: generated when omitted.
            detach: let the endpoint go on when this process ends; ``Predictor(endpoint_name)`` finds it again, so do
                ``smtf endpoints`` and ``smtf predict``.

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
            raise InvalidInputError(f"backend {spec.name!r} runs no endpoints; deploy on 'inprocess' or 'process'")
        if initial_instance_count < 1:
            raise InvalidInputError(f"initial_instance_count must be 1 or more, not {initial_instance_count}")
        name = endpoint_name or f"endpoint-{datetime.now(timezone.utc):%Y-%m-%d-%H-%M-%S-%f}"
        endpoint = backend.deploy(
            check_name(name), adapter.name, self._deployment, initial_instance_count, detach=detach
        )
        return Predictor(endpoint)
