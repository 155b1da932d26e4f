"""What estimators made of Keras models wrote into checkpoints in TensorFlow 1.

Source: checkpoints written by TensorFlow 1.4 to 1.11 with every optimizer of Keras (``tests/fixtures``,
``tests/corpus/test_keras_optimizers.py``).
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from smtf_core.models import FrameworkVersion

# An optimizer of tf.train had a scope of its own inside a Keras model.
_WRAPPED = re.compile(r"^training/(?=beta\d_power)")
# From 1.9 on, the variables of a recurrent layer of Keras were named by the layer alone; today by its cell as well.
_FIRST_WITHOUT_CELLS = (1, 9)
_CELL = re.compile(r"(?<=/)(?:lstm|gru|simple_rnn)_cell(?:_\d+)?/")
# Adam kept, from this release on, a third slot, of one number where ``amsgrad`` was off.
_FIRST_WITH_VHAT = (1, 6)


@frozen
class _Optimizer:
    """What one of Keras's optimizers kept.

    Args:
        numbers: its numbers, today's name → the old one. Others that it has today were plain Python numbers.
        slots: what it kept for each variable, in the order in which it made them.
    """

    numbers: Mapping[str, str]
    slots: tuple[str, ...]


_RATE = {"learning_rate": "lr", "decay": "decay"}
_BETAS = {"beta_1": "beta_1", "beta_2": "beta_2"}
_OPTIMIZERS = {
    "Adadelta": _Optimizer(_RATE, ("accum_grad", "accum_var")),
    "Adagrad": _Optimizer(_RATE, ("accumulator",)),
    "Adam": _Optimizer({**_RATE, **_BETAS}, ("m", "v", "vhat")),
    "Adamax": _Optimizer({**_RATE, **_BETAS}, ("m", "v")),
    "Nadam": _Optimizer({"learning_rate": "lr", **_BETAS, "momentum_cache": "m_schedule"}, ("m", "v")),
    "RMSprop": _Optimizer({**_RATE, "rho": "rho"}, ("rms",)),
    "SGD": _Optimizer({**_RATE, "momentum": "momentum"}, ("momentum",)),
}


def _used(names: list[str]) -> str | None:
    """The optimizer that the variables of these names belong to, if it is one of Keras's own."""
    found = (optimizer for optimizer in _OPTIMIZERS if any(name.startswith(f"training/{optimizer}/") for name in names))
    return next(found, None)


def _global_names() -> list[str]:
    tf: Any = importlib.import_module("tensorflow").compat.v1
    return [variable.op.name for variable in tf.global_variables()]


def keep_numbers_apart() -> None:
    """Leave out of checkpoints the numbers that were none of an optimizer's variables.

    They become local variables, which every session sets to what the script says.
    """
    tf: Any = importlib.import_module("tensorflow").compat.v1
    optimizer = _used(_global_names())
    if optimizer is None:
        return
    variables = tf.get_collection_ref(tf.GraphKeys.GLOBAL_VARIABLES)
    apart = [variable for variable in variables if _is_other_number(variable.op.name, optimizer)]
    variables[:] = [variable for variable in variables if all(variable is not other for other in apart)]
    tf.get_collection_ref(tf.GraphKeys.LOCAL_VARIABLES).extend(apart)


def _is_other_number(name: str, optimizer: str) -> bool:
    number = name.removeprefix(f"training/{optimizer}/")
    return number != name and "/" not in number and number not in _OPTIMIZERS[optimizer].numbers


def names_in_keras(names: list[str], version: FrameworkVersion) -> list[str]:
    """The names in a release of TensorFlow 1 of a Keras model's variables, given in the order of their making."""
    if version.minor_version >= _FIRST_WITHOUT_CELLS:
        names = [_CELL.sub("", name) for name in names]
    names = [_WRAPPED.sub("training/TFOptimizer/", name) for name in names]
    optimizer = _used(names)
    if optimizer is None:
        return names
    prefix = f"training/{optimizer}/"
    old = {name: f"{prefix}{_slot(number)}" for number, name in enumerate(_slots(names, optimizer))}
    for today, then in _OPTIMIZERS[optimizer].numbers.items():
        old[f"{prefix}{today}"] = f"{optimizer}/{then}"
    return [old.get(name, name) for name in names]


def _slots(names: list[str], optimizer: str) -> list[str]:
    """Names of slots: those of one kind stand in the order of the model's variables, one kind after the other."""
    prefix = f"training/{optimizer}/"
    return [
        name
        for slot in _OPTIMIZERS[optimizer].slots
        for name in names
        if name.startswith(prefix) and name.count("/") > 2 and name.endswith(f"/{slot}")
    ]


def _slot(number: int) -> str:
    return "Variable" if number == 0 else f"Variable_{number}"


def blanks_of_keras(version: FrameworkVersion) -> list[Any]:
    """What the optimizer in the default graph kept without a use.

    These are a counter of its own beside the global step, which stayed 0; momenta that are 0 because the momentum is;
    and the numbers in place of Adam's third slot where ``amsgrad`` is off. They are written as zeros, so that the
    release can restore the checkpoint, and left alone when one of its own is restored.

    Args:
        version: the release.

    Returns:
        ``SaveableObject``s, by their names in a checkpoint.
    """
    tf: Any = importlib.import_module("tensorflow").compat.v1
    names = _global_names()
    optimizer = _used(names)
    if optimizer is None:
        return []
    made = len(_slots(names, optimizer))
    shapes = [variable.shape.as_list() for variable in tf.trainable_variables()]
    missing: list[list[int]] = []
    if optimizer == "SGD" and made == 0:
        missing = shapes
    elif optimizer == "Adam" and made == 2 * len(shapes) and version.minor_version >= _FIRST_WITH_VHAT:
        missing = [[1]] * len(shapes)
    slots = [
        _blank(f"training/{optimizer}/{_slot(made + number)}", shape, tf.float32)
        for number, shape in enumerate(missing)
    ]
    return [_blank(f"{optimizer}/iterations", [], tf.int64), *slots]


def _blank(name: str, shape: list[int], dtype: Any) -> Any:
    tf: Any = importlib.import_module("tensorflow").compat.v1
    base: Any = importlib.import_module("tensorflow.python.training.saving.saveable_object")

    class Blank(base.SaveableObject):  # type: ignore[misc]
        def restore(self, restored_tensors: Any, restored_shapes: Any) -> Any:
            return tf.no_op()

    zeros = tf.zeros(shape, dtype)
    return Blank(zeros, [base.SaveSpec(zeros, "", name, dtype)], name)
