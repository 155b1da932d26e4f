"""The engine ends in the middle of a job: what becomes of the job, with a real engine that is restarted."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker_jobs import fit, status, until
from own_engine import OwnEngine, cannot_be_started

from smtf_backends.docker import container
from smtf_core.models import JobState

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture(scope="module")
def installed(contract_image) -> Iterator[OwnEngine]:
    """Has the contract image."""
    if why := cannot_be_started():
        pytest.skip(why)
    own = OwnEngine(Path(tempfile.mkdtemp(prefix="smtf-engine-", dir="/tmp")))
    try:
        own.start()
        saved = subprocess.Popen(["docker", "save", contract_image], stdout=subprocess.PIPE)
        subprocess.run(["docker", "--host", own.address, "load"], stdin=saved.stdout, check=True, capture_output=True)
        assert saved.wait() == 0
        own.end()
        yield own
    finally:
        own.give_back()


@pytest.fixture(params=[False, True], ids=["", "live-restore"])
def own(installed, request, monkeypatch) -> Iterator[OwnEngine]:
    installed.start(live_restore=request.param)
    monkeypatch.setenv("DOCKER_HOST", installed.address)
    yield installed
    assert installed.docker("ps", "--all", "--quiet").stdout == ""
    installed.end()


def begun(estimator) -> Path:
    """The folder of a job that is under way."""
    root = fit(estimator, wait=False)
    log = root / "output" / "log.txt"
    until(lambda: log.exists() and "waiting" in log.read_text())
    return root


@pytest.mark.parametrize("own", [False], indirect=True, ids=[""])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_job_whose_engine_is_restarted_says_so(own, acting, number):
    estimator = acting("wait")
    begun(estimator)
    own.end(number)
    own.start()
    until(lambda: status(estimator).state.terminal)
    assert status(estimator).state is JobState.FAILED
    assert "host 'algo-1': the container engine was stopped or restarted while it ran" in status(estimator).message


@pytest.mark.parametrize("own", [True], indirect=True, ids=["live-restore"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_containers_that_outlive_their_engine_are_gone_on_with(own, acting, number):
    estimator = acting("wait")
    root = begun(estimator)
    own.end(number)
    estimator.stop_training_job("enough")  # while the engine is away
    time.sleep(1)
    assert status(estimator).state is JobState.STOPPING
    own.start()
    until(lambda: status(estimator).state.terminal)
    assert (status(estimator).state, status(estimator).message) == (JobState.STOPPED, "enough")
    assert (root / "model" / "saved").exists()
    assert (root / "output" / "log.txt").read_text().count("waiting") == 1


@pytest.mark.parametrize("own", [False], indirect=True, ids=[""])
def test_a_host_comes_back_with_its_engine_where_the_job_wants_that(own, acting):
    estimator = acting("wait", on_host_failure="restart")
    root = begun(estimator)
    own.end()
    own.start()
    until(lambda: (root / "output" / "log.txt").read_text().count("waiting") == 2)
    estimator.stop_training_job("enough")
    until(lambda: status(estimator).state.terminal)
    assert (status(estimator).state, status(estimator).message) == (JobState.STOPPED, "enough")


@pytest.mark.parametrize("own", [True], indirect=True, ids=["live-restore"])
def test_an_engine_that_does_not_come_back_is_given_up(own, engine, acting, contract_image, tmp_path, monkeypatch):
    monkeypatch.setattr(container, "_ABSENCE_SECONDS", 2.0)
    client = container.connect()
    created = client.containers.run(contract_image, ["train"], environment={"ACT": "wait"}, detach=True)
    host = container.ContainerHost(client, created, tmp_path, None, None)
    waiting = threading.Thread(target=host.wait)
    waiting.start()
    own.end()
    waiting.join(60)
    assert not waiting.is_alive()
    assert (host.ended, host.lost, host.in_words()) == (True, True, "was lost with the engine")
    assert host.cause() == "the container engine was stopped or restarted while it ran"
    host.kill()  # nobody is there to be asked
    own.start()
    host.remove()
