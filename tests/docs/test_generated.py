"""Generated pages are what the code says, and hooks are as their families' rules want them."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import attrs
import click
import generate
import pytest
from call_binding import bind_calls, public_names
from generators import commands, docstrings, hooks, kinds, lifecycle

import smtf_core
from smtf_core import hookspecs, interfaces, models
from smtf_core.cli import COMMANDS, main
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries

DOCS = generate.DOCS
HOOKS = {hook.name: hook for hook in hooks.read_hooks()}
every_hook = pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS.keys())
every_kind = pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.registry)


def test_every_hookspec_is_read():
    defined = re.findall(r"^def (smtf_\w+)\(", inspect.getsource(hookspecs), re.MULTILINE)
    assert list(HOOKS) == defined


def test_the_pages_are_what_the_generators_make():
    done = subprocess.run(
        [sys.executable, str(DOCS / "generate.py"), "--check"], capture_output=True, text=True, cwd=DOCS.parent.parent
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_check_tells_stale_from_fresh_and_finds_what_is_left(tmp_path, monkeypatch, capsys):
    page, left = tmp_path / "kinds" / "backend.md", tmp_path / "kinds" / "no-more.md"
    monkeypatch.setattr(generate, "made", lambda: {page: "text"})
    assert generate.main(["--check"]) == 1
    assert "backend.md is stale; run: make docs" in capsys.readouterr().err
    assert not page.exists()
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    left.write_text("a kind that there is no more")
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert not left.exists()
    page.write_text("something else")
    assert generate.main(["--check"]) == 1
    assert generate.main(["--chekc"]) == 2


@every_hook
def test_the_page_of_its_family_has_the_exact_signature(hook):
    page = hooks.pages()[hooks.FAMILIES[hook.family][0]]
    signature = f"{hook.name}{inspect.signature(getattr(hookspecs, hook.name))}".replace("'", "")
    shown = re.search(rf"\n## {hook.name}\n\n```python\n(.+?)\n```\n", page, re.DOTALL)
    assert shown is not None
    assert re.sub(r",? *\n *", lambda found: ", " if "," in found[0] else "", shown[1]).replace(", )", ")") == signature


def test_the_timeline_has_every_hook_in_order_and_in_the_picture():
    linked = re.findall(r"^\| \[`(smtf_\w+)`\]", hooks.pages()["hooks.md"], re.MULTILINE)
    assert linked == list(HOOKS)
    assert re.findall(r">(smtf_\w+)<", lifecycle.picture()) == [n for n in HOOKS if not n.startswith("smtf_register_")]


@every_hook
def test_the_docstring_has_all_parts(hook):
    text = inspect.getdoc(getattr(hookspecs, hook.name)) or ""
    for part in ("Runs in", "Called when", "Errors", "Example"):
        assert re.search(rf"^{part}:", text, re.MULTILINE), f"the docstring of {hook.name} has no {part!r}"
        assert hook.docstring.parts[part], f"{part!r} of {hook.name} is empty"
    assert hook.room
    assert hook.docstring.summary.endswith(".")


@every_hook
def test_the_docstring_explains_exactly_the_arguments(hook):
    assert tuple(hook.docstring.entries("Args")) == hook.parameters
    assert all(hook.docstring.entries("Args").values())


@every_hook
def test_what_is_returned_is_explained_where_something_is(hook):
    assert ("Returns" in hook.docstring.parts) == (hook.returns != "None")


@every_hook
def test_the_example_compiles_and_implements_the_hook(hook):
    example = hook.docstring.parts["Example"]
    compile(example, f"example of {hook.name}", "exec")
    assert "@hookimpl\n" in example
    taken = re.search(rf"^def {hook.name}\((.*)\):$", example, re.MULTILINE)
    assert taken is not None
    assert set(filter(None, taken[1].split(", "))) <= set(hook.parameters)


@every_hook
def test_the_family_keeps_its_rules(hook):
    assert re.fullmatch(r"smtf_[a-z]+(_[a-z]+)+", hook.name)
    if hook.family == hooks.REGISTER:
        assert not hook.firstresult
        assert not hook.parameters
        assert re.fullmatch(r"Sequence\[\w+Spec\]", hook.returns)
    elif hook.family == hooks.OBSERVER:
        assert not hook.firstresult
        assert hook.returns == "None"
    else:
        assert hook.firstresult, f"{hook.name} is named as a decision; mark it firstresult, or rename it"
        assert hook.returns.endswith(" | None")


@every_hook
def test_error_observers_get_the_error(hook):
    assert hook.name.startswith("smtf_on_") == hook.name.endswith("_error") == ("error" in hook.parameters)


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


@every_kind
def test_a_kind_has_its_page_with_spec_protocols_and_what_there_is(kind):
    page = kinds.pages()[kind.path]
    assert f"../hooks/register.md#{kind.hook}" in page
    assert kind.hook in HOOKS
    assert (DOCS.parent / kind.copy).exists()
    for spec, _ in getattr(Registries(PluginManager()), kind.registry).entries:
        if spec.factory.startswith(("smtf_core.", "smtf_backends.", "smtf_serving.")):
            assert f"| `{spec.name}` | {spec.summary} |" in page


def test_the_page_of_backends_has_them_as_they_declare_themselves():
    page = (DOCS / "backends.md").read_text(encoding="utf-8")
    for spec, _ in Registries(PluginManager()).backends.entries:
        if not spec.factory.startswith("smtf_backends."):
            continue
        row = re.search(
            rf"^\| ([^|]+) \| \[?`{spec.name}`[^|]*\| [^|]+ \| ([^|]+) \| (yes|no) \| `(.+)` \|$", page, re.M
        )
        assert row is not None, f"docs/backends.md has no row for {spec.name}"
        assert tuple(re.findall(r"`([^`]+)`", row[1])) == spec.instance_types
        assert row[2] == ("any number" if spec.max_hosts is None else str(spec.max_hosts))
        assert (row[3] == "yes") == spec.outlives_client
        assert row[4] == spec.extra


def test_every_kind_and_every_interface_has_its_page():
    assert {kind.hook for kind in kinds.KINDS} == {name for name in HOOKS if name.startswith("smtf_register_")}
    text = "\n".join(kinds.pages().values())
    for name in interfaces.__all__:
        if inspect.isclass(getattr(interfaces, name)) and name != "Spec":
            assert f"\n## {name}\n" in text, f"{name} is on no page of docs/kinds: see docs/generators/kinds.py"


def test_every_model_is_on_its_page():
    page = (DOCS / "models.md").read_text(encoding="utf-8")
    for name in models.__all__:
        assert f"\n## {name}\n" in page
        for attribute in attrs.fields(getattr(models, name)) if attrs.has(getattr(models, name)) else ():
            row = re.search(rf"^## {name}\n.*?^\| `{attribute.name}` \| (.+) \|$", page, re.M | re.S)
            assert row is not None
            assert row[1].split(" | ")[-1].strip(), f"the docstring of {name} does not explain {attribute.name}"


def test_methods_and_their_arguments_are_explained():
    for name in interfaces.__all__:
        value = getattr(interfaces, name)
        for method, function in vars(value).items() if inspect.isclass(value) else ():
            if inspect.isfunction(function) and not method.startswith("_"):
                docstring = docstrings.read(function)
                assert docstring.summary, f"{name}.{method} has no docstring"
                explained = docstring.entries("Args")
                taken = list(inspect.signature(function).parameters)[1:]
                assert not explained or list(explained) == taken, f"{name}.{method} takes {taken}"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_of_commands_has_every_option(name):
    section = re.search(rf"^## smtf {name}\n(.*?)(?=^## |\Z)", commands.pages()["commands.md"], re.M | re.S)
    assert section is not None
    command = main.get_command(click.Context(main), name)
    assert command is not None
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert all(f"{option}" in section[1] for option in parameter.opts)


@pytest.mark.parametrize("name", smtf_core.__all__)
def test_every_public_name_is_on_the_page_of_the_interface(name):
    assert f"\n## {name}\n" in (DOCS / "api.md").read_text(encoding="utf-8").replace("\\", "")


def test_arguments_of_public_classes_are_explained():
    for name in smtf_core.__all__:
        value = getattr(smtf_core, name)
        if inspect.isclass(value):
            explained = {argument.lstrip("*") for argument in docstrings.read(value).entries("Args")}
            assert explained == set(inspect.signature(value).parameters), f"the docstring of {name} explains others"


@pytest.mark.parametrize("name", [name for name in smtf_core.__all__ if inspect.isclass(getattr(smtf_core, name))])
def test_examples_in_docstrings_call_what_there_is(name):
    value = getattr(smtf_core, name)
    for documented in (value, *(member for key, member in vars(value).items() if not key.startswith("_"))):
        if example := docstrings.read(documented).parts.get("Example"):
            assert bind_calls(ast.parse(example), public_names()) > 0
