"""Plugins that break one law of hygiene each, as modules on disk."""

import importlib
import sys

import pytest

from smtf_core.testing import PluginHygiene

RIGHT = """
from smtf_core import hookimpl
from smtf_core.interfaces import CheckpointStoreSpec

@hookimpl
def smtf_register_checkpoint_stores():
    return [CheckpointStoreSpec(name="right", factory="fake_stores:Right", summary="right")]
"""


class Fakes:
    def __init__(self):
        self.classes = {}

    def fake(self, name, law, source):
        hooks = f"hooks_{name.lower()}"

        class Made(PluginHygiene):
            extras = ("an_extra",)
            entry_point = "right"
            breaks = law

            @pytest.fixture(scope="class", autouse=True)
            @classmethod
            def installed(cls, tmp_path_factory):
                """On sys.path, with an entry point."""
                folder = tmp_path_factory.mktemp("site")
                (folder / f"{hooks}.py").write_text(source)
                (folder / "an_extra.py").touch()
                info = folder / "fake-1.0.dist-info"
                info.mkdir()
                (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fake\nVersion: 1.0\n")
                named = hooks if law != "test_it_is_found_by_its_entry_point" else f"{hooks}.gone"
                (info / "entry_points.txt").write_text(f"[smtf]\nright = {named}\n")
                sys.path.insert(0, str(folder))
                importlib.invalidate_caches()
                yield
                sys.path.remove(str(folder))

        Made.hooks = hooks
        Made.__name__ = Made.__qualname__ = f"Test{name}"
        self.classes[Made.__name__] = Made


FAKES = Fakes()
FAKES.fake("Right", None, RIGHT)
FAKES.fake("Forgets", "test_it_implements_hooks_that_there_are", RIGHT.replace("@hookimpl", ""))
FAKES.fake("Elsewhere", "test_it_is_found_by_its_entry_point", RIGHT)
FAKES.fake("Needy", "test_it_imports_without_its_extras", "import an_extra\n" + RIGHT)
FAKES.fake(
    "Heavy", "test_it_imports_within_its_budget", "import xmlrpc.server, unittest.mock, sqlite3, wsgiref\n" + RIGHT
)
FAKES.fake("Misspelt", "test_what_it_declares_is_there", RIGHT.replace("fake_stores:Right", "fake_stores:Wright"))
FAKES.fake("Silent", "test_what_it_declares_has_a_summary", RIGHT.replace('summary="right"', 'summary=""'))
FAKES.fake("Twice", "test_it_declares_each_name_once", RIGHT.replace('right")]', 'right")] * 2'))
