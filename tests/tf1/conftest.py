"""All of these tests need TensorFlow, imported once."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/tf1" in str(item.path).replace("\\", "/"):
            item.add_marker(pytest.mark.tensorflow)
