"""The TensorFlow that a script of generation 1.x sees.

A name is looked for in this order: a contrib piece of ours or another replacement → ``tf.compat.v1`` → the place that
it moved to → an ``AttributeError`` that says what the name was.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

from smtf_core.models import FrameworkVersion
from smtf_core.runtime.script.views import ModuleView, target_attribute
from smtf_core.runtime.tf1 import ops
from smtf_core.runtime.tf1.estimator import ReplacedNames, keras_2_version, load_estimator
from smtf_core.runtime.tf1.keras_paths import keras_path
from smtf_core.tf1_api import RELEASES, Name, load_api
from smtf_core.tf1_api.replacements import replacement

_KERAS = "tf_keras.api._v1.keras"
_CONTRIB = "smtf_core.runtime.tf1.contrib"

# Dotted name as the script writes it -> the module that it stands for.
_REPLACED = {
    "tensorflow.estimator": "tensorflow_estimator._api.v1.estimator",
    "tensorflow.contrib": _CONTRIB,
    "tensorflow.contrib.keras": _KERAS,
    "tensorflow.contrib.tpu.python.tpu.tpu_function": "tensorflow.python.tpu.tpu_function",
    "tensorflow.keras": _KERAS,
    "tensorflow.layers": f"{_KERAS}.__internal__.legacy.layers",
    "tensorflow.nn.rnn_cell": f"{_KERAS}.__internal__.legacy.rnn_cell",
    # The internal packages that scripts of the time imported from.
    "tensorflow.python": "tensorflow.python",
    "tensorflow.python.estimator": "tensorflow_estimator.python.estimator",
    "tensorflow.python.keras": _KERAS,
    "tensorflow.python.ops.rnn_cell": f"{_CONTRIB}.rnn",
    "tensorflow.python.ops.rnn_cell_impl": f"{_CONTRIB}.rnn",
    "tensorflow.core": "tensorflow.core",
    "tensorflow.examples": "smtf_core.runtime.tf1.examples",
}

# Names of one thing each that a script's view makes anew.
_COND = ("tensorflow.cond", "tensorflow.python.ops.control_flow_ops.cond")
_FLAGS = ("tensorflow.flags", "tensorflow.app.flags", "tensorflow.python.platform.flags")
_VERSION = ("tensorflow.__version__", "tensorflow.VERSION")
# Scripts half-way to TensorFlow 2 call these first. The script has what they ask for; the process must not get it.
_NOT_NEEDED = (
    "disable_eager_execution",
    "disable_resource_variables",
    "disable_tensor_equality",
    "disable_v2_behavior",
    "disable_v2_tensorshape",
)

# Packages whose modules a script sees through views; all others are handed out as they are.
_COVERED = ("tensorflow", "tf_keras", "tensorflow_estimator", "_engine")
_OURS = (_CONTRIB, "smtf_core.runtime.tf1.examples")

# Path segments that TensorFlow and Keras once put between a package and its names: keras._impl.keras,
# contrib.learn.python.learn, contrib.rnn.python.ops.core_rnn_cell.
_PASS_THROUGH = (
    *("_impl", "api", "core_rnn", "layers", "ops", "python", "training"),
    *("tpu_config", "tpu_estimator", "tpu_optimizer"),
)
_FILE_ENDINGS = ("_cell", "_impl", "_lib", "_ops", "_util", "_utils")


class TensorFlow1Names:
    """Resolves the names of a script of generation 1.x.

    Args:
        version: the release that the script is written for; it is what ``tf.__version__`` says.
        flags: gives the script's own ``tf.flags``.
    """

    def __init__(self, version: FrameworkVersion, flags: Callable[[], ModuleType]) -> None:
        self._version = str(version)
        self._view: ModuleView | None = None
        self._replaced = ReplacedNames(
            {
                **_REPLACED,
                **dict.fromkeys(_VERSION, lambda: self._version),
                **dict.fromkeys(_FLAGS, flags),
                **dict.fromkeys(_COND, lambda: ops.cond),
                # Scripts half-way to TensorFlow 2 say `import tensorflow.compat.v1 as tf`: the same names.
                "tensorflow.compat.v1": self.view,
                # Cells of the time ask it; it has a new name.
                "tensorflow.python.util.nest.is_sequence": _is_sequence,
                "tensorflow.keras.__version__": keras_2_version,
                "keras.__version__": keras_2_version,
            }
        )

    def view(self) -> ModuleView:
        """What ``import tensorflow`` gives the script; always the same one."""
        if self._view is None:
            self._view = ModuleView("tensorflow", importlib.import_module("tensorflow").compat.v1, self)
        return self._view

    def lookup(self, view: ModuleView, name: str) -> Any:
        """See :class:`~smtf_core.runtime.script.views.Names`."""
        dotted = f"{view.__name__}.{name}"
        if dotted in self._replaced:
            return self._replaced.replacement(dotted)
        if name in _NOT_NEEDED:
            return ops.nothing_to_do
        try:
            return target_attribute(view.target, name)
        except AttributeError:
            for found in (self._internal_path(view.target, name), self._moved(view, name)):
                if found is not None:
                    return found
        raise AttributeError(self._obituary(view, dotted))

    def covers(self, module: ModuleType) -> bool:
        """TensorFlow, Keras 2, the estimators and our contrib pieces."""
        return module.__name__.partition(".")[0] in _COVERED or module.__name__.startswith(_OURS)

    @staticmethod
    def _internal_path(package: ModuleType, name: str) -> ModuleType | None:
        """What a segment of an internal path stands for: often the package that it is in."""
        if package.__name__.startswith(("tf_keras", "_engine")):
            return keras_path(package, name)
        transparent = name in (*_PASS_THROUGH, package.__name__.rpartition(".")[2]) or name.endswith(_FILE_ENDINGS)
        return package if package.__name__.startswith(_CONTRIB) and transparent else None

    @staticmethod
    def _moved(view: ModuleView, name: str) -> Any:
        """A name of ``tf`` itself that TensorFlow 2 dropped from ``compat.v1`` but still has at its own top."""
        if view.__name__ != "tensorflow":
            return None
        return getattr(importlib.import_module("tensorflow"), name, None)

    def _obituary(self, view: ModuleView, dotted: str) -> str:
        name = dotted.removeprefix("tensorflow.")
        written = f"tf.{name}" if name != dotted else dotted
        known = load_api().find(name)
        if known is not None or name.startswith(("contrib.", "examples")):
            releases = "1" if known is None else _spoken(known)
            return f"{written} (TensorFlow {releases}) is not to be had any more. {replacement(name)}"
        return (
            f"{written} does not exist: smtf looked among its replacements, in tf.compat.v1 and in "
            f"{view.target.__name__} of today's TensorFlow, and TensorFlow {RELEASES[0]} to {RELEASES[-1]} "
            f"had no such name."
        )


def _is_sequence() -> Any:
    return importlib.import_module(f"{_CONTRIB}.framework.nest").is_sequence


def _spoken(name: Name) -> str:
    first, last = RELEASES[name.stretches[0].first], RELEASES[name.stretches[-1].last]
    return first if first == last else f"{first} to {last}"


def tensorflow_1_view(version: FrameworkVersion, flags: Callable[[], ModuleType]) -> ModuleView:
    """TensorFlow 1's API over today's TensorFlow.

    Args:
        version: the release that the script is written for.
        flags: gives the script's own ``tf.flags``.

    Returns:
        What ``import tensorflow`` gives such a script.

    Raises:
        MissingExtraError: TensorFlow or a package that the view needs is not installed.
    """
    load_estimator()
    return TensorFlow1Names(version, flags).view()


def keras_2_view(version: FrameworkVersion, flags: Callable[[], ModuleType]) -> ModuleView:
    """Keras as it was installed by itself next to TensorFlow 1: Keras 2, here the same as ``tf.keras``.

    Args:
        version: the release of TensorFlow that the script is written for.
        flags: gives the script's own ``tf.flags``.

    Returns:
        What ``import keras`` gives such a script. Keras 3, which has the name today, has no graph mode.

    Raises:
        MissingExtraError: TensorFlow or a package that the view needs is not installed.
    """
    load_estimator()
    return ModuleView("keras", importlib.import_module(_KERAS), TensorFlow1Names(version, flags))
