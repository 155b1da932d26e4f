"""From fit to artifact to attach to endpoint, on the emulator: jobs and endpoints really run."""

import io
import tarfile

import boto3
import pytest

from smtf_backends.sagemaker import deploying
from smtf_core import Predictor, TensorFlow
from smtf_core.client.display import Display
from smtf_core.errors import EndpointError, UnexpectedStatusException

pytestmark = pytest.mark.timeout(900)

BUCKET = "sagemaker-us-west-2-123456789012"
ARGUMENTS = {
    "role": "SageMakerRole",
    "train_instance_type": "ml.c5.xlarge",
    "framework_version": "1.11",
    "runtime": "smtf",
    "evaluation_steps": None,
}


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(deploying, "POLL_SECONDS", 0.2)


def test_a_job_runs_is_found_again_and_deployed(aws, emulator, examples, data):
    estimator = TensorFlow(examples / "iris_estimator" / "iris_dnn.py", training_steps=200, **ARGUMENTS)
    shown = Display(io.StringIO())
    estimator.fit({"training": str(data / "iris")}, job_name="iris", display=shown)
    text = shown.console.file.getvalue()
    assert "Downloading - Downloading input data" in text
    assert "INFO:tensorflow:Saving checkpoints for 200" in text
    assert "billable seconds" in text
    assert estimator.model_data == f"s3://{BUCKET}/iris/output/model.tar.gz"
    attached = TensorFlow.attach("iris", backend="sagemaker", wait=False)
    assert attached.result.global_step == 200
    assert attached.result.metrics["accuracy"] > 0.8
    artifact = boto3.client("s3").get_object(Bucket=BUCKET, Key="iris/output/model.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(artifact)) as archive:
        assert [
            name for name in archive.getnames() if name.startswith("export/Servo/") and name.endswith("saved_model.pb")
        ]
    predictor = attached.deploy(1, "ml.c5.xlarge", "tensorflow-serving")
    flowers = [{"inputs": [5.1, 3.5, 1.4, 0.2]}, {"inputs": [6.9, 3.1, 5.4, 2.1]}]
    rows = predictor.predict(flowers)["predictions"]
    assert [max(range(3), key=row["scores"].__getitem__) for row in rows] == [0, 2]
    with pytest.raises(EndpointError, match="400"):
        predictor.predict([{"inputs": [1.0]}])
    assert Predictor("iris").predict(flowers)["predictions"] == rows
    predictor.delete_endpoint()
    here = attached.deploy(1, "inprocess", "tensorflow-serving", "here")
    assert here.predict(flowers)["predictions"] == rows
    here.delete_endpoint()


def test_pipes(aws, emulator, examples, data):
    """The channels reach the script as FIFOs; so they do on two hosts, each with its share."""
    estimator = TensorFlow(
        examples / "digits_pipe" / "digits_pipe.py",
        input_mode="Pipe",
        training_steps=200,
        train_instance_count=2,
        **ARGUMENTS,
    )
    parts = (("training", "train"), ("test", "test"))
    inputs = {part: str(data / "digits" / f"digits_{name}.tfrecord") for part, name in parts}
    shown = Display(io.StringIO())
    estimator.fit(inputs, job_name="digits", display=shown)
    assert aws.only("CreateTrainingJob").params["AlgorithmSpecification"]["TrainingInputMode"] == "Pipe"
    assert 200 <= estimator.result.global_step < 220  # the other host may be in the middle of a step
    assert estimator.result.metrics["accuracy"] > 0.85
    text = shown.console.file.getvalue()
    assert "algo-1" in text
    assert "algo-2" in text


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
