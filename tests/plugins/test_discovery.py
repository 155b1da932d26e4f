"""Plugin discovery over entry points: each rule is somebody's regret."""

import sys

import pytest

from smtf_core import hookimpl
from smtf_core.errors import MissingExtraError, ObserverError, PluginError, UnknownNameError
from smtf_core.interfaces import BackendSpec, CheckpointStoreSpec
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries

STORE = """
    from smtf_core import hookimpl
    from smtf_core.interfaces import CheckpointStoreSpec

    @hookimpl
    def smtf_register_checkpoint_stores():
        return [CheckpointStoreSpec(name="gs", factory="nowhere_to_be_found:Store", extra="{extra}")]
"""


def plugin(manager: PluginManager, name: str):
    return next(plugin for plugin in manager.plugins if plugin.name == name)


def test_built_ins_are_ordinary_plugins_and_all_six_kinds_are_filled():
    manager = PluginManager()
    assert {item.name for item in manager.plugins if item.distribution.startswith("smtf ")} == {
        "scripts",
        "channels",
        "strategies",
        "stores",
        "export",
        "inprocess",
        "process",
        "docker",
        "sagemaker",
        "serving",
    }
    assert not manager.broken
    assert {registry.kind: registry.names() for registry in Registries(manager).all()} == {
        "script loader": ["tensorflow-1", "tensorflow-2"],
        "input mode": ["FastFile", "File", "Pipe"],
        "distribution strategy": ["mirrored", "multi_worker_mirrored", "parameter_server", "single"],
        "checkpoint store": ["file", "s3"],
        "serving adapter": ["python", "tfs", "tfs-binary"],
        "backend": ["docker", "inprocess", "process", "sagemaker"],
    }


def test_a_default_can_be_disabled_and_the_error_says_so(monkeypatch):
    monkeypatch.setenv("SMTF_DISABLE_PLUGINS", "inproc*, serving")
    manager = PluginManager()
    assert plugin(manager, "inprocess").state == plugin(manager, "serving").state == "disabled"
    with pytest.raises(
        UnknownNameError, match=r"no backend 'inprocess'.*\n.*'inprocess' of smtf.* is disabled by SMTF_DISABLE_PLUGINS"
    ):
        Registries(manager).backends.find("inprocess")


def test_a_disabled_plugin_is_not_even_imported(install):
    install("smtf-loud", "loud", "loud_plugin", "raise RuntimeError('imported')")
    manager = PluginManager(disabled=["loud"])
    assert plugin(manager, "loud").state == "disabled"
    assert "loud_plugin" not in sys.modules


def test_a_broken_plugin_is_listed_and_takes_nobody_down(install):
    install("smtf-broken", "gs", "broken_plugin", "import a_package_that_is_not_there")
    manager = PluginManager()
    assert plugin(manager, "gs").state == "broken"
    assert plugin(manager, "inprocess").state == "active"
    with pytest.raises(
        UnknownNameError,
        match=r"(?s)no checkpoint store 'gs'.*'gs' of smtf-broken 1\.0 is broken.*a_package_that_is_not_there",
    ) as caught:
        Registries(manager).checkpoint_stores.find("gs")
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_a_plugin_whose_register_hook_raises_is_broken_too(install):
    install("smtf-late", "late", "late_plugin", STORE.replace("return", "raise KeyError('late')\n        return"))
    manager = PluginManager()
    assert Registries(manager).checkpoint_stores.names() == ["file", "s3"]
    assert plugin(manager, "late").state == "broken"
    assert "late" in str(plugin(manager, "late").error)


def test_a_register_hook_must_return_specs(install):
    install(
        "smtf-odd",
        "odd",
        "odd_plugin",
        "from smtf_core import hookimpl\n@hookimpl\ndef smtf_register_backends():\n    return ['ray']\n",
    )
    manager = PluginManager()
    assert Registries(manager).backends.names() == ["docker", "inprocess", "process", "sagemaker"]
    assert "must return Spec records, not 'ray'" in str(plugin(manager, "odd").error)


def test_a_misspelt_hook_makes_a_plugin_broken(install):
    install(
        "smtf-typo",
        "typo",
        "typo_plugin",
        "from smtf_core import hookimpl\n@hookimpl\ndef smtf_after_trainin(): pass\n",
    )
    broken = plugin(PluginManager(), "typo")
    assert broken.state == "broken"
    assert "hooks that do not exist: smtf_after_trainin" in str(broken.error)


