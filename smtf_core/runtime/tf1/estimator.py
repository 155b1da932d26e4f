"""``tf.estimator`` on TensorFlow 2.16 and later: the genuine package, given back what TensorFlow dropped.

The pure-Python ``tensorflow-estimator`` 2.15.0 works on later TensorFlow once three kinds of imports find something:
the ``estimator_export`` decorator (TensorFlow forgot the API name ``estimator``),
``tensorflow.python.distribute.estimator_training`` (used for a coordinator that nothing here turns on), and modules
for TPUs (used on these only). It also needs Keras 2 as ``tf.keras``. All of this is given to it through its *own view*
of its imports; no module of TensorFlow, Keras or the interpreter is replaced.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from smtf_core.errors import MissingExtraError
from smtf_core.runtime.script.views import ModuleView, ViewedFinder, Views, target_attribute

_PACKAGE = "tensorflow_estimator"
_KERAS_V1, _KERAS_V2 = "tf_keras.api._v1.keras", "tf_keras.api._v2.keras"

#: Names below ``tensorflow`` that mean Keras 2, and the module that each stands for.
KERAS_2 = {
    "tensorflow.keras": _KERAS_V2,
    "tensorflow.compat.v2.keras": _KERAS_V2,
    "tensorflow.compat.v1.keras": _KERAS_V1,
    "tensorflow.compat.v1.layers": f"{_KERAS_V1}.__internal__.legacy.layers",
    "tensorflow.compat.v1.nn.rnn_cell": f"{_KERAS_V1}.__internal__.legacy.rnn_cell",
}

# What tf.estimator.tpu asks of TensorFlow and today's TensorFlow lacks; without TPUs nothing of it is used.
_TPU_MODULES = tuple(
    f"tensorflow.python.tpu.{name}" for name in ("session_support", "tpu_embedding", "tpu_embedding_gradient")
)

# Before TensorFlow 2.11 these names meant what Keras 2 calls legacy optimizers now.
_OPTIMIZERS = ("Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "Optimizer", "RMSprop", "SGD")

_lock = threading.RLock()


def keras_2_version() -> str:
    """What ``tf.keras.__version__`` says where ``tf.keras`` is Keras 2."""
    version: str = importlib.import_module("tf_keras").__version__
    return version


def old_optimizers() -> dict[str, Callable[[], Any]]:
    """Names below ``tensorflow`` for scripts of TensorFlow 2.0 to 2.10: what ``tf.keras.optimizers`` had then."""

    def optimizer(name: str) -> Callable[[], Any]:
        return lambda: getattr(importlib.import_module(f"{_KERAS_V2}.optimizers.legacy"), name)

    return {f"tensorflow.keras.optimizers.{name}": optimizer(name) for name in _OPTIMIZERS}


class ReplacedNames:
    """TensorFlow as it is but for a table of dotted names that stand for other modules.

    Args:
        table: dotted name → module, or a maker of the module or value.
    """

    def __init__(self, table: Mapping[str, str | Callable[[], Any]]) -> None:
        self._table = table

    def lookup(self, view: ModuleView, name: str) -> Any:
        """See :class:`~smtf_core.runtime.script.views.Names`."""
        dotted = f"{view.__name__}.{name}"
        return self.replacement(dotted) if dotted in self else target_attribute(view.target, name)

    def __contains__(self, dotted: str) -> bool:
        return dotted in self._table

    def replacement(self, dotted: str) -> Any:
        """What a name in the table stands for."""
        found = self._table[dotted]
        return importlib.import_module(found) if isinstance(found, str) else found()

    def covers(self, module: ModuleType) -> bool:
        """The packages that a replaced name may lie below."""
        keras = any(name.startswith("tensorflow.keras.") for name in self._table)
        return module.__name__.partition(".")[0] in ("tensorflow", _PACKAGE, *(("tf_keras",) if keras else ()))


def tensorflow_view(table: Mapping[str, str | Callable[[], Any]]) -> ModuleView:
    """A view of today's TensorFlow with some names replaced."""
    return ModuleView("tensorflow", importlib.import_module("tensorflow"), ReplacedNames(table))


