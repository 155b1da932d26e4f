"""Keras's module paths, as scripts of the time imported from them: ``keras._impl.keras.engine.topology``.

The public package of today's Keras 2 has the names; its internal modules lie elsewhere. So a path segment that only
said in which file a name was stands for the package that has the name. The package that was installed by itself,
``keras`` 2.0 to 2.3, had the same files: ``keras.layers.core``, ``keras.utils.np_utils``.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

# Segments that stand for the package that they are in.
_TRANSPARENT = {"_impl", "python", "keras", "api"}
_LAYER_FILES = {
    "advanced_activations",
    "convolutional",
    "convolutional_recurrent",
    "core",
    "cudnn_recurrent",
    "embeddings",
    "local",
    "merge",
    "noise",
    "normalization",
    "pooling",
    "recurrent",
    "serialization",
    "wrappers",
}
_UTILS_FILES = {"data_utils", "generic_utils", "io_utils", "layer_utils", "np_utils", "vis_utils"}
_ENGINE_FILES = {"base_layer", "input_layer", "network", "sequential", "topology", "training"}

# The last segments of a package's name -> the files that stand for it.
_FILES = {
    ".layers": _LAYER_FILES,
    ".utils": _UTILS_FILES,
    ".backend": {"tensorflow_backend"},
}

# What `keras.engine` and the files in it had -> where the public package has it.
_ENGINE = {
    "Input": "Input",
    "InputLayer": "layers.InputLayer",
    "InputSpec": "layers.InputSpec",
    "Layer": "layers.Layer",
    "Model": "models.Model",
    "Network": "models.Model",
    "Sequential": "models.Sequential",
    "get_source_inputs": "utils.get_source_inputs",
}


def keras_path(package: ModuleType, name: str) -> ModuleType | None:
    """The module that ``<package>.<name>`` stands for, if it is such a path.

    Args:
        package: a module of Keras 2's public package, or what this function returned before.
        name: the next segment.
    """
    if package.__name__ == _engine.__name__:
        return package if name in _ENGINE_FILES else None
    if name in _TRANSPARENT:
        return package
    if any(package.__name__.endswith(end) and name in files for end, files in _FILES.items()):
        return package
    return _engine(package) if name == "engine" else None


def _engine(keras: ModuleType) -> ModuleType:
    engine = ModuleType(_engine.__name__, "keras.engine: layers and models.")
    for name, public in _ENGINE.items():
        value: Any = importlib.import_module(keras.__name__)
        for part in public.split("."):
            value = getattr(value, part)
        setattr(engine, name, value)
    return engine
