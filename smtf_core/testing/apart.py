"""Python in a process apart: for laws about kills, about other processes and about what an import brings along."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping


def start(program: str, *arguments: str, variables: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start one of the programs of :mod:`smtf_core.testing.programs`, which finds what this process can import.

    Args:
        program: the module's name.
        *arguments: its command line.
        variables: further environment variables.
    """
    return subprocess.Popen(
        [sys.executable, "-m", f"smtf_core.testing.programs.{program}", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **(variables or {})},
    )


def run(program: str, *arguments: str, patience: float = 120.0) -> str:
    """Run one of the programs to its end.

    Args:
        program: the module's name.
        *arguments: its command line.
        patience: seconds.

    Returns:
        What it printed last: a line of JSON.

    Raises:
        AssertionError: it failed; the message is what it wrote to stderr.
    """
    process = start(program, *arguments)
    try:
        printed, said = process.communicate(timeout=patience)
    finally:
        process.kill()
    assert process.returncode == 0, f"{program} {' '.join(arguments)} failed in a process apart:\n{said}"
    return printed.splitlines()[-1]
