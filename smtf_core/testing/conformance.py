"""Conformance: what the conformance classes of all kinds have in common."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

import pytest

from smtf_core.interfaces import Spec
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries, Registry

S = TypeVar("S", bound=Spec)


class Conformance(Generic[S]):
    """The laws of one plugin kind, held against one implementation.

    A plugin's tests inherit the class of its kind, say what is tested, and get every law as a test. A law that does not
    apply is never silently left out: it is skipped, and the report says why.

    Attributes:
        name: what users choose the implementation by.
        registry: the property of :class:`~smtf_core.registry.Registries` that has the kind; set by each kind.
    """

    name: ClassVar[str]
    registry: ClassVar[str]

    @pytest.fixture(scope="class")
    @classmethod
    def plugins(cls) -> PluginManager:
        """The plugins among which the implementation is found: those that are installed. Override it for others."""
        return PluginManager()

    @pytest.fixture(scope="class")
    @classmethod
    def provided(cls, plugins: PluginManager) -> Registry[S]:
        """Everything of this kind."""
        found: Registry[S] = getattr(Registries(plugins), cls.registry)
        return found

    @pytest.fixture(scope="class")
    @classmethod
    def spec(cls, provided: Registry[S]) -> S:
        """The implementation's declaration."""
        return provided.find(cls.name)

    @pytest.fixture(scope="class")
    @classmethod
    def factory(cls, provided: Registry[S]) -> Any:
        """The implementation's factory, imported."""
        return provided.factory(cls.name)
