"""What a server is told on the command line and by the container's variables."""

import pytest

from smtf_core.errors import InvalidInputError
from smtf_serving.http.settings import HttpSettings


@pytest.mark.parametrize(
    ("environment", "given", "message"),
    [
        ({"SAGEMAKER_BIND_TO_PORT": "x"}, {}, "SAGEMAKER_BIND_TO_PORT must be a number"),
        ({}, {"port": -1}, "port"),
        ({}, {"batching": "maybe"}, "batching"),
        ({}, {"timeout": 0.0}, "timeout"),
    ],
)
def test_settings_that_cannot_be(environment, given, message):
    with pytest.raises(InvalidInputError, match=message):
        HttpSettings.make(environment, **given)


def test_settings_from_the_container():
    settings = HttpSettings.make(
        {
            "SAGEMAKER_BIND_TO_PORT": "1",
            "SAGEMAKER_TFS_ENABLE_BATCHING": "true",
            "SAGEMAKER_TFS_BATCH_TIMEOUT_MICROS": "500",
            "SAGEMAKER_TFS_MAX_ENQUEUED_BATCHES": "9",
            "SAGEMAKER_TFS_NUM_BATCH_THREADS": "3",
            "SAGEMAKER_GUNICORN_THREADS": "5",
            "SAGEMAKER_MODEL_SERVER_TIMEOUT": "7",
        },
        port=2,
        timeout=None,
    )
    assert (settings.max_waiting, settings.threads, settings.handler_threads, settings.timeout) == (9, 3, 5, 7.0)
    assert (settings.host, settings.port, settings.batching, settings.batch_timeout) == ("127.0.0.1", 2, "on", 0.0005)
