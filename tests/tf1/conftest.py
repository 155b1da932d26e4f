"""All of these tests need TensorFlow, imported once."""

import pytest


@pytest.fixture(autouse=True)
def no_cluster(monkeypatch):
    """A job that other tests have left to itself may have set it for this process."""
    monkeypatch.delenv("TF_CONFIG", raising=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/tf1" in str(item.path).replace("\\", "/"):
            item.add_marker(pytest.mark.tensorflow)
