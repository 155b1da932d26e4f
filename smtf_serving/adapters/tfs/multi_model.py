"""Models that come and go by requests: the container's multi-model API.

Source: sagemaker-tensorflow-serving-container, ``SAGEMAKER_MULTI_MODEL``, and SageMaker's contract for multi-model
endpoints: 404 for a model that is not loaded, 409 for one that is, 507 when there is no memory for it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import tensorflow as tf
from attrs import frozen

from smtf_core.errors import InvalidInputError
from smtf_serving.adapters.tfs.catalogue import Catalogue, folder_of
from smtf_serving.adapters.tfs.errors import ServingError
from smtf_serving.model.folders import ModelFolder, find_models

_PATH = re.compile(r"/models(?:/(?P<model>[^/]+?)(?P<invoke>/invoke)?)?")
_NAME = re.compile(r"[^/:]+")


@frozen
class ModelPath:
    """A path of the API.

    Args:
        model: the model; ``None`` for all.
        invoke: whether it is to be called.
    """

    model: str | None
    invoke: bool


def model_path(path: str) -> ModelPath | None:
    """What a path says; ``None`` if it is none of this API."""
    match = _PATH.fullmatch(path)
    return None if match is None else ModelPath(match["model"], match["invoke"] is not None)


def listed(catalogue: Catalogue) -> dict[str, Any]:
    """All models."""
    return {"models": [entry(catalogue, name) for name in catalogue.names]}


def entry(catalogue: Catalogue, name: str) -> dict[str, str]:
    """One model.

    Raises:
        ServingError: there is none of that name.
    """
    return {"modelName": name, "modelUrl": str(catalogue.folder(name))}


def load(catalogue: Catalogue, document: Any) -> dict[str, str]:
    """Load a model.

    Args:
        catalogue: gets it.
        document: ``{"model_name": …, "url": folder}``.

    Raises:
        ServingError: there is no model there, the name is taken, or there is no memory for it.
    """
    if not isinstance(document, dict) or not all(isinstance(document.get(k), str) for k in ("model_name", "url")):
        raise ServingError('the body must be {"model_name": "…", "url": "…"}')
    name, folder = document["model_name"], Path(document["url"])
    if not _NAME.fullmatch(name):
        raise ServingError(f"model_name must have neither / nor :, not {name!r}")
    if name in catalogue.names:
        raise ServingError(f"Model {name} is already loaded", 409)
    try:
        found = find_models(folder)
        if len(found) > 1:
            raise ServingError(f"{folder} has several models: {', '.join(model.name for model in found)}")
        catalogue.add(ModelFolder(name, found[0].versions), folder_of(found[0], folder))
    except MemoryError as error:
        raise _no_memory(name, error) from error
    except InvalidInputError as error:
        if isinstance(error.__cause__, tf.errors.ResourceExhaustedError):
            raise _no_memory(name, error) from error
        raise ServingError(str(error)) from error
    return {"message": f"Successfully loaded model {name}"}


def unload(catalogue: Catalogue, name: str) -> dict[str, str]:
    """Give a model up.

    Raises:
        ServingError: there is none of that name.
    """
    catalogue.remove(name)
    return {"message": f"Successfully unloaded model {name}"}


def _no_memory(name: str, error: BaseException) -> ServingError:
    return ServingError(f"Not enough memory to load model {name}: {error}", 507)
