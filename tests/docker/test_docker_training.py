"""The examples in containers, in smtf's own image: the same metrics as in this process; hosts, pipes, memory, restarts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from docker_jobs import containers_of, fit, status, until

from smtf_core import TensorFlow
from smtf_core.errors import UnexpectedStatusException
from smtf_core.models import JobState
from smtf_core.testing.scripts import LINE_SCRIPT

pytestmark = [pytest.mark.docker, pytest.mark.slow]

DIGITS = {"training_steps": 200, "evaluation_steps": None}


@pytest.fixture(scope="module")
def digits_here(data, examples, tmp_path_factory) -> dict[str, object]:
    """What the digits' example, in which nothing is random, comes to in this process."""
    estimator = TensorFlow(
        examples / "digits_pipe" / "digits_pipe.py",
        output_path=tmp_path_factory.mktemp("here"),
        input_mode="Pipe",
        **DIGITS,
    )
    fit(estimator, digits(data))
    return dict(estimator.result.metrics)


def digits(data: Path) -> dict[str, str]:
    return {
        part: str(data / "digits" / f"digits_{name}.tfrecord")
        for part, name in (("training", "train"), ("test", "test"))
    }


@pytest.mark.tensorflow
@pytest.mark.parametrize("mode", ["Pipe", "File"])
def test_digits_are_the_same_as_in_process(job, data, examples, digits_here, mode):
    estimator = job(
        examples / "digits_pipe" / "digits_pipe.py",
        input_mode=mode,
        hyperparameters={"pipe": mode == "Pipe"},
        **DIGITS,
    )
    root = fit(estimator, digits(data))
    assert estimator.result.metrics == pytest.approx(digits_here, rel=1e-5)
    assert Path(estimator.model_data).is_relative_to(root)
    assert (Path(estimator.model_data) / "saved_model.pb").is_file()
    assert not [path for path in (root / "input" / "data").iterdir() if path.is_fifo()]


def test_digits_on_two_hosts_by_pipes(job, data, examples):
    estimator = job(examples / "digits_pipe" / "digits_pipe.py", input_mode="Pipe", train_instance_count=2, **DIGITS)
    root = fit(estimator, digits(data))
    assert estimator.result.metrics["accuracy"] > 0.85
    assert 200 <= estimator.result.global_step < 220  # the other host may be in the middle of a step
    log = (root / "output" / "log.txt").read_text()
    assert re.search(r" algo-1 ", log)
    assert re.search(r" algo-2 ", log)


def test_abalone_on_two_hosts_with_files_and_checkpoints_elsewhere(job, data, examples, tmp_path):
    estimator = job(
        examples / "abalone_model" / "abalone.py",
        train_instance_count=2,
        training_steps=1000,
        framework_version="1.6",
        hyperparameters={"learning_rate": 0.01},
        checkpoint_path=tmp_path / "checkpoints",
    )
    fit(estimator, str(data / "abalone"))
    assert estimator.result.metrics["rmse"] < 1.2
    assert Path(estimator.result.checkpoint.path).parent == tmp_path / "checkpoints"


def test_iris_and_its_secrets(job, data, examples, engine):
    estimator = job(
        examples / "iris_estimator" / "iris_dnn.py", training_steps=1000, environment={"TOKEN": "hidden-word"}
    )
    root = fit(estimator, str(data / "iris"), wait=False)
    (container,) = until(lambda: containers_of(engine, estimator))
    told = str(container.attrs)
    assert "hidden-word" not in told
    assert '"hidden-word"' in (root / "input" / "config" / "smtf_environment.json").read_text()
    until(lambda: status(estimator).state.terminal)
    assert status(estimator).state is JobState.COMPLETED, status(estimator)
    assert estimator._backend("docker").result(estimator.latest_training_job).metrics["accuracy"] >= 0.9
    assert "hidden-word" not in (root / "output" / "log.txt").read_text()
    assert not (root / "input" / "config" / "smtf_environment.json").exists()


