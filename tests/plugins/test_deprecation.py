"""A plugin that implements what is to go is told so, by name; nothing else changes for it."""

from __future__ import annotations

import json
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

from smtf_core import hookimpl, hookspecs
from smtf_core.cli import main
from smtf_core.deprecation import Deprecation
from smtf_core.plugins import PluginManager

PLUGIN = """
    from smtf_core import hookimpl

    @hookimpl
    def smtf_after_end(handle):
        print(handle)

    @hookimpl
    def smtf_after_move(exported, path): pass
"""
HOOK = "hook smtf_after_end is deprecated since smtf 1.2, goes with smtf 2.0; implement smtf_after_job instead"
ARGUMENT = "argument 'path' of hook smtf_after_move is deprecated since smtf 1.3, goes with smtf 2.0; take exported.path instead"
OWNER = "plugin 'old' of smtf-old 1.0: "


@pytest.fixture(autouse=True)
def leaving(monkeypatch):
    """Two hooks that are on their way out: one as a whole, one with one of its arguments."""

    @hookspecs.hookspec(warn_on_impl=Deprecation(since="1.2", removal="2.0", instead="implement smtf_after_job"))
    def smtf_after_end(handle):
        """Observe the end."""

    @hookspecs.hookspec(
        warn_on_impl_args={"path": Deprecation(since="1.3", removal="2.0", instead="take exported.path")}
    )
    def smtf_after_move(exported, path):
        """Observe a move."""

    for function in (smtf_after_end, smtf_after_move):
        monkeypatch.setattr(hookspecs, function.__name__, function, raising=False)


def test_a_plugin_is_told_what_it_implements_that_is_to_go(install, tmp_path):
    install("smtf-old", "old", "old_plugin", PLUGIN)
    with pytest.warns(DeprecationWarning, match="deprecated since") as told:
        manager = PluginManager()
    assert [str(warning.message) for warning in told] == [OWNER + HOOK, OWNER + ARGUMENT]
    assert {warning.filename for warning in told} == {str(tmp_path / "site" / "old_plugin.py")}
    assert told[0].lineno < told[1].lineno
    assert not manager.broken


def test_it_works_as_before(install, capsys):
    install("smtf-old", "old", "old_plugin", PLUGIN)
    with pytest.warns(DeprecationWarning, match="deprecated since"):
        PluginManager().observe("smtf_after_end", handle="the end")
    assert capsys.readouterr().out == "the end\n"


def test_who_takes_only_what_stays_is_told_nothing():
    class Modern:
        @hookimpl
        def smtf_after_move(self, exported):
            pass

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        PluginManager(plugins=[Modern()])


def test_an_embedded_object_is_told_too():
    class Old:
        @hookimpl
        def smtf_after_move(self, path):
            pass

    with pytest.warns(
        DeprecationWarning, match=r"plugin '.*Old' of \(embedded\): argument 'path' of hook smtf_after_move"
    ):
        PluginManager(plugins=[Old()], autoload=False)


def test_it_is_said_once_by_default_however_many_managers_there_are(install):
    install("smtf-old", "old", "old_plugin", PLUGIN)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        for _ in range(3):
            PluginManager()
    assert len(told) == 2


def test_each_of_many_managers_names_its_own_plugin():
    def load(number):
        class Old:
            @hookimpl
            def smtf_after_end(self, handle):
                pass

        manager = PluginManager(autoload=False)
        manager.register(Old(), name=f"old-{number}")
        return manager

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(load, range(40)))
    assert sorted(str(warning.message) for warning in told) == sorted(
        f"plugin 'old-{number}' of (embedded): {HOOK}" for number in range(40)
    )


def test_where_warnings_are_errors_the_plugin_is_broken_by_it(install):
    install("smtf-old", "old", "old_plugin", PLUGIN)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        manager = PluginManager()
    assert [str(plugin.error) for plugin in manager.broken] == [OWNER + HOOK]
    assert not manager.hook.smtf_after_end.get_hookimpls()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_smtf_plugins_lists_it(install):
    install("smtf-old", "old", "old_plugin", PLUGIN)
    listed = json.loads(CliRunner().invoke(main, ["plugins", "--json"]).output)
    assert {plugin["name"]: plugin["deprecated"] for plugin in listed if plugin["deprecated"]} == {
        "old": [HOOK, ARGUMENT]
    }
    assert f"    {ARGUMENT}\n" in CliRunner().invoke(main, ["plugins"]).output


@pytest.mark.parametrize(
    ("since", "removal"),
    [("1.2", "1.4"), ("1.2", "1.0"), ("2.0", "2.0"), ("1.2", "2.1"), ("1", "2.0"), ("1.2", "soon")],
)
def test_what_is_announced_goes_with_a_later_major_version(since, removal):
    with pytest.raises(ValueError, match=r"deprecat"):
        Deprecation(since=since, removal=removal, instead="do something else")
