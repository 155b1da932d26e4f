"""docs/hooks.md is what the code says, and hooks keep their promises to plugins that are out there."""

from __future__ import annotations

import importlib.util
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from smtf_core import hookspecs

ROOT = Path(__file__).parent.parent.parent
GENERATOR = ROOT / "docs" / "generate_hooks.py"

_spec = importlib.util.spec_from_file_location("generate_hooks", GENERATOR)
assert _spec is not None
assert _spec.loader is not None
generate_hooks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate_hooks)

HOOKS = {hook.name: hook for hook in generate_hooks.read_hooks()}
RECORDED = json.loads(generate_hooks.SIGNATURES.read_text(encoding="utf-8"))
every_hook = pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS.keys())


def test_every_hookspec_is_read():
    defined = re.findall(r"^def (smtf_\w+)\(", inspect.getsource(hookspecs), re.MULTILINE)
    assert list(HOOKS) == defined


def test_the_page_is_what_the_generator_makes():
    assert generate_hooks.PAGE.read_text(encoding="utf-8") == generate_hooks.page(), (
        "docs/hooks.md is stale; run: python docs/generate_hooks.py"
    )


def test_check_tells_stale_from_fresh(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generate_hooks, "PAGE", tmp_path / "hooks.md")
    monkeypatch.setattr(generate_hooks, "SIGNATURES", tmp_path / "hook_signatures.json")
    assert generate_hooks.main(["--check"]) == 1
    assert "hooks.md is stale; run: python docs/generate_hooks.py" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    assert generate_hooks.main([]) == 0
    assert generate_hooks.main(["--check"]) == 0
    (tmp_path / "hooks.md").write_text("something else")
    assert generate_hooks.main(["--check"]) == 1
    assert generate_hooks.main(["--chekc"]) == 2


def test_the_generator_runs_as_a_script():
    done = subprocess.run(
        [sys.executable, str(GENERATOR), "--check"], capture_output=True, text=True, check=False, cwd=ROOT.parent
    )
    assert (done.returncode, done.stderr) == (0, "")


@every_hook
def test_the_page_has_the_exact_signature(hook):
    signature = f"{hook.name}{inspect.signature(getattr(hookspecs, hook.name))}"
    assert f"\n### {hook.name}\n\n```python\n{signature}\n```\n" in generate_hooks.PAGE.read_text(encoding="utf-8")


@every_hook
def test_the_docstring_has_all_parts(hook):
    text = inspect.getdoc(getattr(hookspecs, hook.name)) or ""
    for part in ("Runs in:", "Called when:", "Errors:", "Example::"):
        assert re.search(rf"^{part}", text, re.MULTILINE), f"the docstring of {hook.name} has no {part!r}"
        assert hook.parts[part.rstrip(":")], f"{part!r} of {hook.name} is empty"
    assert hook.room
    assert hook.summary.endswith(".")


@every_hook
def test_the_docstring_explains_exactly_the_arguments(hook):
    assert tuple(hook.arguments) == hook.parameters
    assert all(hook.arguments.values())


@every_hook
def test_what_is_returned_is_explained_where_something_is(hook):
    assert ("Returns" in hook.parts) == (hook.returns != "None")


@every_hook
def test_the_example_compiles_and_implements_the_hook(hook):
    example = hook.parts["Example"]
    compile(example, f"example of {hook.name}", "exec")
    assert "@hookimpl\n" in example
    taken = re.search(rf"^def {hook.name}\((.*)\):$", example, re.MULTILINE)
    assert taken is not None
    assert set(filter(None, taken[1].split(", "))) <= set(hook.parameters)


@every_hook
def test_the_family_keeps_its_rules(hook):
    assert re.fullmatch(r"smtf_[a-z]+(_[a-z]+)+", hook.name)
    if hook.family == generate_hooks.REGISTER:
        assert not hook.firstresult
        assert not hook.parameters
        assert re.fullmatch(r"Sequence\[\w+Spec\]", hook.returns)
    elif hook.family == generate_hooks.OBSERVER:
        assert not hook.firstresult
        assert hook.returns == "None"
    else:
        assert hook.firstresult, f"{hook.name} is named as a decision; mark it firstresult, or rename it"
        assert hook.returns.endswith(" | None")


@every_hook
def test_error_observers_get_the_error(hook):
    assert hook.name.startswith("smtf_on_") == hook.name.endswith("_error") == ("error" in hook.parameters)


@pytest.mark.parametrize("name", RECORDED)
def test_no_promised_argument_is_removed_or_moved(name):
    assert name in HOOKS, (
        f"hook {name} is gone, and plugins that implement it break. Bring it back; if the break is meant, take it out "
        f"of tests/docs/hook_signatures.json and announce it as a breaking change."
    )
    promised, now = RECORDED[name], list(HOOKS[name].parameters)
    assert now[: len(promised)] == promised, (
        f"{name} had the arguments {promised} and has {now}. A plugin that takes one that is gone is broken. Keep what "
        f"was there in its order and add new ones at the end; if the break is meant, edit "
        f"tests/docs/hook_signatures.json and announce it as a breaking change."
    )


def test_the_record_only_grows():
    record = {"smtf_configure_job": ["job", "gone"], "smtf_after_submit": ["job"], "smtf_no_more": ["x"]}
    grown = generate_hooks.signatures(record)
    assert grown["smtf_configure_job"] == ["job", "gone"]
    assert grown["smtf_after_submit"] == ["job", "handle"]
    assert grown["smtf_no_more"] == ["x"]
    assert grown.keys() == HOOKS.keys() | {"smtf_no_more"}


@pytest.fixture(scope="module")
def other_tests() -> str:
    folder = Path(__file__).parent
    files = [path for path in folder.parent.rglob("*.py") if folder not in path.parents]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@every_hook
def test_some_test_implements_the_hook(hook, other_tests):
    assert f"def {hook.name}(" in other_tests, (
        f"no test below tests/ implements {hook.name}. Write one with a plugin that does, and see that it is called."
    )
