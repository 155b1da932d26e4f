"""A real server that speaks S3's protocol (moto's), over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The server's URL."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_endpoint(
    s3_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], None]:
    """`s3_endpoint(url)`: everybody talks to that server from now on; to begin with, to the real one."""

    def use(url: str) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", url)

    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("SMTF_CACHE", str(tmp_path_factory.mktemp("cache")))
    use(s3_server)
    return use


@pytest.fixture(scope="session")
def _client(s3_server: str) -> Any:
    import boto3

    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    return boto3.client("s3", endpoint_url=s3_server, **keys)


@pytest.fixture
def bucket(_client: Any, s3_endpoint: object) -> str:
    """A new bucket's name."""
    name = f"bucket-{next(_numbers)}"
    _client.create_bucket(Bucket=name)
    return name
