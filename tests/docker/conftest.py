from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker_jobs import SMTF

from smtf_core import TensorFlow
from smtf_core.client.state import state_folder

BASE = "python:3.11-slim-bookworm"
CONTRACT = "smtf-test-contract:1"
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def engine():
    """The engine of this machine; without one, or without an image to build on, its tests are skipped."""
    docker = pytest.importorskip("docker")
    from smtf_backends.docker.engine import connect
    from smtf_core.errors import BackendUnavailableError

    try:
        client = connect()
    except BackendUnavailableError as error:
        pytest.skip(str(error))
    try:
        client.images.get(BASE)
    except docker.errors.ImageNotFound:
        try:
            client.images.pull(BASE)
        except docker.errors.APIError as error:
            pytest.skip(f"there is no image {BASE}, and it cannot be pulled: {error}")
    return client


@pytest.fixture(scope="session")
def runtime_image(engine) -> str:
    """smtf's own image, as its users build it; layers of an earlier build are taken as they are."""
    command = [SMTF, "image", "build", "--base", BASE, "--network", "host", "--quiet"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@pytest.fixture(scope="session")
def contract_image(engine, tmp_path_factory) -> str:
    """An image that keeps SageMaker's contract and does what ACT says."""
    context = tmp_path_factory.mktemp("contract")
    shutil.copy(HERE / "acting_train.py", context / "train")
    shutil.copy(HERE / "acting_serve.py", context / "serve")
    (context / "Dockerfile").write_text(
        f"FROM {BASE}\nRUN test -e /usr/local/bin/python3 || ln -s /usr/bin/python3 /usr/local/bin/python3\n"
        "COPY train serve /usr/local/bin/\nRUN chmod 755 /usr/local/bin/train /usr/local/bin/serve\n"
    )
    engine.images.build(path=str(context), tag=CONTRACT, rm=True)
    return CONTRACT


@pytest.fixture(autouse=True)
def nothing_left(engine, tmp_path) -> Iterator[None]:
    """After every test: no container, no network, no file of anyone else's."""
    yield
    of_the_test = {"label": f"smtf.user={os.getuid()}"}

    def mine(things: list) -> list:
        return [thing for thing in things if str(tmp_path) in str(thing.attrs)]

    assert not list((state_folder() / "endpoints" / "docker").glob("*"))

    deadline = time.monotonic() + 20
    while True:
        left = mine(engine.containers.list(all=True, filters=of_the_test, ignore_removed=True))
        left += mine(engine.networks.list(filters=of_the_test))
        if not left:
            break
        assert time.monotonic() < deadline, [thing.name for thing in left]
        time.sleep(0.2)
    foreign = [path for path in tmp_path.rglob("*") if path.lstat().st_uid != os.getuid()]
    assert not foreign


@pytest.fixture
def acting(contract_image, tmp_path, write) -> Callable[..., TensorFlow]:
    """`acting("fail")` makes an estimator whose container does that; `fit` it."""

    def make(act: str, **arguments: object) -> TensorFlow:
        return TensorFlow(
            **{
                "entry_point": write("script.py", "def model_fn(): pass\n"),
                "backend": "docker",
                "image_name": contract_image,
                "environment": {"ACT": act},
                "output_path": tmp_path / "out",
                **arguments,
            }
        )

    return make


@pytest.fixture
def job(runtime_image, tmp_path):
    """`job(script, …)` makes an estimator for a job in containers; `fit` it."""

    def make(script: Path, **arguments: object) -> TensorFlow:
        where = {"backend": "docker", "image_name": runtime_image, "output_path": tmp_path / "out"}
        return TensorFlow(**{"entry_point": script, "evaluation_steps": None, **where, **arguments})

    return make


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test that needs smtf's image waits until it is built, which is minutes of pip's."""
    for item in items:
        if "runtime_image" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(900))
