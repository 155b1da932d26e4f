"""Functions that have kept their name and changed what they do. Source: TensorFlow 1.11 API documentation."""

from __future__ import annotations

import importlib
from typing import Any


def cond(
    pred: Any,
    true_fn: Any = None,
    false_fn: Any = None,
    strict: bool = False,
    name: str | None = None,
    fn1: Any = None,
    fn2: Any = None,
) -> Any:
    """``tf.cond``: unless ``strict``, a branch that returns a list of one gives the one.

    Args:
        pred: scalar boolean tensor.
        true_fn: gives the result where ``pred`` is true.
        false_fn: gives the result where it is not.
        strict: keep lists and tuples of one as they are.
        name: name prefix of the operations.
        fn1: old name of ``true_fn``.
        fn2: old name of ``false_fn``.
    """
    tensorflow: Any = importlib.import_module("tensorflow")
    # Inside functions (of tf.data) there is no unpacking, so it is done here for both.
    result = tensorflow.compat.v1.cond(pred, true_fn or fn1, false_fn or fn2, strict=True, name=name)
    return result[0] if not strict and isinstance(result, (list, tuple)) and len(result) == 1 else result


def nothing_to_do() -> None:
    """``tf.disable_v2_behavior`` and its parts, for a script that has TensorFlow 1's behaviour already."""
