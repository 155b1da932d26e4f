from __future__ import annotations

import os
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

# TensorFlow's C++ remarks would bury the tests' own output.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# The notes of jobs on this machine are the user's own; tests keep theirs apart.
_STATE = tempfile.TemporaryDirectory(prefix="smtf-test-state-")
os.environ["XDG_STATE_HOME"] = _STATE.name

# How fast examples are made and run says something about the machine that day, not about the code.
hypothesis.settings.register_profile("smtf", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("smtf")

# Fixtures that any test may ask for, each with a real server behind it.
pytest_plugins = ["servers.s3", "servers.aws", "pytester"]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their argument: packed ones hold the time, and every process has to find the same names."""
    return argname if isinstance(val, bytes) else None


EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """`write("sub/script.py", text)` makes a file below the test's folder."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    return write_file


@pytest.fixture(scope="session")
def examples() -> Path:
    return EXAMPLES


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples' data: folders iris, abalone and digits."""
    folder = tmp_path_factory.mktemp("data")
    sys.path.insert(0, str(EXAMPLES))
    try:
        import make_data
    finally:
        sys.path.remove(str(EXAMPLES))
    make_data.main(folder)
    return folder
