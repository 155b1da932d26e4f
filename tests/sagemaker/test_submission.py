"""What is checked, uploaded and requested; what the services may answer; what no recording shows."""

import gzip
import io
import json
import tarfile
import traceback

import boto3
import pytest
from servers.aws import Refusal

from smtf_backends.sagemaker import archive, services
from smtf_backends.sagemaker.images import image_of
from smtf_core import TensorFlow
from smtf_core.errors import BackendUnavailableError, InvalidInputError, SmtfError, StorageError, UnknownNameError
from smtf_core.models import FrameworkVersion, Job, Resources

SCRIPT = "def model_fn(features, labels, mode, params):\n    return None\n"
ROLE = "arn:aws:iam::123456789012:role/SM"


@pytest.fixture
def project(write, monkeypatch, tmp_path):
    write("src/train.py", SCRIPT)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "src"


def estimator(**arguments):
    given = {"entry_point": "train.py", "source_dir": "src", "role": ROLE, "train_instance_type": "ml.c5.xlarge"}
    return TensorFlow(**{**given, **arguments})


def submit(fit=None, **arguments):
    estimator(**arguments).fit(fit, wait=False, job_name="job")


def names_in(call):
    with tarfile.open(fileobj=io.BytesIO(call.body)) as packed:
        return packed.getnames()


