"""The two script loaders that come with smtf: scripts written for TensorFlow 1.x, and for 2.x."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from copy import deepcopy
from functools import cache, partial
from types import ModuleType

from smtf_core.errors import MissingExtraError, ScriptError
from smtf_core.interfaces import UserScript
from smtf_core.models import FrameworkVersion, TrainingEnvironment
from smtf_core.runtime.script.contract import SERVING, contract_functions, serving_functions
from smtf_core.runtime.script.importer import ScriptImporter
from smtf_core.runtime.tf1.switches import translate_mkl_switches

_Scope = Callable[[], AbstractContextManager[None]]
# Minor versions: Keras 2 got new optimizers; Keras 3 became tf.keras.
_NEW_OPTIMIZERS, _KERAS_3 = (2, 11), (2, 16)


class TensorFlow1Loader:
    """Shows the script TensorFlow 1's API and gives it TensorFlow 1's behaviour."""

    def load(self, environment: TrainingEnvironment) -> AbstractContextManager[UserScript]:
        """See :class:`~smtf_core.interfaces.ScriptLoader`."""
        flags = cache(_script_flags)
        roots: dict[str, Callable[[], ModuleType]] = {
            "tensorflow": lambda: _tensorflow_1(environment, flags),
            "keras": lambda: _keras_2(environment, flags),
            "numpy": _numpy_1,
            "pandas": _pandas_1,
            "absl": lambda: _absl(flags),
            **_packages_1(),
            **{root: partial(_threads_1, root) for root in ("concurrent", "multiprocessing", "threading")},
        }
        return _load(environment, roots, partial(_behaviour_1, environment.framework_version))


class TensorFlow2Loader:
    """Shows the script today's TensorFlow with ``tf.estimator`` restored.

    A script written for a release before 2.16 finds Keras 2 as ``tf.keras``, which is what those releases had.
    """

    def load(self, environment: TrainingEnvironment) -> AbstractContextManager[UserScript]:
        """See :class:`~smtf_core.interfaces.ScriptLoader`."""
        return _load(environment, {"tensorflow": lambda: _tensorflow_2(environment)}, contextlib.nullcontext)


@contextlib.contextmanager
def _load(
    environment: TrainingEnvironment, roots: dict[str, Callable[[], ModuleType]], scope: _Scope
) -> Iterator[UserScript]:
    entry = environment.layout.code / environment.entry_point
    if not entry.is_file():
        raise ScriptError(
            f"there is no script {environment.entry_point!r} in the code folder {environment.layout.code}"
        )
    path = str(entry.resolve())

    def pipe_reader() -> ModuleType:
        module = importlib.import_module("smtf_core.runtime.channels.sagemaker_tensorflow")
        made: ModuleType = module.sagemaker_tensorflow(environment)
        return made

    with ExitStack() as stack:
        # Switches that the script itself sets at its top must be seen before the first import of TensorFlow, so that
        # import happens where the script has it, and only then can the behaviour that the rest of the script expects be
        # entered.
        def tensorflow() -> ModuleType:
            _require_tensorflow()
            translate_mkl_switches()
            view = roots["tensorflow"]()
            stack.enter_context(scope())
            return view

        def after_tensorflow(make: Callable[[], ModuleType]) -> ModuleType:
            importer.views.root("tensorflow")
            return make()

        own: dict[str, Callable[[], ModuleType]] = {
            "tensorflow": tensorflow,
            "sagemaker_tensorflow": partial(after_tensorflow, pipe_reader),
        }
        if "keras" in roots:
            own["keras"] = partial(after_tensorflow, roots["keras"])
        importer = ScriptImporter(
            environment.layout.code, environment.entry_point, {**roots, **own}, environment.py_version
        )
        stack.callback(importer.close)
        functions_of = serving_functions if environment.role == SERVING else contract_functions
        kind, functions = functions_of(importer.load(), path)
        # A script may leave TensorFlow to its helpers' functions; from here on it is needed anyway.
        importer.views.root("tensorflow")
        hyperparameters = deepcopy(dict(environment.hyperparameters))
        yield UserScript(path=path, kind=kind, functions=functions, hyperparameters=hyperparameters, scope=scope)


def _require_tensorflow() -> None:
    if importlib.util.find_spec("tensorflow") is None:
        raise MissingExtraError("TensorFlow is not installed. Run: pip install 'smtf[tensorflow]'")


def _tensorflow_1(environment: TrainingEnvironment, flags: Callable[[], ModuleType]) -> ModuleType:
    view = importlib.import_module("smtf_core.runtime.tf1.view")
    made: ModuleType = view.tensorflow_1_view(environment.framework_version, flags)
    return made


def _keras_2(environment: TrainingEnvironment, flags: Callable[[], ModuleType]) -> ModuleType:
    view = importlib.import_module("smtf_core.runtime.tf1.view")
    made: ModuleType = view.keras_2_view(environment.framework_version, flags)
    return made


def _script_flags() -> ModuleType:
    made: ModuleType = importlib.import_module("smtf_core.runtime.tf1.flags").script_flags()
    return made


def _absl(flags: Callable[[], ModuleType]) -> ModuleType:
    made: ModuleType = importlib.import_module("smtf_core.runtime.tf1.flags").absl_view(flags)
    return made


def _tensorflow_2(environment: TrainingEnvironment) -> ModuleType:
    estimator = importlib.import_module("smtf_core.runtime.tf1.estimator")
    estimator.load_estimator()
    table = {
        "tensorflow.estimator": "tensorflow_estimator._api.v2.estimator",
        "tensorflow.compat.v2.estimator": "tensorflow_estimator._api.v2.estimator",
        "tensorflow.compat.v1.estimator": "tensorflow_estimator._api.v1.estimator",
    }
    if environment.framework_version.minor_version < _KERAS_3:
        table |= {**estimator.KERAS_2, "tensorflow.keras.__version__": estimator.keras_2_version}
    if environment.framework_version.minor_version < _NEW_OPTIMIZERS:
        table |= estimator.old_optimizers()
    made: ModuleType = estimator.tensorflow_view(table)
    return made


def _numpy_1() -> ModuleType:
    made: ModuleType = importlib.import_module("smtf_core.runtime.tf1.numpy_view").numpy_1_view()
    return made


def _pandas_1() -> ModuleType:
    made: ModuleType = importlib.import_module("smtf_core.runtime.tf1.pandas_view").pandas_1_view()
    return made


def _packages_1() -> dict[str, Callable[[], ModuleType]]:
    made: dict[str, Callable[[], ModuleType]] = importlib.import_module(
        "smtf_core.runtime.tf1.package_views"
    ).package_views()
    return made


def _threads_1(root: str) -> ModuleType:
    made: ModuleType = importlib.import_module("smtf_core.runtime.tf1.script_threads").thread_view(root)
    return made


def _behaviour_1(version: FrameworkVersion) -> AbstractContextManager[None]:
    made: AbstractContextManager[None] = importlib.import_module(
        "smtf_core.runtime.tf1.behaviour"
    ).tensorflow_1_behaviour(version)
    return made
