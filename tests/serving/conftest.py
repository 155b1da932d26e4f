"""Small SavedModels of every kind, and adapters that have loaded them; made once for all tests of this folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from smtf_core.interfaces import Deployment, Request

TENSORFLOW = (
    "test_model",
    "test_rest",
    "test_serving_metrics",
    "test_serving_statuses",
    "test_shortcut",
    "test_invocations",
    "test_handlers",
    "test_reload",
    "test_python",
    "test_deploy",
    "test_process_endpoints",
    "test_grpc",
    "test_ui",
    "test_tfs_binary",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/serving" in str(item.path) and item.path.stem in TENSORFLOW:
            item.add_marker(pytest.mark.tensorflow)
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models: ref, resource, table, control, example, number, two (inputs and outputs), modern, random."""
    import saved_models

    folder = tmp_path_factory.mktemp("models")
    saved_models.write_all(folder)
    return folder


@pytest.fixture(scope="session")
def server(models: Path) -> Any:
    from smtf_serving.adapters.tfs.adapter import TfsAdapter

    loaded = TfsAdapter().load(Deployment(path=str(models), labels={"ref": {"stable": 1}}))
    yield loaded
    loaded.close()


@pytest.fixture
def ask(server: Any) -> Any:
    """`ask(path, body, method="POST", **request)` gives status and parsed body."""

    def ask_server(path: str, body: Any = b"", method: str = "POST", on: Any = None, **request: Any) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        reply = (on or server).invoke(Request(method=method, path=path, body=raw, **request))
        return reply.status, json.loads(reply.body)

    return ask_server
