"""AWS over HTTP: moto's server for S3, STS, IAM, SageMaker and CloudWatch Logs, with a note of every request.

A test can let the next requests of an operation be answered otherwise: with errors, or with a job's life as SageMaker
tells it, which moto does not play.
"""

from __future__ import annotations

import io
import json
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

import attrs
import pytest

ACCOUNT = "123456789012"


@attrs.frozen
class Call:
    """A request: `params` are those of JSON services; S3 has `path` and `body`."""

    service: str
    operation: str
    params: dict[str, Any]
    path: str
    body: bytes
    headers: dict[str, str]


@attrs.frozen
class Refusal:
    """An answer that is an error."""

    code: str
    message: str = "as the test wants it"
    status: int = 400


@attrs.frozen
class Answer:
    """What a model's container answers, as SageMaker passes it on; with an error's status, as the error that it makes
    of it."""

    body: bytes
    content_type: str = "application/json"
    status: int = 200


class Aws:
    """The services. `calls` is what they were asked; `script` gives answers to the next requests of an operation."""

    def __init__(self) -> None:
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import make_server

        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._scripted: dict[str, list[Any]] = defaultdict(list)
        self._lock = threading.Lock()
        self.calls: list[Call] = []
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @cached_property
    def iam(self) -> Any:
        """A client for the tests' own use; making one takes longer than most tests."""
        import boto3

        return boto3.session.Session("test", "secret-of-the-test", region_name="us-west-2").client(
            "iam", endpoint_url=self.url
        )

    def script(self, operation: str, *answers: Any) -> None:
        """Answers for the next requests; a JSON object, a :class:`Refusal`, or a function of the parameters. The last
        one stays."""
        with self._lock:
            self._scripted[operation] = list(answers)

    def operations(self) -> list[str]:
        return [call.operation for call in self.calls]

    def only(self, operation: str) -> Call:
        """The only request of that operation."""
        (call,) = (call for call in self.calls if call.operation == operation)
        return call

    def forget(self) -> None:
        """Forget what was asked and scripted."""
        with self._lock:
            self.calls.clear()
            self._scripted.clear()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        call = _read(environ, body)
        with self._lock:
            self.calls.append(call)
            answers = self._scripted.get(call.operation)
            answer = None if not answers else answers.pop(0) if len(answers) > 1 else answers[0]
        if callable(answer):
            answer = answer(call) if call.operation == "InvokeEndpoint" else answer(call.params)
        if answer is None:
            return self._moto(environ, start_response)
        return _send(call, answer, start_response)


def _read(environ: dict[str, Any], body: bytes) -> Call:
    credential = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    service = credential[1] if credential else ""
    headers = {key[5:].lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
    params: dict[str, Any] = {}
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        operation, params = target.rpartition(".")[2], json.loads(body or b"{}")
    elif service in ("sts", "iam"):
        params = {key: value[0] for key, value in parse_qs(body.decode()).items()}
        operation = params.pop("Action", "")
    elif match := re.fullmatch(r"/endpoints/([^/]+)/invocations", environ["PATH_INFO"]):
        operation, params = "InvokeEndpoint", {"EndpointName": match[1], **_invocation(environ)}
    else:
        operation = _s3_operation(environ)
    return Call(service, operation, params, environ["PATH_INFO"], body, headers)


def _invocation(environ: dict[str, Any]) -> dict[str, Any]:
    named = {
        "ContentType": environ.get("CONTENT_TYPE"),
        "Accept": environ.get("HTTP_ACCEPT"),
        "CustomAttributes": environ.get("HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES"),
    }
    return {name: value for name, value in named.items() if value}


def _s3_operation(environ: dict[str, Any]) -> str:
    on_bucket = len(environ["PATH_INFO"].strip("/").split("/")) == 1
    method = environ["REQUEST_METHOD"]
    kind = "Bucket" if on_bucket else "Object"
    return {"PUT": "Create" if on_bucket else "Put", "HEAD": "Head", "GET": "Get", "POST": "Post"}.get(
        method, ""
    ) + kind


def _send(call: Call, answer: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    status, kind = "200 OK", "application/x-amz-json-1.1"
    if isinstance(answer, Answer):
        if answer.status >= 400:
            error = {
                "OriginalStatusCode": answer.status,
                "OriginalMessage": answer.body.decode(),
                "Message": f"Received server error ({answer.status}) from model",
            }
            data = json.dumps(error).encode()
            kind = "application/json"
            headers = [("x-amzn-ErrorType", "ModelError"), ("Content-Type", kind), ("Content-Length", str(len(data)))]
            start_response("424 Failed Dependency", headers)
            return [data]
        start_response(status, [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))])
        return [answer.body]
    if isinstance(answer, Refusal):
        status = f"{answer.status} refused"
        if call.params or call.service not in ("s3", "sts", "iam"):
            content: Any = {"__type": answer.code, "message": answer.message}
        if call.service in ("s3", "sts", "iam"):
            kind = "text/xml"
            inner = f"<Error><Code>{answer.code}</Code><Message>{answer.message}</Message></Error>"
            content = inner if call.service == "s3" else f"<ErrorResponse>{inner}</ErrorResponse>"
    else:
        content = answer
    data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(data)))])
    return [data]


@pytest.fixture(scope="session")
def aws_server() -> Iterator[Aws]:
    aws = Aws()
    yield aws
    aws.close()


def talking_to(aws: Aws, patch: pytest.MonkeyPatch) -> None:
    """Let everybody in this process, and in those that it starts, talk to these services."""
    names = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_REGION")
    for name in (*names, "AWS_ENDPOINT_URL_S3"):
        patch.delenv(name, raising=False)
    patch.setenv("AWS_ACCESS_KEY_ID", "test")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-test")
    patch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    patch.setenv("AWS_ENDPOINT_URL", aws.url)
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def aws(aws_server: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """AWS, empty but for role SageMakerRole; everybody in this process talks to it."""
    talking_to(aws_server, monkeypatch)
    import urllib.request

    urllib.request.urlopen(urllib.request.Request(f"{aws_server.url}/moto-api/reset", method="POST")).close()
    aws_server.iam.create_role(RoleName="SageMakerRole", AssumeRolePolicyDocument="{}")
    aws_server.forget()
    yield aws_server
    aws_server.forget()
