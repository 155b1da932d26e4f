"""From fit to artifact to attach, on the emulator: the job runs in a container."""

import io
import tarfile

import boto3
import pytest

from smtf_core import TensorFlow
from smtf_core.client.display import Display
from smtf_core.errors import UnexpectedStatusException


@pytest.fixture
def emulator(aws):
    docker = pytest.importorskip("docker")
    try:
        engine = docker.from_env()
        engine.images.get("python:3.11-slim-bookworm")
    except docker.errors.ImageNotFound:
        engine.images.pull("python:3.11-slim-bookworm")
    except docker.errors.DockerException as error:
        pytest.skip(f"no Docker engine: {error}")
    from emulator.training import Emulator

    emulator = Emulator(aws, engine)
    yield emulator
    emulator.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_job_runs_and_is_found_again(aws, emulator, examples, data):
    estimator = TensorFlow(
        examples / "iris_estimator" / "iris_dnn.py",
        role="SageMakerRole",
        train_instance_type="ml.c5.xlarge",
        framework_version="1.11",
        runtime="smtf",
        training_steps=200,
        evaluation_steps=None,
    )
    shown = Display(io.StringIO())
    estimator.fit({"training": str(data / "iris")}, job_name="iris", display=shown)
    text = shown.console.file.getvalue()
    assert "Downloading - Downloading input data" in text
    assert "INFO:tensorflow:Saving checkpoints for 200" in text
    assert "billable seconds" in text
    bucket = "sagemaker-us-west-2-123456789012"
    assert estimator.model_data == f"s3://{bucket}/iris/output/model.tar.gz"
    attached = TensorFlow.attach("iris", backend="sagemaker", wait=False)
    assert attached.result.global_step == 200
    assert attached.result.metrics["accuracy"] > 0.8
    artifact = boto3.client("s3").get_object(Bucket=bucket, Key="iris/output/model.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(artifact)) as archive:
        assert [
            name for name in archive.getnames() if name.startswith("export/Servo/") and name.endswith("saved_model.pb")
        ]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_script_that_fails_says_why(aws, emulator, write):
    script = write(
        "train.py",
        "def model_fn(features, labels, mode, params):\n    raise RuntimeError('flat tyre')\n\n\n"
        "def train_input_fn(training_dir, params):\n    return {}, None\n\n\n"
        "def eval_input_fn(training_dir, params):\n    return {}, None\n",
    )
    estimator = TensorFlow(script, role="SageMakerRole", train_instance_type="ml.c5.xlarge", framework_version="1.15")
    with pytest.raises(UnexpectedStatusException, match="flat tyre"):
        estimator.fit({"training": str(write("data/x", "1").parent)}, job_name="fails", display=Display(io.StringIO()))
