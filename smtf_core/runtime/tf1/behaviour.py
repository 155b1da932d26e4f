"""TensorFlow 1's behaviour, for one thread: graph mode, ``Dimension`` shapes, reference variables, old control flow.

``tf.compat.v1.disable_v2_behavior()`` would change the whole process, which may be a notebook or somebody's server.
TensorFlow keeps its mode and its default graph by thread already. Its other switches are module variables that are only
ever asked for their truth; they are replaced by objects whose truth depends on the thread that asks.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from smtf_core.models import FrameworkVersion
from smtf_core.runtime.tf1.datasets import accept_old_arguments
from smtf_core.runtime.tf1.estimator import load_estimator
from smtf_core.runtime.tf1.keras_numbers import count_as_keras_did
from smtf_core.runtime.tf1.keras_sessions import forgetting_other_sessions, leaving_out_what_nobody_takes
from smtf_core.runtime.tf1.python_functions import called_as_in_the_script
from smtf_core.runtime.tf1.scripts_only import replace_for_scripts

# Module, variable: "shape entries are integers", "variables are resource variables", "conditions and loops are
# functions". All are true in TensorFlow 2.
_SWITCHES = (
    ("tensorflow.python.framework.tensor_shape", "_TENSORSHAPE_V2_OVERRIDE"),
    ("tensorflow.python.ops.resource_variables_toggle", "_DEFAULT_USE_RESOURCE"),
    ("tensorflow.python.ops.control_flow_util", "ENABLE_CONTROL_FLOW_V2"),
)

_LAST_TO_COUNT_FROM_ONE = (1, 8)

_install_lock = threading.Lock()
_depth = threading.local()


class _Elsewhere:
    """The truth of a TensorFlow 2 switch: what it was before, but false in threads that run a TensorFlow 1 script."""

    def __init__(self, before: bool) -> None:
        self._before = before

    def __bool__(self) -> bool:
        return self._before and not in_script()


def in_script() -> bool:
    """Whether this thread runs a TensorFlow 1 script."""
    return getattr(_depth, "count", 0) > 0


def script_version() -> FrameworkVersion | None:
    """The release that this thread's script is written for; ``None``: not told, or there is no script."""
    return getattr(_depth, "version", None) if in_script() else None


def _counts_from_one() -> bool:
    version = script_version()
    return version is not None and version.minor_version <= _LAST_TO_COUNT_FROM_ONE


def _install_switches() -> None:
    with _install_lock:
        load_estimator()
        accept_old_arguments(in_script)
        count_as_keras_did(script_version)
        for module_name, owner, name, replacement, applies in _REPLACED:
            module: Any = importlib.import_module(module_name)
            replace_for_scripts(getattr(module, owner) if owner else module, name, replacement, applies)
        for module_name, variable in _SWITCHES:
            module = importlib.import_module(module_name)
            current = getattr(module, variable)
            if not isinstance(current, _Elsewhere):
                # None means: as the process's TensorFlow is.
                enabled = importlib.import_module("tensorflow.python.tf2").enabled() if current is None else current
                setattr(module, variable, _Elsewhere(bool(enabled)))


def _keeping_every_output(genuine: Callable[..., Any]) -> Callable[..., Any]:
    """Keras writes a recurrent layer's last output over the ones before, which only TensorFlow 2's arrays allow.

    Where it takes the process for TensorFlow 1 it keeps all outputs and returns the last; so it does in our threads.
    """

    def rnn(*arguments: Any, **options: Any) -> Any:
        if "return_all_outputs" in options:
            options["return_all_outputs"] = True
        return genuine(*arguments, **options)

    return rnn


def _counting_from_one(genuine: Callable[..., None]) -> Callable[..., None]:
    """Up to TensorFlow 1.8, Keras called the first layer of a class ``dense_1``; from 1.9 on, ``dense``."""

    def init_set_name(self: Any, name: str | None, zero_based: bool = True) -> None:
        genuine(self, name, zero_based=False)

    return init_set_name


def _taking_whole_floats(genuine: Callable[..., None]) -> Callable[..., None]:
    """TensorFlow 1 took ``4.0`` for a size, which is what ``units / 2`` of a size is in Python 3.

    Source: TensorFlow 1.11 API documentation, ``tf.Dimension``: a value that ``int`` does not change.
    """

    def init(self: Any, value: Any) -> None:
        genuine(self, int(value) if isinstance(value, float) and value.is_integer() else value)

    return init


@contextlib.contextmanager
def tensorflow_1_behaviour(version: FrameworkVersion | None = None) -> Iterator[None]:
    """Within it, this thread behaves as in TensorFlow 1. Entering it again inside changes nothing more.

    Args:
        version: the release, where it matters; the last ones by default.
    """
    _install_switches()
    with _behaviour(version):
        yield


@contextlib.contextmanager
def _behaviour(version: FrameworkVersion | None) -> Iterator[None]:
    """The same where the switches are there: cheap enough for every call of a script's Python function."""
    outermost = not in_script()
    _depth.count = getattr(_depth, "count", 0) + 1
    if outermost:
        _depth.version = version
    try:
        with _global_graph() if outermost else contextlib.nullcontext():
            yield
    finally:
        _depth.count -= 1


@contextlib.contextmanager
def _global_graph() -> Iterator[None]:
    """Graph mode on this thread's own global default graph, a fresh one.

    Not ``Graph().as_default()``: that graph would be a nested one, which ``tf.reset_default_graph()`` and
    ``tf.keras.backend.clear_session()`` refuse to reset.
    """
    context: Any = importlib.import_module("tensorflow.python.eager.context")
    graphs: Any = importlib.import_module("tensorflow.python.framework.ops")._default_graph_stack
    before, graphs._global_default_graph = graphs._global_default_graph, None
    # Where tf.init_scope() ends up: in TensorFlow 1 that is the global default graph, whichever it is then.
    switches = context.context().context_switches
    switches.push(False, lambda: graphs._GetGlobalDefaultGraph().as_default(), None)
    try:
        with context.graph_mode():
            yield
    finally:
        switches.pop()
        graphs._global_default_graph = before


_Replacement = Callable[[Callable[..., Any]], Callable[..., Any]]

# Module, class, function: what takes its place for which threads.
_REPLACED: tuple[tuple[str, str | None, str, _Replacement, Callable[[], bool]], ...] = (
    ("tf_keras.src.backend", None, "rnn", _keeping_every_output, in_script),
    ("tf_keras.src.engine.base_layer", "Layer", "_init_set_name", _counting_from_one, _counts_from_one),
    ("tf_keras.src.engine.base_layer_v1", "Layer", "_init_set_name", _counting_from_one, _counts_from_one),
    ("tensorflow.python.framework.tensor_shape", "Dimension", "__init__", _taking_whole_floats, in_script),
    ("tf_keras.src.engine.training_v1", "Model", "compile", leaving_out_what_nobody_takes, in_script),
    (
        "tensorflow_estimator.python.estimator.keras_lib",
        None,
        "_clone_and_build_model",
        forgetting_other_sessions,
        in_script,
    ),
    (
        "tensorflow.python.ops.script_ops",
        None,
        "_internal_py_func",
        called_as_in_the_script(_behaviour, in_script, script_version),
        in_script,
    ),
)