def test_a_hook_may_have_a_function_of_another_name_and_be_one_of_another_version(install):
    source = """
        from smtf_core import hookimpl

        told = []

        @hookimpl(specname="smtf_after_job")
        def tell(handle): told.append(handle)

        @hookimpl(optionalhook=True)
        def smtf_of_a_later_version(): told.append("never")
    """
    install("smtf-named", "named", "named_plugin", source)
    manager = PluginManager()
    named = plugin(manager, "named")
    assert (named.state, manager.hooks_of(named)) == ("active", ["smtf_after_job"])
    manager.observe("smtf_after_job", handle="job-1", status=None)
    assert named.module.told == ["job-1"]


def test_an_argument_that_the_hook_does_not_have_makes_a_plugin_broken(install):
    source = """
        from smtf_core import hookimpl

        @hookimpl
        def smtf_before_submit(jobs): pass

        @hookimpl
        def smtf_after_job(handle): pass
    """
    install("smtf-args", "args", "args_plugin", source)
    manager = PluginManager()
    assert plugin(manager, "args").state == "broken"
    assert not manager.hook.smtf_after_job.get_hookimpls()


def test_a_missing_extra_is_named_with_its_remedy(install):
    install("smtf-gs", "gs", "gs_plugin", STORE.format(extra="smtf-gs[storage]"))
    with pytest.raises(
        MissingExtraError, match=r"checkpoint store 'gs' needs .* not installed.*pip install 'smtf-gs\[storage\]'"
    ):
        Registries(PluginManager()).checkpoint_stores.make("gs", "gs://bucket")


def test_two_plugins_with_one_name_are_an_error_that_names_both_distributions(install):
    install("smtf-one", "one", "one_plugin", STORE.format(extra=""))
    install("smtf-two", "two", "two_plugin", STORE.format(extra=""))
    stores = Registries(PluginManager()).checkpoint_stores
    assert stores.find("file").name == "file"
    with pytest.raises(PluginError, match=r"smtf-one 1\.0.* and .*smtf-two 1\.0"):
        stores.find("gs")


def test_a_factory_that_does_not_exist_blames_its_plugin():
    class Wrong:
        @hookimpl
        def smtf_register_backends(self):
            return [BackendSpec(name="wrong", factory="smtf_core.models:Nothing")]

    with pytest.raises(PluginError, match=r"'.*Wrong' of \(embedded\).*smtf_core.models:Nothing"):
        Registries(PluginManager(plugins=[Wrong()])).backends.make("wrong")


def test_a_near_miss_is_suggested():
    with pytest.raises(UnknownNameError, match="Did you mean 'inprocess'"):
        Registries(PluginManager()).backends.find("in-process")


def test_an_embedder_decides_what_is_loaded():
    class Store:
        @hookimpl
        def smtf_register_checkpoint_stores(self):
            return [CheckpointStoreSpec(name="mem", factory="x:Y")]

    manager = PluginManager(plugins=[Store()], autoload=False)
    assert [str(item) for item in manager.plugins] == [f"plugin {Store.__qualname__!r} of (embedded)"]
    assert Registries(manager).checkpoint_stores.names() == ["mem"]
    assert Registries(PluginManager(plugins=["smtf_backends.inprocess.hooks"], autoload=False)).backends.names() == [
        "inprocess"
    ]


def test_two_embedded_plugins_of_one_class_are_told_apart():
    class Observer:
        @hookimpl
        def smtf_before_submit(self, job):
            seen.append(job)

    seen: list[object] = []
    manager = PluginManager(plugins=[Observer(), Observer()], autoload=False)
    manager.observe("smtf_before_submit", job="a job")
    assert seen == ["a job", "a job"]
    assert len({item.name for item in manager.plugins}) == 2


def test_an_embedded_plugin_with_a_fault_is_an_error_at_once():
    class Typo:
        @hookimpl
        def smtf_before_sumbit(self, job):
            pass

    with pytest.raises(PluginError, match="smtf_before_sumbit"):
        PluginManager(plugins=[Typo()])


def test_an_observer_that_raises_is_named():
    class Observer:
        @hookimpl
        def smtf_before_submit(self, job):
            raise ZeroDivisionError("oops")

    with pytest.raises(
        ObserverError, match=r"'.*Observer' of \(embedded\) raised in smtf_before_submit: ZeroDivisionError: oops"
    ):
        PluginManager(plugins=[Observer()]).observe("smtf_before_submit", job=None)


def test_an_error_observer_that_raises_is_logged_only(caplog):
    class Observer:
        @hookimpl
        def smtf_on_submit_error(self, job, error):
            raise ZeroDivisionError("oops")

    class Listener:
        @hookimpl
        def smtf_on_submit_error(self, error):
            heard.append(str(error))

    heard: list[str] = []
    plugins = [Listener(), Observer(), Listener()]
    PluginManager(plugins=plugins).observe("smtf_on_submit_error", job=None, error=ValueError("original"))
    assert heard == ["original", "original"]
    assert "raised in smtf_on_submit_error" in caplog.text
    assert "oops" in caplog.text
