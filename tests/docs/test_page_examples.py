"""What the pages show works: sessions give what they say, command lines are understood, the first steps are run."""

from __future__ import annotations

import ast
import doctest
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import click
import pytest
from call_binding import bind_calls, imported, public_names

from smtf_core.cli import main
from smtf_core.cli.jobfile import JobFile, read_job_file

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]

# Pages that are written by hand; the others show signatures, and tests/docs/test_generated.py looks at their examples.
WRITTEN = [page for page in PAGES if not page.read_text(encoding="utf-8").startswith("<!-- Made by docs/generate.py")]


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text(page), re.MULTILINE | re.DOTALL)


def commands(page: Path) -> Iterator[str]:
    for block in blocks(page, "console"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ smtf "):
                yield line.removeprefix("$ ")


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "pycon")], ids=lambda page: str(page.relative_to(ROOT))
)
def test_sessions_give_what_they_say(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    session = "\n".join(blocks(page, "pycon"))
    test = doctest.DocTestParser().get_doctest(session, {}, page.name, str(page), 0)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    told: list[str] = []
    results = doctest.DocTestRunner(optionflags=flags).run(test, out=told.append)
    assert results.attempted > 0
    assert results.failed == 0, "".join(told)


@pytest.mark.parametrize(
    "page", [page for page in WRITTEN if blocks(page, "python")], ids=lambda page: str(page.relative_to(ROOT))
)
def test_examples_import_and_call_what_there_is(page):
    known = public_names()
    for block in blocks(page, "python"):
        tree = ast.parse(block)
        known |= dict(imported(tree))
        bind_calls(tree, known)


def test_what_does_not_fit_is_noticed():
    known = public_names()
    assert bind_calls(ast.parse("TensorFlow('a.py').fit('x'); estimator.fit('x', wait=False); other(1)"), known) == 2
    for wrong in ("TensorFlow(steps=1)", "estimator.fit(a=1)", "predictor.predict()", "s3_input()"):
        with pytest.raises(TypeError):
            bind_calls(ast.parse(wrong), known)
    with pytest.raises(AttributeError):
        bind_calls(ast.parse("estimator.train()"), known)
    with pytest.raises(AttributeError):
        dict(imported(ast.parse("from smtf_core import Estimator")))


@pytest.mark.parametrize(
    ("page", "block"),
    [
        pytest.param(page, block, id=f"{page.name}-{number}")
        for page in PAGES
        for number, block in enumerate(re.findall(r"<!-- runs -->\n\n```python\n(.*?)^```", text(page), re.M | re.S))
    ],
)
def test_examples_that_need_nothing_run(page, block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(block, str(page), "exec"), {})


@pytest.mark.parametrize(
    ("page", "line"),
    [
        pytest.param(page, line, id=f"{page.name}-{number}")
        for page in PAGES
        for number, line in enumerate(dict.fromkeys(commands(page)))
    ],
)
def test_command_lines_are_understood(page, line):
    words = shlex.split(line, comments=True)[1:]
    if words[0].startswith("-") or words[0] == "[COMMAND]":
        return
    command = main.get_command(click.Context(main), words[0])
    assert command is not None, f"{page.name}: there is no smtf {words[0]}"
    if isinstance(command, click.Group) and not (command.invoke_without_command and words[1:] == []):
        words = words[1:]
        command = command.get_command(click.Context(command), words[0])
        assert command is not None, f"{page.name}: {line}"
    context = click.Context(command)
    command.make_parser(context).parse_args(words[1:])  # an option that there is not raises
    for parameter in command.params:
        if isinstance(parameter, click.Option) and isinstance(parameter.type, click.Choice):
            given = re.search(rf"{parameter.opts[-1]}[ =](\S+)", line)
            assert given is None or given[1] in parameter.type.choices


@pytest.mark.parametrize(
    ("page", "block"),
    [pytest.param(page, block, id=page.name) for page in PAGES for block in blocks(page, "toml")],
)
def test_files_are_read(page, block, tmp_path):
    """Job files by what reads them; other TOML is TOML, and an entry point has smtf's group."""
    content = tomllib.loads(block)
    if content.keys() <= {attribute.name for attribute in attrs.fields(JobFile)}:
        (tmp_path / "job.toml").write_text(block)
        read_job_file(tmp_path / "job.toml")
    else:
        assert list(content["project"]["entry-points"]) == ["smtf"]


def test_every_variable_of_smtf_is_told():
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for package in ("smtf_core", "smtf_backends", "smtf_serving"):
        for path in (ROOT / package).rglob("*.py"):
            for name in re.findall(r"[\"'](SMTF_[A-Z_]+)[\"']", path.read_text(encoding="utf-8")):
                assert f"`{name}`" in told, f"{path} reads {name}; docs/operations.md does not tell of it"


def test_architecture_names_what_there_is():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:smtf_\w+|runtime|examples|docs|tools|cli|models|sources)/[^`<{ ]+)`", text)
    assert named
    for path in named:
        assert (ROOT / path).exists() or (ROOT / "smtf_core" / path).exists(), f"ARCHITECTURE.md names {path}"
    for package in (path.parent for path in (ROOT / "smtf_core").glob("*/__init__.py")):
        assert re.search(rf"smtf_core/{package.name}/|runtime/{package.name}", text) or package.name == "runtime", (
            f"ARCHITECTURE.md has no row for {package.name}"
        )


@pytest.mark.tensorflow
def test_the_first_steps(tmp_path, data, monkeypatch):
    """The script of the first page is trained, deployed and asked, by the page's own code; so is the one of Serving."""
    page = ROOT / "docs" / "get-started.md"
    script, train, serve = blocks(page, "python")
    example = (ROOT / "examples" / "iris_estimator" / "iris_dnn.py").read_text(encoding="utf-8")
    (tmp_path / "data").symlink_to(data)
    helper = re.sub(r"\bINPUT_NAME\b", "'inputs'", example[example.index("def _input_fn") :])
    (tmp_path / "iris_dnn.py").write_text(f"import os\nimport numpy as np\n{script}\n\n{helper}")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(train.replace("4000", "400"), str(page), "exec"), names)
    estimator = names["estimator"]
    assert estimator.result.global_step == 400
    assert estimator.result.metrics["accuracy"] > 0.6
    assert Path(estimator.model_data, "saved_model.pb").is_file()
    exec(compile(serve.replace("predictor.classify", "answer = predictor.classify"), str(page), "exec"), names)
    assert len(names["answer"]["results"][0]) == 3
    deployed = blocks(ROOT / "docs" / "serving.md", "python")[0]
    deployed = deployed.replace('"process"', '"inprocess"').replace("predictor.predict", "answer = predictor.predict")
    exec(compile(deployed, "serving.md", "exec"), names)
    assert len(names["answer"]["predictions"][0]["scores"]) == 3
    below = next(block for block in blocks(ROOT / "docs" / "serving.md", "python") if "Registries" in block)
    below = below.replace("smtf-jobs/iris-1/model", f"smtf-jobs/{estimator.latest_training_job.job_name}/model")
    exec(compile(below, "serving.md", "exec"), names)
    assert names["reply"].status == 200, names["reply"].body
