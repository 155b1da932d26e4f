"""Jobs in containers, for tests: submitting, waiting, looking."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from smtf_core import TensorFlow
from smtf_core.client.display import Display
from smtf_core.models import JobStatus

SMTF = str(Path(sys.executable).with_name("smtf"))


def fit(estimator: TensorFlow, inputs: object = None, *, wait: bool = True, name: str = "j") -> Path:
    """Train quietly; the job's folder."""
    estimator.fit(inputs, job_name=name, wait=wait, display=Display(quiet=True))
    assert estimator.latest_training_job is not None
    return Path(estimator.latest_training_job.location)


def status(estimator: TensorFlow) -> JobStatus:
    handle = estimator.latest_training_job
    assert handle is not None
    return estimator._backend(handle.backend).status(handle)


def containers_of(engine: Any, estimator: TensorFlow) -> list[Any]:
    """The job's running containers."""
    assert estimator.latest_training_job is not None
    return engine.containers.list(
        filters={"label": f"smtf.location={estimator.latest_training_job.location}"}, ignore_removed=True
    )


def until(true: Callable[[], Any], seconds: float = 120) -> Any:
    """Wait until it is so; what it gave."""
    deadline = time.monotonic() + seconds
    while not (given := true()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return given
