"""Where jobs and endpoints of the emulator run."""

import pytest


@pytest.fixture(scope="session")
def containers():
    """Hosts as containers; without an engine, or an image to run, the tests are skipped."""
    docker = pytest.importorskip("docker")
    from emulator.hosts import IMAGE, Containers

    try:
        engine = docker.from_env()
        engine.images.get(IMAGE)
    except docker.errors.ImageNotFound:
        try:
            engine.images.pull(IMAGE)
        except docker.errors.APIError as error:
            pytest.skip(f"there is no image {IMAGE}, and it cannot be pulled: {error}")
    except docker.errors.DockerException as error:
        pytest.skip(f"no Docker engine: {error}")
    return Containers(engine)


@pytest.fixture(
    params=[
        pytest.param("processes", marks=[pytest.mark.slow, pytest.mark.tensorflow]),
        pytest.param("containers", marks=[pytest.mark.docker, pytest.mark.slow, pytest.mark.tensorflow]),
    ]
)
def emulator(aws, request):
    """Training jobs and endpoints run, in processes or in containers; endpoints in processes always."""
    from emulator.hosting import Endpoints
    from emulator.hosts import Processes
    from emulator.training import Emulator

    hosts = Processes() if request.param == "processes" else request.getfixturevalue("containers")
    training, endpoints = Emulator(aws, hosts), Endpoints(aws)
    yield training
    endpoints.close()
    training.close()
