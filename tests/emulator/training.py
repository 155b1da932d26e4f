"""Training jobs that really run: CreateTrainingJob as botocore sends it, hosts with their trees, channels from S3 as
files or pipes, logs in CloudWatch, `model.tar.gz` on S3.

The image of a request is not pulled: hosts run this environment's packages, and script mode by `script_mode.py`. They
share this machine, which is told to smtf as backend `process` tells it.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import socket
import tarfile
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from servers.aws import ACCOUNT, Aws, Refusal

from emulator.hosts import Containers, Host, Processes
from smtf_core.models import Channel
from smtf_core.models.cluster import Network
from smtf_core.models.converter import to_data
from smtf_core.runtime.channels.feed.mode import PipeMode
from smtf_core.sources import files_of, share

GROUP = "/aws/sagemaker/TrainingJobs"


class Emulator:
    """Takes over the operations on training jobs of an :class:`Aws`; S3 and CloudWatch stay moto's.

    Args:
        aws: the services.
        hosts: starts hosts.
    """

    def __init__(self, aws: Aws, hosts: Processes | Containers) -> None:
        self._aws = aws
        self._hosts = hosts
        self._jobs: dict[str, dict[str, Any]] = {}
        self._running: dict[str, list[Host]] = {}
        self._threads: list[threading.Thread] = []
        aws.script("CreateTrainingJob", self._create)
        aws.script("DescribeTrainingJob", self._describe)
        aws.script("ListTrainingJobs", self._list)
        aws.script("StopTrainingJob", self._stop)

    def close(self) -> None:
        """End what runs."""
        for hosts in list(self._running.values()):
            for host in hosts:
                host.kill()
        for thread in self._threads:
            thread.join()

    def _create(self, request: dict[str, Any]) -> Any:
        name = request["TrainingJobName"]
        if name in self._jobs:
            return Refusal("ResourceInUse", f"Job {name} already exists")
        arn = f"arn:aws:sagemaker:us-west-2:{ACCOUNT}:training-job/{name}"
        job = {
            **request,
            "TrainingJobArn": arn,
            "TrainingJobStatus": "InProgress",
            "CreationTime": time.time(),
            "SecondaryStatusTransitions": [],
        }
        self._jobs[name] = job
        self._threads.append(threading.Thread(target=self._run, args=(job,), daemon=True))
        self._threads[-1].start()
        return {"TrainingJobArn": arn}

    def _describe(self, request: dict[str, Any]) -> Any:
        job = self._jobs.get(request["TrainingJobName"])
        return Refusal("ValidationException", "Requested resource not found.") if job is None else dict(job)

    def _list(self, request: dict[str, Any]) -> Any:
        names = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")
        newest = sorted(self._jobs.values(), key=lambda job: -job["CreationTime"])[: request.get("MaxResults", 100)]
        return {"TrainingJobSummaries": [{name: job[name] for name in names} for job in newest]}

    def _stop(self, request: dict[str, Any]) -> Any:
        job = self._jobs[request["TrainingJobName"]]
        if job["TrainingJobStatus"] == "InProgress":
            job["TrainingJobStatus"] = "Stopping"
            for host in self._running.get(job["TrainingJobName"], ()):
                host.end()
        return {}

    def _run(self, job: dict[str, Any]) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="smtf-emulator-") as folder:
                self._train(job, Path(folder))
        except Exception as error:  # noqa: BLE001 - whatever it is, the job says it
            self._end(job, "Failed", f"InternalServerError: {error!r}")

    def _train(self, job: dict[str, Any], folder: Path) -> None:
        names = tuple(f"algo-{number + 1}" for number in range(job["ResourceConfig"]["InstanceCount"]))
        self._step(job, "Downloading", "Downloading input data")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            control_port = free.getsockname()[1]
        network = Network(addresses=dict.fromkeys(names, "127.0.0.1"), free_ports=True, control_port=control_port)
        for name in names:
            write_tree(job, folder / name, name, names, network)
        self._step(job, "Training", "Training image download completed. Training in progress.")
        job["TrainingStartTime"] = time.time()
        with contextlib.ExitStack() as feeds:
            for name in names:
                feed_pipes(job, folder / name, name, names, feeds)
            codes = self._run_hosts(job, {name: folder / name for name in names})
        self._step(job, "Uploading", "Uploading generated training model")
        prefix = f"{job['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{job['TrainingJobName']}/output"
        upload([folder / name / "output" / "data" for name in names], f"{prefix}/output.tar.gz")
        upload([folder / name / "model" for name in names], f"{prefix}/model.tar.gz")
        job["TrainingEndTime"] = time.time()
        job["ModelArtifacts"] = {"S3ModelArtifacts": f"{prefix}/model.tar.gz"}
        failed = [name for name, code in codes.items() if code]
        if job["TrainingJobStatus"] == "Stopping":
            self._end(job, "Stopped", None)
        elif not failed:
            self._end(job, "Completed", None)
        else:
            failure = folder / failed[0] / "output" / "failure"
            said = failure.read_text() if failure.exists() else f"exit status {codes[failed[0]]}"
            self._end(job, "Failed", f"AlgorithmError: {said}")

    def _run_hosts(self, job: dict[str, Any], roots: dict[str, Path]) -> dict[str, int]:
        """Run all hosts; their exit statuses."""
        name = job["TrainingJobName"]
        environment = {
            "PYTHONUNBUFFERED": "1",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "AWS_ENDPOINT_URL": self._aws.url,
            "AWS_REGION": "us-west-2",
            "AWS_DEFAULT_REGION": "us-west-2",
            "AWS_ACCESS_KEY_ID": "of-the-role",
            "AWS_SECRET_ACCESS_KEY": "of-the-role",
            "TRAINING_JOB_NAME": name,
            **job.get("Environment", {}),
        }
        hosts = {host: self._hosts.start(root, environment) for host, root in roots.items()}
        self._running[name] = list(hosts.values())
        logs = [threading.Thread(target=log, args=(name, host, running)) for host, running in hosts.items()]
        for thread in logs:
            thread.start()
        try:
            return {host: running.wait() for host, running in hosts.items()}
        finally:
            for thread in logs:
                thread.join()
            del self._running[name]

    @staticmethod
    def _step(job: dict[str, Any], status: str, message: str) -> None:
        step = {"Status": status, "StatusMessage": message, "StartTime": time.time()}
        job["SecondaryStatusTransitions"].append(step)
        job["SecondaryStatus"] = status

    def _end(self, job: dict[str, Any], status: str, reason: str | None) -> None:
        self._step(job, status, f"Training job {status.lower()}")
        if reason is not None:
            job["FailureReason"] = reason[:1024]
        job["TrainingJobStatus"] = status


def channels_of(job: dict[str, Any]) -> list[Channel]:
    """The channels of a request."""
    channels = []
    for told in job.get("InputDataConfig", ()):
        source = told["DataSource"]["S3DataSource"]
        wrapping = told.get("RecordWrapperType")
        channels.append(
            Channel(
                name=told["ChannelName"],
                uri=source["S3Uri"],
                input_mode=told.get("InputMode") or job["AlgorithmSpecification"]["TrainingInputMode"],
                distribution=source["S3DataDistributionType"],
                s3_data_type=source["S3DataType"],
                record_wrapping=None if wrapping == "None" else wrapping,
                shuffle_seed=told.get("ShuffleConfig", {}).get("Seed"),
            )
        )
    return channels


def write_tree(job: dict[str, Any], root: Path, host: str, hosts: tuple[str, ...], network: Network) -> None:
    """The tree of a host: its configuration, and its files from S3."""
    for folder in ("input/config", "input/data", "model", "output/data", "code"):
        (root / folder).mkdir(parents=True)
    described = {}
    for channel in channels_of(job):
        described[channel.name] = {
            "TrainingInputMode": channel.input_mode,
            "S3DistributionType": channel.distribution,
            "RecordWrapperType": channel.record_wrapping or "None",
        }
        if channel.input_mode == "File":
            for file in share(files_of(channel), channel, host, hosts):
                path = root / "input" / "data" / channel.name / file.name
                path.parent.mkdir(parents=True, exist_ok=True)
                with file.open() as source, path.open("wb") as target:
                    shutil.copyfileobj(source, target)
    resources = {"current_host": host, "hosts": list(hosts), "network_interface_name": "lo"}
    config = {
        "hyperparameters": job["HyperParameters"],
        "resourceconfig": {**resources, "smtf_network": to_data(network)},
        "inputdataconfig": described,
    }
    for name, content in config.items():
        (root / "input" / "config" / f"{name}.json").write_text(json.dumps(content))


def feed_pipes(job: dict[str, Any], root: Path, host: str, hosts: tuple[str, ...], feeds: contextlib.ExitStack) -> None:
    """Feed the host's pipes until `feeds` ends."""
    for channel in channels_of(job):
        if channel.input_mode == "Pipe":
            feeds.enter_context(PipeMode().feed(channel, root / "input" / "data", host, hosts))


def upload(folders: list[Path], uri: str) -> None:
    """What is in the hosts' folders, as one tar.gz on S3."""
    packed, there = io.BytesIO(), set()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder).as_posix()
                if name not in there:
                    there.add(name)
                    archive.add(path, name, recursive=False)
    place = urlsplit(uri)
    boto3.client("s3").put_object(Bucket=place.netloc, Key=place.path.lstrip("/"), Body=packed.getvalue())


def log(job_name: str, host: str, running: Host) -> None:
    """A host's output, in CloudWatch."""
    client, stream = boto3.client("logs"), f"{job_name}/{host}-{int(time.time())}"
    with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName=GROUP)
    client.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    rest = b""
    for chunk in running.output():
        *lines, rest = (rest + chunk).split(b"\n")
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line.decode(errors="replace")} for line in lines if line.strip()]
        if events:
            client.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)