def test_the_same_code_makes_the_same_bytes(aws, project):
    (project / ".smtfignore").write_text("*.csv\ndata/\n!keep.csv\n")
    for name in ("big.csv", "keep.csv", "data/x", "__pycache__/train.cpython-311.pyc", "pkg/__init__.py"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("x")
    submit()
    (project / "train.py").touch()
    submit()
    first, second = (call for call in aws.calls if call.operation == "PutObject")
    assert first.body == second.body
    assert names_in(first) == [".smtfignore", "keep.csv", "pkg", "pkg/__init__.py", "train.py"]
    gzip.decompress(first.body)


def test_too_much_code_asks_to_be_a_channel(aws, project, monkeypatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    (project / "weights.bin").write_bytes(b"x" * 2000)
    with pytest.raises(InvalidInputError, match=r"largest files are weights\.bin.*channel of fit.*\.smtfignore"):
        submit()
    assert aws.calls == []


def test_local_channels_are_uploaded(aws, project, tmp_path):
    boto3.client("s3").create_bucket(Bucket="out", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    aws.forget()
    for name in ("a.csv", "deep/b.csv"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_text(name)
    submit({"training": "data", "eval": "s3://my-bucket/eval"}, output_path="s3://out/p", code_location="s3://out/code")
    puts = [call.path for call in aws.calls if call.operation == "PutObject"]
    assert puts == [
        "/out/p/job/input/training/a.csv",
        "/out/p/job/input/training/deep/b.csv",
        "/out/code/job/source/sourcedir.tar.gz",
    ]
    channels = aws.only("CreateTrainingJob").params["InputDataConfig"]
    assert [channel["DataSource"]["S3DataSource"]["S3Uri"] for channel in channels] == [
        "s3://out/p/job/input/training",
        "s3://my-bucket/eval",
    ]
    # Nobody asked who we are, nor for the default bucket.
    assert {call.service for call in aws.calls} == {"s3", "sagemaker"}
    assert not [call for call in aws.calls if call.operation.endswith("Bucket")]


def test_the_default_bucket_is_not_made_twice(aws, project):
    submit()
    submit()
    assert aws.operations().count("CreateBucket") == 1


def test_what_the_sdk_learnt_later(aws, project):
    submit(
        train_use_spot_instances=True,
        train_max_run=3600,
        train_max_wait=7200,
        checkpoint_s3_uri="s3://ck/spot",
        checkpoint_local_path="/opt/ml/ck",
        enable_network_isolation=True,
        environment={"LANG": "C"},
        output_kms_key="k1",
        train_volume_kms_key="k2",
    )
    request = aws.only("CreateTrainingJob").params
    assert request["EnableManagedSpotTraining"] is True
    assert request["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}
    assert request["CheckpointConfig"] == {"S3Uri": "s3://ck/spot", "LocalPath": "/opt/ml/ck"}
    assert request["EnableNetworkIsolation"] is True
    assert request["Environment"] == {"LANG": "C"}
    assert request["OutputDataConfig"]["KmsKeyId"] == "k1"
    assert request["ResourceConfig"]["VolumeKmsKeyId"] == "k2"


@pytest.mark.parametrize(
    ("arguments", "fit", "message"),
    [
        ({"role": None}, None, "role is missing"),
        ({"output_path": "results"}, None, r"output_path .*s3://bucket/prefix"),
        ({"checkpoint_path": "ckpt"}, None, "checkpoint_path .*s3://bucket/prefix"),
        ({"framework_version": "1.10.1", "runtime": "container"}, None, r"no legacy image of TensorFlow 1\.10\.1"),
        ({"runtime": "own"}, None, "runtime must be"),
        ({"train_use_spot_instances": True}, None, "needs train_max_wait"),
        ({"train_max_wait": 10}, None, "for spot instances only"),
        ({"train_volume_size": 0}, None, "1 GiB or more"),
        ({"hyperparameters": {"x": "y" * 3000}}, None, "3002 characters long"),
        ({"source_dir": "s3://b/code.tar.gz", "framework_version": "2.16"}, None, "cannot come along"),
        ({"source_dir": "s3://b/code.tar.gz", "dependencies": ["src"]}, None, "dependencies cannot be added"),
        ({}, "no-such-folder", "no files"),
        ({}, "gs://bucket/data", "cannot read"),
        ({"input_mode": "Carrier"}, "s3://b/x", "no input mode"),
    ],
)
def test_mistakes_are_told_before_anybody_is_asked(aws, project, arguments, fit, message):
    with pytest.raises(InvalidInputError, match=message):
        submit(fit, **arguments)
    assert aws.calls == []


@pytest.mark.parametrize(
    ("operation", "refusal", "error", "message"),
    [
        (
            "CreateTrainingJob",
            Refusal("AccessDeniedException", "no"),
            BackendUnavailableError,
            "Allow sagemaker:CreateTrainingJob on training job job",
        ),
        (
            "CreateTrainingJob",
            Refusal("ResourceLimitExceeded", "limit of 0 Instances"),
            BackendUnavailableError,
            "limit of 0 Instances",
        ),
        ("CreateTrainingJob", Refusal("ValidationException", "bad thing"), InvalidInputError, "bad thing"),
        (
            "PutObject",
            Refusal("AccessDenied", status=403),
            StorageError,
            r"Allow s3:PutObject.*|access denied.*s3:PutObject",
        ),
        ("GetCallerIdentity", Refusal("ExpiredToken", status=403), BackendUnavailableError, "expired; renew"),
        ("CreateBucket", Refusal("AccessDenied", status=403), StorageError, "s3:CreateBucket"),
    ],
)
def test_what_services_refuse_is_told_with_the_remedy(aws, project, operation, refusal, error, message):
    aws.script(operation, refusal)
    with pytest.raises(error, match=message):
        submit()


def test_a_missing_role_is_named(aws, project):
    with pytest.raises(UnknownNameError, match="iam:GetRole on role Nobody"):
        submit(role="Nobody")


def test_secrets_are_not_told(aws, project, caplog):
    signed = "The request signature we calculated ... x-amz-security-token:secret-of-the-test"
    aws.script("CreateTrainingJob", Refusal("SignatureDoesNotMatch", signed, 403))
    password = "".join(("hun", "ter2"))  # not as it stands in the traceback
    with pytest.raises(SmtfError) as raised:
        submit(hyperparameters={"password": password})
    told = "".join(traceback.format_exception(raised.value)) + caplog.text
    assert "AWS does not know these credentials" in told
    assert "secret-of-the-test" not in told
    assert password not in told


def test_without_a_region(aws, project, monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(BackendUnavailableError, match="AWS_REGION"):
        submit()


@pytest.mark.parametrize(
    ("region", "version", "instance", "image"),
    [
        (
            "us-east-1",
            "1.4",
            "ml.p2.xlarge",
            "520713654638.dkr.ecr.us-east-1.amazonaws.com/sagemaker-tensorflow:1.4.1-gpu-py2",
        ),
        (
            "cn-northwest-1",
            "1.12",
            "ml.m5.large",
            "423003514399.dkr.ecr.cn-northwest-1.amazonaws.com.cn/sagemaker-tensorflow:1.12.0-cpu-py2",
        ),
        (
            "us-iso-east-1",
            "1.11",
            "ml.m5.large",
            "744548109606.dkr.ecr.us-iso-east-1.c2s.ic.gov/sagemaker-tensorflow:1.11.0-cpu-py2",
        ),
        (
            "eu-west-1",
            "1.15",
            "ml.m5.large",
            "763104351884.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-training:2.19.0-cpu-py312",
        ),
        (
            "us-gov-west-1",
            "2.16",
            "ml.g5.xlarge",
            "442386744353.dkr.ecr.us-gov-west-1.amazonaws.com/tensorflow-training:2.16.2-gpu-py310",
        ),
        (
            "me-south-1",
            "2.x",
            "ml.m5.large",
            "217643126080.dkr.ecr.me-south-1.amazonaws.com/tensorflow-training:2.19.0-cpu-py312",
        ),
    ],
)
def test_images(region, version, instance, image):
    job = Job(
        name="job",
        backend="sagemaker",
        entry_point="train.py",
        output_path="s3://out/",
        framework_version=FrameworkVersion.parse(version),
        resources=Resources(instance_type=instance),
    )
    assert image_of(job, region) == image


def test_a_script_on_a_current_image_brings_its_runtime(aws, project):
    submit(framework_version="1.11", runtime="smtf", hyperparameters={"lr": 0.1}, training_steps=10)
    request = aws.only("CreateTrainingJob").params
    values = {key: json.loads(text) for key, text in request["HyperParameters"].items()}
    assert values["sagemaker_program"] == "smtf_entry.py"
    assert values["smtf_program"] == "train.py"
    assert values["smtf_framework_version"] == "1.11.0"
    assert "tensorflow-training:2.19.0-cpu-py312" in request["AlgorithmSpecification"]["TrainingImage"]
    names = set(names_in(aws.only("PutObject")))
    assert {
        "train.py",
        "smtf_entry.py",
        "smtf_packages/smtf_core/runtime/__main__.py",
        "smtf_packages/attrs/__init__.py",
    } <= names
    assert any(name.endswith(".dist-info/entry_points.txt") for name in names if "/smtf-" in name)
    assert not [name for name in names if name.endswith(".pyc")]
    (project / "smtf_entry.py").write_text("")
    with pytest.raises(InvalidInputError, match="needs for itself"):
        submit(runtime="smtf")


def test_credentials_that_expire_in_the_middle(aws, project, tmp_path, monkeypatch):
    """Somebody renews them in the file where they are; the requests go on with the new ones."""
    keys = tmp_path / "credentials"

    def write_keys(name):
        keys.write_text(f"[default]\naws_access_key_id = {name}\naws_secret_access_key = x\n")

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
    write_keys("OLDKEY")

    def expired(_):
        write_keys("NEWKEY")
        return Refusal("ExpiredTokenException", "The security token included in the request is expired")

    aws.script("CreateTrainingJob", expired, None)
    submit()
    signed = [call.headers["authorization"] for call in aws.calls if call.operation == "CreateTrainingJob"]
    assert ["OLDKEY" in signed[0], "NEWKEY" in signed[1]] == [True, True]
    assert len(signed) == 2


def test_a_region_that_there_is_not(aws, project, monkeypatch):
    """Its services have no address; so here nobody listens."""
    monkeypatch.setattr(services, "ATTEMPTS", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(BackendUnavailableError, match="Is there such a region, and has it this service"):
        submit()
