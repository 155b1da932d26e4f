"""The readers of pipes, each test with the plugin in C and with the reader in Python."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streams import Channel


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/channels" in str(item.path).replace("\\", "/") and "pipe" in item.path.name:
            item.add_marker(pytest.mark.tensorflow)
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture
def channel(tmp_path: Path) -> Channel:
    return Channel(tmp_path / "job")


@pytest.fixture(params=["plugin", "python"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The reader that data sets of this test use."""
    from smtf_core.runtime.channels.pipe import dataset

    if request.param == "python":
        monkeypatch.setattr(dataset, "pipe_operator", lambda: None)
    else:
        assert dataset.pipe_operator() is not None, "smtf was installed without a C compiler: run make setup"
    return str(request.param)


@pytest.fixture
def dataset(reader: str, channel: Channel) -> Callable[..., Any]:
    """`dataset("TFRecord", batch_size=…)` reads the channel."""
    from smtf_core.runtime.channels import PipeModeDataset

    return functools.partial(PipeModeDataset, channel.name, **channel.folders)
