"""A real Ray cluster on this machine, real trainings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from smtf_core.errors import InvalidInputError
from smtf_core.models import JobState
from smtf_core.testing import BackendConformance, PluginHygiene

pytest_plugins = ["smtf_core.testing.plugin"]


@pytest.fixture(scope="session", autouse=True)
def cluster(tmp_path_factory):
    """A cluster of its own, which ends with the tests."""
    port = 20000 + os.getpid() % 20000
    command = [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", f"--port={port}"]
    folder = f"/tmp/ray-{os.getpid()}"  # short: Ray's sockets are below it
    command += [f"--temp-dir={folder}", "--num-cpus=8", "--include-dashboard=false", "--object-store-memory=100000000"]
    os.environ["RAY_ADDRESS"] = f"127.0.0.1:{port}"
    os.environ["SMTF_DISABLE_PLUGINS"] = "mlflow"  # it may be installed beside this
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    head = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert head.stdout is not None
    for line in head.stdout:
        if "Ray runtime started" in line:
            break
    yield
    import ray

    ray.shutdown()
    os.killpg(head.pid, signal.SIGTERM)
    head.communicate(timeout=60)


class TestHygiene(PluginHygiene):
    hooks = "smtf_ray.hooks"
    entry_point = "ray"
    extras = ("ray",)
    budget = 3


class TestRay(BackendConformance):
    name = "ray"
    arguments = {"train_instance_type": "ray.1cpu"}


def test_two_hosts_train_one_model(smtf_project):
    estimator = smtf_project.fit(train_instance_type="ray", train_instance_count=2, training_steps=200, job_name="two")
    assert estimator.result.state == "Completed"
    assert estimator.result.global_step >= 200
    root = Path(estimator.latest_training_job.location)
    assert {path.name for path in (root / "hosts").iterdir()} == {"algo-2"}
    said = (root / "output" / "log.txt").read_text()
    assert "host 'algo-1' ended with status 0" in said
    assert "host 'algo-2' ended with status 0" in said


def test_a_host_that_is_lost_ends_the_job(smtf_project):
    estimator = smtf_project.estimator(train_instance_type="ray", training_steps=10_000_000)
    estimator.fit(wait=False, job_name="lost")
    handle = estimator.latest_training_job
    backend = estimator._backend("ray")
    root = Path(handle.location)
    until(lambda: (now := backend.status(handle).progress) is not None and now.step > 0)
    (actor,) = {int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if is_host(path)}
    os.kill(actor, signal.SIGKILL)
    until(lambda: backend.status(handle).state.terminal)
    status = backend.status(handle)
    assert status.state is JobState.FAILED
    assert "is lost" in status.failure
    # what it had started has ended with it
    until(lambda: not [path for path in Path("/proc").glob("[0-9]*/cmdline") if says(path, str(root))])


def is_host(path):
    return says(path, "ray::HostActor")


def says(path, text):
    try:
        return text.encode() in path.read_bytes()
    except OSError:
        return False


def until(condition, seconds=180.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("wrong", ["ray.large", "ray.0cpu", "ray.1gpu.2cpu"])
def test_instance_types_that_there_are_not(smtf_project, wrong):
    with pytest.raises(InvalidInputError, match=r"must be 'ray'"):
        smtf_project.fit(train_instance_type=wrong)


def test_without_a_cluster_it_says_what_to_do(smtf_project):
    program = (
        "import sys; from smtf_core import TensorFlow; from smtf_core.errors import BackendUnavailableError\n"
        "try: TensorFlow(sys.argv[1], train_instance_type='ray', output_path=sys.argv[2]).fit()\n"
        "except BackendUnavailableError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(smtf_project.script), str(smtf_project.folder / "out")],
        env={**os.environ, "RAY_ADDRESS": "127.0.0.1:1"},
        capture_output=True,
        text=True,
    )
    assert "ray start --head" in done.stdout, done.stderr
    assert not (smtf_project.folder / "out").exists()
