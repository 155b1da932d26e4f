"""Endpoints that really answer: the model's archive and its handlers from S3, served by `smtf serve`, which stands in for
the servers of SageMaker's images. Models and configurations stay moto's."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from servers.aws import ACCOUNT, Answer, Aws, Call, Refusal

_START_SECONDS = 300.0


class Endpoints:
    """Takes over the operations on endpoints of an :class:`Aws`.

    Args:
        aws: the services.
    """

    def __init__(self, aws: Aws) -> None:
        self._servers: dict[str, _Server] = {}
        aws.script("CreateEndpoint", self._create)
        aws.script("DescribeEndpoint", self._describe)
        aws.script("ListEndpoints", self._list)
        aws.script("DeleteEndpoint", self._delete)
        aws.script("InvokeEndpoint", self._invoke)

    def close(self) -> None:
        """End what runs."""
        for server in list(self._servers.values()):
            server.close()

    def _create(self, request: dict[str, Any]) -> Any:
        name = request["EndpointName"]
        if name in self._servers:
            return Refusal("ValidationException", f'Cannot create already existing endpoint "{name}".')
        self._servers[name] = _Server(request)
        return {"EndpointArn": self._servers[name].described()["EndpointArn"]}

    def _describe(self, request: dict[str, Any]) -> Any:
        server = self._servers.get(request["EndpointName"])
        missing = Refusal("ValidationException", f'Could not find endpoint "{request["EndpointName"]}".')
        return missing if server is None else server.described()

    def _list(self, _: dict[str, Any]) -> Any:
        return {"Endpoints": [server.described() for server in self._servers.values()]}

    def _delete(self, request: dict[str, Any]) -> Any:
        self._servers.pop(request["EndpointName"]).close()
        return {}

    def _invoke(self, call: Call) -> Any:
        server = self._servers.get(call.params["EndpointName"])
        if server is None:
            return Refusal("ValidationError", f"Endpoint {call.params['EndpointName']} not found.")
        return server.ask(call)


class _Server:
    """One endpoint."""

    def __init__(self, request: dict[str, Any]) -> None:
        self._request = request
        self._status, self._reason = "Creating", ""
        self._created = time.time()
        self._folder = tempfile.TemporaryDirectory(prefix="smtf-emulator-")
        self._process: subprocess.Popen[bytes] | None = None
        self._address = ""
        self._thread = threading.Thread(target=self._start, daemon=True)
        self._thread.start()

    def described(self) -> dict[str, Any]:
        name = self._request["EndpointName"]
        return {
            "EndpointName": name,
            "EndpointArn": f"arn:aws:sagemaker:us-west-2:{ACCOUNT}:endpoint/{name}",
            "EndpointConfigName": self._request["EndpointConfigName"],
            "EndpointStatus": self._status,
            "CreationTime": self._created,
            "LastModifiedTime": self._created,
            **({"FailureReason": self._reason} if self._reason else {}),
        }

    def ask(self, call: Call) -> Answer:
        place = urlsplit(self._address)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        named = {
            "content-type": call.params.get("ContentType"),
            "accept": call.params.get("Accept"),
            "x-amzn-sagemaker-custom-attributes": call.params.get("CustomAttributes"),
        }
        connection.request("POST", "/invocations", call.body, {key: value for key, value in named.items() if value})
        reply = connection.getresponse()
        return Answer(reply.read(), reply.getheader("content-type", ""), reply.status)

    def close(self) -> None:
        self._thread.join()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def _start(self) -> None:
        try:
            self._serve(Path(self._folder.name))
            self._status = "InService"
        except Exception as error:  # noqa: BLE001 - whatever it is, the endpoint says it
            self._status, self._reason = "Failed", repr(error)

    def _serve(self, folder: Path) -> None:
        client = boto3.client("sagemaker")
        config = client.describe_endpoint_config(EndpointConfigName=self._request["EndpointConfigName"])
        model = client.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])["PrimaryContainer"]
        variables = model["Environment"]
        fetch(model["ModelDataUrl"], folder / "model")
        options = ["--adapter", "tfs"]
        if program := variables.get("SAGEMAKER_PROGRAM"):
            fetch(variables["SAGEMAKER_SUBMIT_DIRECTORY"], folder / "code")
            options = ["--adapter", "python", "--entry-point", str(folder / "code" / program)]
        file = folder / "address"
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(
                        sys.executable,
                        "-c",
                        "from smtf_core.cli import main; main()",
                        "serve",
                        str(folder / "model"),
                        *options,
                    ),
                    *("--port", "0", "--address-file", str(file)),
                ],
                env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2", **variables},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not file.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text()[-500:])
            time.sleep(0.05)
        self._address = file.read_text()


def fetch(uri: str, folder: Path) -> None:
    """Unpack an archive on S3."""
    place, archive = urlsplit(uri), folder.with_suffix(".tar.gz")
    boto3.client("s3").download_file(place.netloc, place.path.lstrip("/"), str(archive))
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
