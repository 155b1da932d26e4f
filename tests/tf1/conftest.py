"""All of these tests need TensorFlow, imported once."""

import pytest


@pytest.fixture(scope="session")
def tf():
    """TensorFlow 1's API on today's TensorFlow."""
    from smtf_core.runtime.tf1.base import tf

    return tf


@pytest.fixture
def graph(tf):
    """A graph of the test's own, with TensorFlow 1's behaviour."""
    from smtf_core.runtime.tf1.behaviour import tensorflow_1_behaviour

    with tensorflow_1_behaviour(), tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture(autouse=True)
def no_cluster(monkeypatch):
    """A job that other tests have left to itself may have set it for this process."""
    monkeypatch.delenv("TF_CONFIG", raising=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/tf1" in str(item.path).replace("\\", "/"):
            item.add_marker(pytest.mark.tensorflow)
