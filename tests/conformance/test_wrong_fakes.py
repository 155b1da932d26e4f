"""Every law of every conformance class has a wrong fake that fails it, and it alone; a right fake keeps all of them."""

import importlib

import pytest

from smtf_core import testing

KINDS = {
    "fake_backends": testing.BackendConformance,
    "fake_input_modes": testing.InputModeConformance,
    "fake_strategies": testing.StrategyConformance,
    "fake_stores": testing.CheckpointStoreConformance,
    "fake_adapters": testing.ServingAdapterConformance,
    "fake_loaders": testing.ScriptLoaderConformance,
    "fake_plugins": testing.PluginHygiene,
}


@pytest.mark.slow
@pytest.mark.parametrize("module", KINDS)
def test_each_wrong_fake_fails_its_law_alone(module, pytester):
    classes = importlib.import_module(module).FAKES.classes
    pytester.makepyfile(f"from {module} import FAKES\nglobals().update(FAKES.classes)")
    run = pytester.inline_run("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly")
    failed = {name: set() for name in classes}
    passed = {name: set() for name in classes}
    for report in run.getreports("pytest_runtest_logreport"):
        _, name, law = report.nodeid.split("::")
        if report.failed:
            failed[name].add(f"{law} ({report.when})")
        elif report.when == "call" and report.passed:
            passed[name].add(law)
    assert failed == {
        name: set() if made.breaks is None else {f"{made.breaks} (call)"} for name, made in classes.items()
    }
    laws = {name for name in dir(KINDS[module]) if name.startswith("test_")}
    assert passed["TestRight"] == laws, "the right fake must be held against every law"
    assert {made.breaks for made in classes.values()} - {None} == laws


def test_the_table_has_every_conformance_class():
    assert {made.__name__ for made in KINDS.values()} == set(testing.__all__)
