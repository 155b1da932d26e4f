"""TensorFlow 1 on today's TensorFlow: the view that a script sees, and ``tf.estimator`` restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smtf_core.runtime.tf1.estimator import restore_estimator

__all__ = ["restore_estimator"]


def __getattr__(name: str) -> object:
    if name == "restore_estimator":
        from smtf_core.runtime.tf1.estimator import restore_estimator

        return restore_estimator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
