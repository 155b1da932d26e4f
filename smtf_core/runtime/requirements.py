"""Installing a job's ``requirements_file``, without changing the interpreter's own packages.

The legacy container ran ``pip install -r`` in a container made for the job. Here the interpreter may be somebody's
notebook: what is missing goes into a folder of the job's own, which is on ``sys.path`` while the job runs.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from smtf_core.errors import InvalidInputError

_log = logging.getLogger("smtf")


@contextlib.contextmanager
def installed_requirements(requirements: Path, target: Path) -> Iterator[None]:
    """Install what a requirements file asks for and this interpreter does not have.

    Args:
        requirements: the file.
        target: folder for the packages; made when something is missing.

    Raises:
        InvalidInputError: the file does not exist, pip is missing or fails (its output is in the message), or a package
            that is imported already would have to be replaced by another version.
    """
    if not requirements.is_file():
        raise InvalidInputError(
            f"there is no requirements file {requirements}. requirements_file is relative to "
            "source_dir; put the file there"
        )
    missing = _missing(requirements)
    if not missing:
        yield
        return
    _refuse_replacing(missing)
    names = [f"{item['metadata']['name']}=={item['metadata']['version']}" for item in missing]
    _log.info("installing %s into %s", ", ".join(names), target)
    urls = [item["download_info"]["url"] for item in missing]
    _pip(requirements, "install", "--no-deps", "--target", str(target), *urls)
    sys.path.insert(0, str(target))
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(target))


def _missing(requirements: Path) -> list[dict[str, Any]]:
    """What pip would install into this interpreter now, dependencies included (pip's report, version 1)."""
    report = json.loads(
        _pip(requirements, "install", "--dry-run", "--quiet", "--report", "-", "--requirement", requirements.name)
    )
    missing: list[dict[str, Any]] = report["install"]
    return missing


def _pip(requirements: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "pip", *arguments, "--disable-pip-version-check", "--no-input"]
    # In a session of its own: Ctrl-C stops the job, and the job then stops where nothing is half-installed.
    done = subprocess.run(
        command,
        start_new_session=True,
        cwd=requirements.parent,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"},
    )
    if done.returncode != 0:
        if "No module named pip" in done.stderr:
            raise InvalidInputError(
                f"{requirements.name} cannot be installed: {sys.executable} has no pip. Install pip "
                "into this environment, or install "
                f"the requirements yourself and leave requirements_file out"
            )
        raise InvalidInputError(
            f"pip could not install {requirements} (exit status {done.returncode}):\n{done.stderr.strip()}"
        )
    return done.stdout


def _refuse_replacing(missing: list[dict[str, Any]]) -> None:
    modules: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for distribution in distributions:
            modules.setdefault(distribution.lower().replace("_", "-"), set()).add(module)
    for item in missing:
        name = item["metadata"]["name"]
        loaded = sorted(modules.get(name.lower().replace("_", "-"), set()) & set(sys.modules))
        if loaded:
            raise InvalidInputError(
                f"the requirements ask for {name}=={item['metadata']['version']}, but this process has "
                "imported another version of it already "
                f"(module {loaded[0]}). Run the job in a process of its own (smtf train), or change the requirement"
            )
