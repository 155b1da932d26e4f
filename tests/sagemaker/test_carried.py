"""What goes along with the code is smtf as a wheel has it."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from smtf_backends.sagemaker.carried import FOLDER, runtime_members

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = Path(__file__).parent.parent.parent / "pyproject.toml"


@pytest.fixture(scope="module")
def carried(tmp_path_factory) -> dict[str, Path]:
    members = runtime_members(tmp_path_factory.mktemp("carried"))
    return {member.name.removeprefix(f"{FOLDER}/"): member.path for member in members}


def test_every_file_that_a_wheel_has(carried):
    data = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    for package, patterns in data.items():
        for one in ("smtf_core", "smtf_backends", "smtf_serving") if package == "*" else (package,):
            folder = Path(importlib.import_module(one).__file__).parent
            files = [path for pattern in patterns for path in folder.glob(pattern)]
            assert files, f"{package}: {patterns}"
            for path in files:
                assert f"{one.replace('.', '/')}/{path.name}" in carried


def test_nothing_that_it_has_not(carried):
    ours = [name for name in carried if name.startswith(("smtf_core/", "smtf_backends/", "smtf_serving/"))]
    assert {Path(name).suffix for name in ours} <= {".py", ".so", ".gz", ".typed", ".html", ".js", ".css", ""}
    assert [Path(name).name for name in ours if not Path(name).suffix] == ["Dockerfile"]
    assert not [name for name in ours if "__pycache__" in name or "/." in name]


def test_the_page_is_read_from_what_went_along(carried, tmp_path):
    for name, path in carried.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, tmp_path / name)
    look = "import smtf_serving.ui.page as page; page.Page(); print(page.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)}, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(str(tmp_path))
