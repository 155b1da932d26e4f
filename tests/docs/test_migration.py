"""docs/migrate.md: both columns of its table are calls that there are, and no argument of the SDK is left out.

tests/docs/sagemaker_sdk.json has the argument names of version 1.72.0 of the SageMaker SDK, the last one with the legacy
mode; those of a constructor include its base classes'.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from call_binding import OBJECTS, bind_calls, public_names
from generators import docstrings

import smtf_core
from smtf_core import TensorFlow, errors

PAGE = (Path(__file__).parent.parent.parent / "docs" / "migrate.md").read_text(encoding="utf-8")
THEIRS: dict[str, list[str]] = json.loads(Path(__file__).with_name("sagemaker_sdk.json").read_text(encoding="utf-8"))
# What the names of objects in the table stand for in the SDK.
THEIR_OBJECTS = {"estimator": "TensorFlow", "predictor": "RealTimePredictor"}


def section(heading: str) -> str:
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/migrate.md has no {heading!r}"
    return found[1]


def rows(heading: str) -> list[tuple[str, str]]:
    found = re.findall(r"^\| (.+?) \| (.+?) \|$", section(heading), re.MULTILINE)
    return [row for row in found if not row[0].startswith(("the SDK", "---"))]


CALLS = [(theirs.strip("`"), ours.split("`")[1]) for theirs, ours in rows("Calls")]  # words may follow our call


def calls(code: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(code, mode="eval")) if isinstance(node, ast.Call))


@pytest.mark.parametrize("code", [our for _, our in CALLS])
def test_our_column_is_what_there_is(code):
    if imported := re.fullmatch(r"from (\S+) import (\w+)", code):
        assert hasattr(import_module(imported[1]), imported[2])
    elif caught := re.fullmatch(r"except (\w+)", code):
        assert hasattr(errors, caught[1])
    elif "(" not in code:
        assert_attributes(code)
    else:
        tree = ast.parse(code, mode="eval")
        assert bind_calls(tree, public_names()) == sum(isinstance(node, ast.Call) for node in ast.walk(tree))


def assert_attributes(code: str) -> None:
    name, *attributes = code.split(".")
    owner = OBJECTS[name]
    documented = docstrings.read(owner).entries("Attributes")
    assert hasattr(owner, attributes[0]) or attributes[0] in documented
    if attributes[1:] == ["job_name"]:
        from smtf_core.models import JobHandle

        assert "job_name" in JobHandle.__annotations__
    else:
        assert not attributes[1:]


@pytest.mark.parametrize("code", [their for their, _ in CALLS if re.match(r"[\w.]+\(", their)])
def test_their_column_is_what_the_sdk_has(code):
    for call in calls(code):
        name = ast.unparse(call.func)
        for stands_for, theirs in THEIR_OBJECTS.items():
            name = re.sub(rf"^{stands_for}\b", theirs, name)
        assert {keyword.arg for keyword in call.keywords} <= set(THEIRS[name])
        assert len(call.args) + len(call.keywords) <= len(THEIRS[name])


@pytest.mark.parametrize(
    ("heading", "functions"),
    [
        ("Of the estimator", {"TensorFlow": TensorFlow}),
        (
            "Of `fit`, `attach` and `deploy`",
            {
                "TensorFlow.fit": TensorFlow.fit,
                "TensorFlow.attach": TensorFlow.attach,
                "TensorFlow.deploy": TensorFlow.deploy,
            },
        ),
    ],
)
def test_the_arguments_that_there_are_not_are_exactly_those(heading, functions):
    told = {name for argument, _ in rows(heading) for name in re.findall(r"`(\w+)`", argument)} - {"deploy"}
    missing = {
        argument
        for name, function in functions.items()
        for argument in THEIRS[name]
        if argument not in inspect.signature(function).parameters
    }
    assert told == missing, f"not told: {sorted(missing - told)}; told, but there: {sorted(told - missing)}"


def test_inputs_take_what_theirs_took():
    known = inspect.signature(smtf_core.s3_input).parameters
    assert {name for name in THEIRS["s3_input"] if name not in known} == set(re.findall(r"`s3_input\((\w+)=…\)`", PAGE))
