"""Trainings on real TensorFlow, all in this process so that it is imported once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smtf_core import PluginManager, TensorFlow
from smtf_core.client.display import Display
from smtf_core.testing.scripts import write_line_script

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/integration" in str(item.path).replace("\\", "/"):
            item.add_marker(pytest.mark.tensorflow)
            # What TensorFlow and Keras warn about in the job's thread is not for us to fail on.
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture
def train(tmp_path: Path) -> Callable[..., TensorFlow]:
    """`train(script, inputs, training_steps=…, plugins=[…], …)` trains in this process and returns the estimator."""

    def train_script(
        script: Path, inputs: Any = None, *, job_name: str | None = None, plugins: Any = (), **arguments: Any
    ) -> TensorFlow:
        estimator = TensorFlow(
            **{"entry_point": script, "training_steps": 20, "output_path": tmp_path / "out", **arguments},
            plugins=PluginManager(plugins=plugins),
        )
        estimator.fit(inputs, job_name=job_name or f"job-{next(_numbers)}", display=Display(quiet=True))
        return estimator

    return train_script


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """The script of smtf_core.testing: a model_fn for TensorFlow 1.x that learns y = 2 x."""
    return write_line_script(tmp_path)


@pytest.fixture
def log() -> Callable[[TensorFlow], str]:
    def read(estimator: TensorFlow) -> str:
        return (Path(estimator.latest_training_job.location) / "output" / "log.txt").read_text()

    return read
