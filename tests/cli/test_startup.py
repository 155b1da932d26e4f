"""The start-up budget: how many modules each entry imports. The numbers only ever go down."""

import json
import subprocess
import sys

import pytest

HEAVY = ("tensorflow", "keras", "tf_keras", "numpy", "boto3", "botocore", "docker", "grpc", "starlette")

COUNT = """
import json, sys
before = set(sys.modules)
{statement}
print(json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr)
"""
RUN = """
from smtf_core.cli import main
try:
    main({arguments!r})
except SystemExit as end:
    assert end.code in (0, None), end.code
"""


def modules(statement: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", COUNT.format(statement=statement)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stderr.splitlines()[-1])


@pytest.mark.parametrize(
    ("statement", "budget"),
    [
        ("import smtf_core", 12),
        (RUN.format(arguments=["--version"]), 60),
        (RUN.format(arguments=["--help"]), 70),
        (RUN.format(arguments=["plugins"]), 200),
        (RUN.format(arguments=["jobs", "--backend", "process"]), 300),
    ],
    ids=["import smtf_core", "smtf --version", "smtf --help", "smtf plugins", "smtf jobs"],
)
def test_budget(statement, budget):
    imported = modules(statement)
    assert len(imported) <= budget, f"{len(imported)} modules: {imported}"
    assert not [name for name in imported if name.partition(".")[0] in HEAVY]


HOOKS = [
    "smtf_core.runtime.script.hooks",
    "smtf_core.runtime.channels.hooks",
    "smtf_core.runtime.strategies.hooks",
    "smtf_core.runtime.stores.hooks",
    "smtf_core.runtime.engines.hooks",
    "smtf_backends.inprocess.hooks",
    "smtf_serving.hooks",
    "smtf_core.client.estimator",
    "smtf_core.cli.train",
]


def test_hooks_and_client_reach_nothing_heavy():
    imported = modules("\n".join(f"import {name}" for name in HOOKS))
    assert not [name for name in imported if name.partition(".")[0] in HEAVY]
