"""A real server that speaks S3's protocol (moto's), over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

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


@pytest.fixture
def bucket(s3_server: str, s3_endpoint: object) -> str:
    """A new bucket's name."""
    import boto3

    name = f"bucket-{next(_numbers)}"
    boto3.client("s3", endpoint_url=s3_server).create_bucket(Bucket=name)
    return name
