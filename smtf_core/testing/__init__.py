"""What plugin authors test with: a conformance class for each plugin kind, hygiene of a plugin, a script that trains.

The classes and the pytest plugin ``smtf_core.testing.plugin`` need pytest (``pip install 'smtf[testing]'``); they are
looked up on first use, so that :mod:`smtf_core.testing.scripts` does without.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from smtf_core.errors import MissingExtraError

if TYPE_CHECKING:
    from smtf_core.testing.backend import BackendConformance
    from smtf_core.testing.checkpoint_store import CheckpointStoreConformance
    from smtf_core.testing.hygiene import PluginHygiene
    from smtf_core.testing.input_mode import InputModeConformance
    from smtf_core.testing.script_loader import ScriptLoaderConformance
    from smtf_core.testing.serving_adapter import ServingAdapterConformance
    from smtf_core.testing.strategy import StrategyConformance

_HOMES = {
    "BackendConformance": "smtf_core.testing.backend",
    "CheckpointStoreConformance": "smtf_core.testing.checkpoint_store",
    "InputModeConformance": "smtf_core.testing.input_mode",
    "PluginHygiene": "smtf_core.testing.hygiene",
    "ScriptLoaderConformance": "smtf_core.testing.script_loader",
    "ServingAdapterConformance": "smtf_core.testing.serving_adapter",
    "StrategyConformance": "smtf_core.testing.strategy",
}

_ASSERTING = (*_HOMES.values(), "smtf_core.testing.apart", "smtf_core.testing.checkpoints")

__all__ = [
    "BackendConformance",
    "CheckpointStoreConformance",
    "InputModeConformance",
    "PluginHygiene",
    "ScriptLoaderConformance",
    "ServingAdapterConformance",
    "StrategyConformance",
]


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    try:
        import pytest
    except ImportError as error:
        raise MissingExtraError(f"{name} needs pytest. Run: pip install 'smtf[testing]'") from error
    if home not in sys.modules:
        # Otherwise a law that does not hold says no more than AssertionError. Before the first of them imports others.
        pytest.register_assert_rewrite(*(set(_ASSERTING) - set(sys.modules)))
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