def load_estimator() -> None:
    """Make ``import tensorflow_estimator`` work in this process; TensorFlow itself stays as it is.

    Safe to call any number of times, from any thread, before or after Keras was imported.

    Raises:
        MissingExtraError: TensorFlow, ``tensorflow-estimator`` or ``tf_keras`` is not installed.
    """
    with _lock:
        if f"{_PACKAGE}._api.v2.estimator" in sys.modules:
            return
        for name, requirement in ((_PACKAGE, "tensorflow-estimator==2.15.0"), ("tf_keras", "tf_keras")):
            if importlib.util.find_spec(name) is None:
                raise MissingExtraError(
                    f"tf.estimator needs {requirement}, which is not installed. Run: pip install 'smtf[tensorflow]'"
                )
        views = Views(
            {
                "tensorflow": lambda: tensorflow_view(
                    {
                        **KERAS_2,
                        "tensorflow.python.distribute.estimator_training": _coordinator_stand_in,
                        **dict.fromkeys(_TPU_MODULES, _tpu_stand_in),
                    }
                )
            }
        )
        finder = ViewedFinder(_PACKAGE, views.builtins, stand_ins=_stand_ins())
        finder.uninstall()  # somebody's own attempt to import it has failed half-way and left modules behind
        sys.meta_path.insert(0, finder)
        try:
            importlib.import_module(f"{_PACKAGE}._api.v1.estimator")
            importlib.import_module(f"{_PACKAGE}._api.v2.estimator")
        except BaseException:
            finder.uninstall()
            raise


def restore_estimator() -> ModuleType:
    """Give ``tf.estimator`` and ``tf.compat.v1.estimator`` back to this process's TensorFlow.

    For code bases that still use estimators on TensorFlow 2.16 to 2.21. Afterwards ``tf.estimator``,
    ``tf.compat.v2.estimator`` (the TensorFlow 2 API) and ``tf.compat.v1.estimator`` exist as they did up to TensorFlow
    2.15, and ``tf_keras.estimator`` works. The estimators use Keras 2 (``tf_keras``) for what they need of Keras;
    ``tf.keras`` stays what it is.

    Safe to call any number of times, from any thread, before or after Keras was imported.

    Returns:
        ``tf.estimator``.

    Raises:
        MissingExtraError: TensorFlow, ``tensorflow-estimator`` or ``tf_keras`` is not installed.

    Example::

        from smtf_core.runtime.tf1 import restore_estimator

        restore_estimator()
        import tensorflow as tf

        classifier = tf.estimator.DNNClassifier(hidden_units=[10], feature_columns=columns, n_classes=3)
    """
    load_estimator()
    tensorflow: Any = importlib.import_module("tensorflow")
    v1 = importlib.import_module(f"{_PACKAGE}._api.v1.estimator")
    v2 = importlib.import_module(f"{_PACKAGE}._api.v2.estimator")
    with _lock:
        for holder, api in ((tensorflow, v2), (tensorflow.compat.v2, v2), (tensorflow.compat.v1, v1)):
            holder.estimator = api
            sys.modules[f"{holder.__name__}.estimator"] = api
    return v2


def _stand_ins() -> dict[str, Callable[[], Mapping[str, Any]]]:
    return {f"{_PACKAGE}.python.estimator.estimator_export": lambda: {"estimator_export": _EstimatorExport}}


class _EstimatorExport:
    """``@estimator_export('estimator.Foo')`` without the registration that TensorFlow has no place for any more."""

    def __init__(self, *names: str, v1: object = None) -> None:
        pass

    def __call__(self, symbol: Any) -> Any:
        return symbol

    def export_constant(self, module_name: str, name: str) -> None:
        """Nothing to register."""


def _tpu_stand_in() -> ModuleType:
    """A module of TensorFlow's that is used on TPUs only."""
    module = ModuleType("tensorflow.python.tpu")
    module.__dict__["__getattr__"] = _no_tpu
    return module


def _no_tpu(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (_OnTpusOnly,), {})


class _OnTpusOnly:
    """What a module of TensorFlow's for TPUs had; it can be named, but not used."""

    def __init__(self, *_: object, **__: object) -> None:
        raise NotImplementedError(
            f"{type(self).__name__} is for TPUs, which TensorFlow 2.16 and later does not run estimators on; "
            "use TPUEstimator(use_tpu=False, ...)"
        )


def _coordinator_stand_in() -> ModuleType:
    """``tensorflow.python.distribute.estimator_training`` for jobs without a distribute coordinator: all of them."""
    module = ModuleType("tensorflow.python.distribute.estimator_training")
    module.__dict__.update(
        should_run_distribute_coordinator=lambda config: False,
        init_run_config=_init_run_config,
    )
    return module


def _init_run_config(config: Any, tf_config: Mapping[str, Any]) -> None:
    """What TensorFlow's function did when no ``RunConfig(experimental_distribute=…)`` asks for a coordinator."""
    if getattr(config, "_experimental_distribute", None):
        raise NotImplementedError(
            "RunConfig(experimental_distribute=…) needs the distribute coordinator, which went with TensorFlow 2.16; "
            "choose a strategy with distribution= instead"
        )
    config._distribute_coordinator_mode = None
    # RunConfig leaves these two to this function when it is given a strategy.
    config._init_distributed_setting_from_environment_var(tf_config)
    config._maybe_overwrite_session_config_for_distributed_training()
