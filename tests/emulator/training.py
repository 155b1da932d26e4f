"""Training jobs that really run: CreateTrainingJob as botocore sends it, a container for the host, data from S3, logs in
CloudWatch, `model.tar.gz` on S3. One host, channels in File mode.

The image of a request is not pulled: jobs run in a plain Python image with the packages of this environment, which so has
TensorFlow but not smtf, and script mode by `script_mode.py`.
"""

from __future__ import annotations

import io
import json
import sysconfig
import tarfile
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from servers.aws import ACCOUNT, Aws, Refusal

IMAGE = "python:3.11-slim-bookworm"
GROUP = "/aws/sagemaker/TrainingJobs"
PACKAGES = "/opt/packages"


class Emulator:
    """Takes over the operations on training jobs of an :class:`Aws`.

    Args:
        aws: the services; S3 and CloudWatch stay moto's.
        engine: a client of the Docker engine.
    """

    def __init__(self, aws: Aws, engine: Any) -> None:
        self._aws = aws
        self._engine = engine
        self._jobs: dict[str, dict[str, Any]] = {}
        self._containers: dict[str, Any] = {}
        self._threads: list[threading.Thread] = []
        aws.script("CreateTrainingJob", self._create)
        aws.script("DescribeTrainingJob", self._describe)
        aws.script("StopTrainingJob", self._stop)

    def close(self) -> None:
        """End what runs."""
        for container in list(self._containers.values()):
            container.kill()
        for thread in self._threads:
            thread.join()

    def _create(self, request: dict[str, Any]) -> Any:
        name = request["TrainingJobName"]
        if name in self._jobs:
            return Refusal("ResourceInUse", f"Job {name} already exists")
        arn = f"arn:aws:sagemaker:us-west-2:{ACCOUNT}:training-job/{name}"
        self._jobs[name] = {
            **request,
            "TrainingJobArn": arn,
            "TrainingJobStatus": "InProgress",
            "CreationTime": time.time(),
        }
        self._jobs[name]["SecondaryStatusTransitions"] = []
        self._threads.append(threading.Thread(target=self._run, args=(self._jobs[name],), daemon=True))
        self._threads[-1].start()
        return {"TrainingJobArn": arn}

    def _describe(self, request: dict[str, Any]) -> Any:
        job = self._jobs.get(request["TrainingJobName"])
        return Refusal("ValidationException", "Requested resource not found.") if job is None else dict(job)

    def _stop(self, request: dict[str, Any]) -> Any:
        job = self._jobs[request["TrainingJobName"]]
        if job["TrainingJobStatus"] == "InProgress":
            job["TrainingJobStatus"] = "Stopping"
            self._containers[job["TrainingJobName"]].kill("SIGTERM")
        return {}

    def _run(self, job: dict[str, Any]) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="smtf-emulator-") as folder:
                self._train(job, Path(folder))
        except Exception as error:  # noqa: BLE001 - whatever it is, the job says it
            self._end(job, "Failed", f"InternalServerError: {error!r}")

    def _train(self, job: dict[str, Any], root: Path) -> None:
        self._step(job, "Downloading", "Downloading input data")
        write_inputs(job, root)
        self._step(job, "Training", "Training image download completed. Training in progress.")
        job["TrainingStartTime"] = time.time()
        code = self._run_container(job, root)
        self._step(job, "Uploading", "Uploading generated training model")
        prefix = f"{job['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{job['TrainingJobName']}/output"
        upload(root / "output" / "data", f"{prefix}/output.tar.gz")
        upload(root / "model", f"{prefix}/model.tar.gz")
        job["TrainingEndTime"] = time.time()
        job["ModelArtifacts"] = {"S3ModelArtifacts": f"{prefix}/model.tar.gz"}
        failure = root / "output" / "failure"
        if job["TrainingJobStatus"] == "Stopping":
            self._end(job, "Stopped", None)
        elif code == 0:
            self._end(job, "Completed", None)
        else:
            said = failure.read_text() if failure.exists() else f"exit status {code}"
            self._end(job, "Failed", f"AlgorithmError: {said}")

    def _run_container(self, job: dict[str, Any], root: Path) -> int:
        here = Path(__file__).parent / "script_mode.py"
        mounts = {str(root): "/opt/ml", sysconfig.get_paths()["purelib"]: PACKAGES, str(here): "/opt/script_mode.py"}
        environment = {
            "PYTHONPATH": PACKAGES,
            "PYTHONUNBUFFERED": "1",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "AWS_ENDPOINT_URL": self._aws.url,
            "AWS_REGION": "us-west-2",
            "AWS_DEFAULT_REGION": "us-west-2",
            "AWS_ACCESS_KEY_ID": "of-the-role",
            "AWS_SECRET_ACCESS_KEY": "of-the-role",
            "TRAINING_JOB_NAME": job["TrainingJobName"],
            **job.get("Environment", {}),
        }
        container = self._engine.containers.run(
            IMAGE,
            ["python", "/opt/script_mode.py"],
            environment=environment,
            volumes=[f"{path}:{inside}" for path, inside in mounts.items()],
            network_mode="host",  # the services listen on this machine's loopback
            extra_hosts={"algo-1": "127.0.0.1"},
            detach=True,
            labels={"smtf.emulator": "true"},
        )
        self._containers[job["TrainingJobName"]] = container
        try:
            log(job["TrainingJobName"], container.logs(stream=True, follow=True))
            return int(container.wait()["StatusCode"])
        finally:
            container.remove(force=True)
            del self._containers[job["TrainingJobName"]]

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


def write_inputs(job: dict[str, Any], root: Path) -> None:
    """The tree of a host: its configuration, and its channels from S3."""
    for folder in ("input/config", "input/data", "model", "output/data", "code"):
        (root / folder).mkdir(parents=True)
    described = {}
    for channel in job.get("InputDataConfig", ()):
        name, place = channel["ChannelName"], urlsplit(channel["DataSource"]["S3DataSource"]["S3Uri"])
        described[name] = {
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
        }
        prefix, client = place.path.lstrip("/"), boto3.client("s3")
        for found in client.list_objects_v2(Bucket=place.netloc, Prefix=prefix).get("Contents", ()):
            path = root / "input" / "data" / name / found["Key"][len(prefix) :].lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            client.download_file(place.netloc, found["Key"], str(path))
    config = {
        "hyperparameters": job["HyperParameters"],
        "resourceconfig": {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "lo"},
        "inputdataconfig": described,
    }
    for name, content in config.items():
        (root / "input" / "config" / f"{name}.json").write_text(json.dumps(content))


def upload(folder: Path, uri: str) -> None:
    """What is in a folder, as a tar.gz on S3."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, path.name)
    place = urlsplit(uri)
    boto3.client("s3").put_object(Bucket=place.netloc, Key=place.path.lstrip("/"), Body=packed.getvalue())


def log(job_name: str, chunks: Any) -> None:
    """A container's output, in CloudWatch."""
    client, stream = boto3.client("logs"), f"{job_name}/algo-1-{int(time.time())}"
    if not client.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]:
        client.create_log_group(logGroupName=GROUP)
    client.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line.decode(errors="replace")} for line in lines if line.strip()]
        if events:
            client.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)
