"""Backend docker keeps the laws of backends, in the image that jobs run in by default."""

import pytest

from smtf_core.testing import BackendConformance

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.tensorflow]


class TestDocker(BackendConformance):
    name = "docker"

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def image(cls, runtime_image):
        """There is one."""
