"""The uploaded archive of a legacy script, run as AWS's current images run it: by the `sagemaker-training` toolkit."""

import io
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import boto3
import pytest

from smtf_backends.sagemaker.container import KEPT
from smtf_core import TensorFlow

# Without its dependencies: what it shares with TensorFlow comes from this environment.
TOOLKIT = ["sagemaker-training==5.1.4", "inotify_simple==1.2.1", "retrying", "gevent", "greenlet", "zope.event"]
TOOLKIT += ["zope.interface", "paramiko", "pynacl", "bcrypt", "invoke", "psutil"]


@pytest.fixture(scope="session")
def toolkit(tmp_path_factory):
    """A `train` as images have it: an environment with TensorFlow and the toolkit, but without smtf."""
    folder = tmp_path_factory.mktemp("toolkit")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", *TOOLKIT]
    done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"the toolkit cannot be installed (it compiles C): {done.stderr[-500:]}")
    site = next((folder / "lib").glob("python*/site-packages"))
    # As a line of a .pth file, so that this environment's own .pth files, smtf's editable one among them, do not count.
    (site / "images.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return folder / "bin" / "train"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_legacy_script_trains_on_a_current_image(aws, toolkit, examples, data, tmp_path):
    estimator = TensorFlow(
        examples / "iris_estimator" / "iris_dnn.py",
        role="SageMakerRole",
        train_instance_type="ml.c5.xlarge",
        framework_version="1.11",
        runtime="smtf",
        training_steps=50,
        evaluation_steps=None,
        hyperparameters={"note": "a 'quoted' one"},
    )
    estimator.fit("s3://my-bucket/iris", wait=False, job_name="job")
    request = aws.only("CreateTrainingJob").params
    root = tmp_path / "ml"
    (root / "input" / "data").mkdir(parents=True)
    (root / "input" / "data" / "training").symlink_to(data / "iris")
    config = {
        "hyperparameters": request["HyperParameters"],
        # The toolkit waits until every host's name can be resolved.
        "resourceconfig": {"current_host": "localhost", "hosts": ["localhost"], "network_interface_name": "lo"},
        "inputdataconfig": {"training": {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated"}},
    }
    (root / "input" / "config").mkdir()
    for name, content in config.items():
        (root / "input" / "config" / f"{name}.json").write_text(json.dumps(content))
    for folder in ("model", "output/data", "code"):
        (root / folder).mkdir(parents=True)
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(root), "PATH": f"{toolkit.parent}:{os.environ['PATH']}"}
    done = subprocess.run([toolkit], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    (exported,) = (root / "model" / "export" / "Servo").iterdir()
    assert (exported / "saved_model.pb").exists()
    result = json.loads((root / "output" / "data" / KEPT / "result.json").read_text())
    assert result["state"] == "Completed"
    assert result["global_step"] == 50
    keys = [
        found["Key"]
        for found in boto3.client("s3").list_objects_v2(Bucket="sagemaker-us-west-2-123456789012")["Contents"]
    ]
    assert [key for key in keys if key.startswith("job/checkpoints/model.ckpt-50")]
    ended_with(aws, root)
    attached = TensorFlow.attach("job", backend="sagemaker", wait=False)
    assert attached.result.metrics.keys() >= {"accuracy", "loss"}
    assert attached.result.global_step == 50
    assert attached.model_data == "s3://sagemaker-us-west-2-123456789012/job/output/model.tar.gz"


def ended_with(aws, root: Path) -> None:
    """Upload the job's output as SageMaker does, and let it say that the job has completed."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path in sorted((root / "output" / "data").iterdir()):
            archive.add(path, path.name)
    bucket, prefix = "sagemaker-us-west-2-123456789012", "job/output"
    boto3.client("s3").put_object(Bucket=bucket, Key=f"{prefix}/output.tar.gz", Body=packed.getvalue())
    request = aws.only("CreateTrainingJob").params
    answer = {
        **{key: request[key] for key in ("TrainingJobName", "HyperParameters", "AlgorithmSpecification", "RoleArn")},
        **{key: request[key] for key in ("OutputDataConfig", "ResourceConfig", "StoppingCondition")},
        "TrainingJobArn": "arn:aws:sagemaker:us-west-2:123456789012:training-job/job",
        "TrainingJobStatus": "Completed",
        "ModelArtifacts": {"S3ModelArtifacts": f"s3://{bucket}/{prefix}/model.tar.gz"},
    }
    aws.script("DescribeTrainingJob", answer)
