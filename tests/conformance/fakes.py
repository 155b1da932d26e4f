"""Fakes of one plugin kind: a right one, and wrong ones, each of which breaks one law and keeps all others."""

from __future__ import annotations

from typing import Any

import pytest

from smtf_core import PluginManager, hookimpl


class Fakes:
    def __init__(self, laws: type, hook: str, spec: type) -> None:
        self.laws = laws
        self.classes: dict[str, type] = {}
        self._hook, self._spec = hook, spec

    def right(self, **options: Any) -> Any:
        return self._fake(None, {}, options)

    def breaks(self, law: str, attributes: dict[str, Any] | None = None, **options: Any) -> Any:
        return self._fake(law, attributes or {}, options)

    def _fake(self, law: str | None, attributes: dict[str, Any], options: dict[str, Any]) -> Any:
        def declare(fake: type) -> type:
            spec = self._spec(name=fake.__name__, factory=f"{fake.__module__}:{fake.__name__}", **options)
            made = type(f"Test{fake.__name__}", (self.laws,), {"name": fake.__name__, "breaks": law, **attributes})
            made.plugins = pytest.fixture(scope="class")(classmethod(lambda cls: self._manager(spec)))
            self.classes[made.__name__] = made
            return fake

        return declare

    def _manager(self, spec: Any) -> PluginManager:
        plugin = type("Plugin", (), {self._hook: hookimpl(lambda self: [spec])})()
        return PluginManager(plugins=[plugin], autoload=False)
