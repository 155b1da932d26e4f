"""What conformance classes run in processes apart, each ``python -m smtf_core.testing.programs.NAME``."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def load(factory: str) -> Any:
    """The object that ``'package.module:Class'`` names."""
    module, _, attribute = factory.partition(":")
    return getattr(import_module(module), attribute)
