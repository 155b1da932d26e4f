"""The adapter itself: finds the program, writes what it is told, starts it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import Deployment
from smtf_serving.adapters.tfs.handlers import load_handlers
from smtf_serving.adapters.tfs.settings import Settings, check_default, whole_number
from smtf_serving.adapters.tfs_binary.configuration import choose_ports, write_configuration
from smtf_serving.adapters.tfs_binary.program import Program
from smtf_serving.adapters.tfs_binary.server import TfsBinaryServer
from smtf_serving.model.folders import find_models

#: Names the program where it is not on PATH, or is called something else.
VARIABLE = "SMTF_TENSORFLOW_MODEL_SERVER"
_USUAL = "tensorflow_model_server"
# More than the program gives itself: it is the one to say that it took too long.
_GRACE_SECONDS = 5


class TfsBinaryAdapter:
    """See :class:`~smtf_core.interfaces.ServingAdapter`."""

    def load(self, deployment: Deployment) -> TfsBinaryServer:
        """Start ``tensorflow_model_server`` with all models below ``deployment.path``, and load handlers if there are.

        Raises:
            InvalidInputError: there is no such program, or no model, or it cannot be loaded.
            ScriptError: the handlers cannot be loaded.
            SmtfError: the program does not come up.
        """
        environment = deployment.environment
        program = find_program(environment)
        settings = Settings.from_environment(environment)
        if settings.multi_model:
            raise InvalidInputError(
                "SAGEMAKER_MULTI_MODEL: adapter tfs-binary serves the models that it is started with; adapter tfs "
                "loads and unloads them by requests"
            )
        models = find_models(Path(deployment.path))
        names = [model.name for model in models]
        check_default(settings.default_model, names)
        for model, labels in deployment.labels.items():
            _check_labels(model, labels, {one.name: one.versions for one in models})
        ports = choose_ports(environment)
        handlers = load_handlers(deployment)
        scratch = Path(tempfile.mkdtemp(prefix="smtf-tfs-"))
        try:
            arguments = write_configuration(scratch, models, deployment.labels, ports, settings, environment)
            seconds = whole_number(environment, "SAGEMAKER_MODEL_SERVER_TIMEOUT", 60) + _GRACE_SECONDS
            running = Program([program, *arguments], ports, names, seconds)
        except BaseException:
            if handlers is not None:
                handlers.close()
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        return TfsBinaryServer(running, settings.default_model or names[0], handlers, scratch)


def find_program(environment: Mapping[str, str]) -> str:
    """The path of ``tensorflow_model_server``.

    Raises:
        InvalidInputError: it is neither named nor on PATH.
    """
    named = environment.get(VARIABLE) or os.environ.get(VARIABLE)
    found = shutil.which(named or _USUAL)
    if found is not None:
        return str(Path(found).absolute())
    if named:
        raise InvalidInputError(f"{VARIABLE} is {named!r}, which is no program that can be run")
    raise InvalidInputError(
        f"adapter tfs-binary runs TensorFlow Serving's {_USUAL}, and it is not on PATH: install it, name it with "
        f"{VARIABLE}=/path/to/it, or use adapter tfs, which needs no such program"
    )


def _check_labels(model: str, labels: Mapping[str, int], models: Mapping[str, Mapping[int, Path]]) -> None:
    for label, version in labels.items():
        if version not in models.get(model, {}):
            raise InvalidInputError(f"label {label!r} of model {model!r}: there is no version {version} of it")