def test_keras_digits(job, data, examples):
    estimator = job(examples / "digits_keras" / "digits.py", training_steps=400, framework_version="1.11")
    fit(estimator, str(data / "digits"))
    assert estimator.result.metrics["accuracy"] >= 0.9


def test_a_trainer_that_needs_more_memory_than_there_is_says_so(job, write):
    eater = LINE_SCRIPT.replace("def train_input_fn():", "def train_input_fn():\n    _ = bytearray(1 << 32)\n")
    with pytest.raises(UnexpectedStatusException, match="ran out of memory: it needed more than the limit of 1500m"):
        fit(job(write("eater.py", eater), memory="1500m"))


def test_a_killed_host_comes_back_and_training_goes_on(job, write, engine):
    slow = LINE_SCRIPT.replace(
        "return _numbers().repeat()", "import time; time.sleep(1)\n    return _numbers().repeat()"
    )
    estimator = job(
        write("line.py", slow),
        train_instance_count=2,
        training_steps=60000,
        on_host_failure="restart",
        hyperparameters={"save_checkpoints_steps": 500},
    )
    root = fit(estimator, wait=False)
    until(lambda: (now := status(estimator)).state.terminal or (now.progress and now.progress.step > 1000), 200)
    second = next(each for each in containers_of(engine, estimator) if each.name.endswith("algo-2"))
    second.kill()
    log = root / "output" / "log.txt"
    until(lambda: "attempt 2 begins because of host 'algo-2'" in log.read_text(), 60)
    before = status(estimator).progress.step
    until(lambda: (now := status(estimator)).state.terminal or now.progress.step > before + 500, 200)
    estimator.stop_training_job("enough")
    until(lambda: status(estimator).state.terminal)
    assert status(estimator).state in (JobState.STOPPED, JobState.COMPLETED), status(estimator)


@pytest.fixture
def s3_of_this_machine(engine, s3_endpoint) -> Iterator[Any]:
    """A client of a server that containers reach as well: it listens on their bridge."""
    import boto3
    from moto.server import ThreadedMotoServer

    (bridge,) = engine.networks.get("bridge").attrs["IPAM"]["Config"]
    address = bridge.get("Gateway") or str(next(ip_network(bridge["Subnet"]).hosts()))
    server = ThreadedMotoServer(ip_address=address, port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    s3_endpoint(f"http://{host}:{port}")
    yield boto3.client("s3")
    server.stop()


def test_checkpoints_on_s3_with_keys_that_nobody_sees(job, write, engine, s3_of_this_machine):
    s3_of_this_machine.create_bucket(Bucket="checkpoints")
    script, place = write("line.py", LINE_SCRIPT), "s3://checkpoints/of/line"
    estimator = job(script, training_steps=40, checkpoint_path=place)
    root = fit(estimator, wait=False)
    (container,) = until(lambda: containers_of(engine, estimator))
    told = str(container.attrs)
    assert "secret-of-the-test" not in told
    assert "AWS_ACCESS_KEY_ID" not in told
    environment = root / "input" / "config" / "smtf_environment.json"
    assert "secret-of-the-test" in environment.read_text()
    assert environment.stat().st_mode & 0o077 == 0
    until(lambda: status(estimator).state.terminal)
    assert status(estimator).state is JobState.COMPLETED, status(estimator)
    left = [path for path in root.rglob("*") if path.is_file() and b"secret-of-the-test" in path.read_bytes()]
    assert not left
    listed = s3_of_this_machine.list_objects_v2(Bucket="checkpoints", Prefix="of/line/")["Contents"]
    assert "of/line/model.ckpt-40.index" in [item["Key"] for item in listed]

    later = job(script, training_steps=60, checkpoint_path=place)
    root = fit(later, name="later")
    assert "resuming at step 40" in (root / "output" / "log.txt").read_text()
    assert later.result.global_step == 60
