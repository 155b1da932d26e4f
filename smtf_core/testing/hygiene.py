"""PluginHygiene: the laws of a plugin's ``hooks`` module."""

from __future__ import annotations

import json
from contextlib import suppress
from importlib.metadata import entry_points
from typing import ClassVar

import pytest

from smtf_core.errors import MissingExtraError
from smtf_core.plugins import ENTRY_POINT_GROUP, PluginManager
from smtf_core.registry import Registries
from smtf_core.testing import apart

#: What no ``hooks`` module may import, because every smtf command imports all of them.
HEAVY = ("tensorflow", "tensorflow_estimator", "tf_keras", "keras", "numpy", "pandas", "boto3", "docker", "starlette")


class PluginHygiene:
    """Any plugin keeps these laws, whatever it provides; needs no TensorFlow.

    Attributes:
        hooks: the module that the entry point names.
        entry_point: the entry point's name, which users disable it by; ``None``: the plugin is not installed here.
        extras: import names of what the plugin's extras and heavy dependencies bring, e.g. ``('ray',)``.
        budget: how many modules importing ``hooks`` may add to smtf's own and the interpreter's.

    Example::

        class TestHygiene(PluginHygiene):
            hooks = "smtf_ray.hooks"
            entry_point = "ray"
            extras = ("ray",)
    """

    hooks: ClassVar[str]
    entry_point: ClassVar[str | None] = None
    extras: ClassVar[tuple[str, ...]] = ()
    budget: ClassVar[int] = 15

    @pytest.fixture(scope="class")
    @classmethod
    def plugins(cls) -> PluginManager:
        """This plugin and nothing else."""
        return PluginManager(plugins=[cls.hooks], autoload=False)

    def test_it_implements_hooks_that_there_are(self, plugins: PluginManager) -> None:
        (plugin,) = plugins.plugins
        assert plugins.hooks_of(plugin), f"{self.hooks} implements no hook; are its functions marked with @hookimpl?"

    def test_it_is_found_by_its_entry_point(self) -> None:
        if self.entry_point is None:
            pytest.skip("`entry_point` is not set")
        found = {entry.name: entry.value for entry in entry_points(group=ENTRY_POINT_GROUP)}
        assert found.get(self.entry_point) == self.hooks, f"the entry points of group smtf are {found}"

    def test_it_imports_without_its_extras(self) -> None:
        """Also its ``smtf_register_…`` hooks are called without them."""
        told = json.loads(apart.run("hygiene", self.hooks, *HEAVY, *self.extras))
        assert not told["refused"], f"{self.hooks} imports {told['refused']}; import it where it is used"

    def test_it_imports_within_its_budget(self) -> None:
        imported = json.loads(apart.run("hygiene", self.hooks))["imported"]
        assert len(imported) <= self.budget, f"{len(imported)} modules instead of {self.budget}: {imported}"

    def test_what_it_declares_is_there(self, plugins: PluginManager) -> None:
        """Every factory can be imported, or says what to install."""
        for registry in Registries(plugins).all():
            names = [spec.name for spec, _ in registry.entries]
            for name in names:
                if names.count(name) == 1:  # another law is about names
                    with suppress(MissingExtraError):
                        registry.factory(name)
        assert not plugins.broken, f"{self.hooks} is broken: {plugins.broken[0].error}"

    def test_what_it_declares_has_a_summary(self, plugins: PluginManager) -> None:
        for registry in Registries(plugins).all():
            for spec, _ in registry.entries:
                assert spec.summary, f"{registry.kind} {spec.name!r} has no summary for `smtf plugins`"

    def test_it_declares_each_name_once(self, plugins: PluginManager) -> None:
        for registry in Registries(plugins).all():
            names = [spec.name for spec, _ in registry.entries]
            assert len(names) == len(set(names)), f"{registry.kind}: {names}"
