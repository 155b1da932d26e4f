"""How the data of channels reaches a script: the input modes that come with smtf, and the reader of pipes.

``PipeModeDataset`` and ``PipeModeDatasetException`` are imported when they are asked for: the first needs TensorFlow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smtf_core.runtime.channels.pipe.dataset import PipeModeDataset
    from smtf_core.runtime.channels.pipe.source import PipeModeDatasetException

__all__ = ["PipeModeDataset", "PipeModeDatasetException"]

_WHERE = {"PipeModeDataset": "dataset", "PipeModeDatasetException": "source"}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.pipe.{_WHERE[name]}"), name)
