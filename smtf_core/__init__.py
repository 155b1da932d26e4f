"""smtf: one job description, one training-script contract, any place to run it.

The names below are the public front door. They are looked up on first use (PEP 562), so ``import smtf_core`` costs next
to nothing and never reaches TensorFlow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from smtf_core._version import __version__

if TYPE_CHECKING:
    from smtf_core.client.estimator import TensorFlow
    from smtf_core.client.inputs import ShuffleConfig, s3_input
    from smtf_core.client.model import TensorFlowModel
    from smtf_core.client.predictor import Predictor
    from smtf_core.hookspecs import hookimpl
    from smtf_core.plugins import PluginManager

_HOMES = {
    "TensorFlow": "smtf_core.client.estimator",
    "TensorFlowModel": "smtf_core.client.model",
    "Predictor": "smtf_core.client.predictor",
    "ShuffleConfig": "smtf_core.client.inputs",
    "s3_input": "smtf_core.client.inputs",
    "hookimpl": "smtf_core.hookspecs",
    "PluginManager": "smtf_core.plugins",
}

__all__ = [
    "PluginManager",
    "Predictor",
    "ShuffleConfig",
    "TensorFlow",
    "TensorFlowModel",
    "__version__",
    "hookimpl",
    "s3_input",
]


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
