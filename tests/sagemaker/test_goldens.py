"""The requests are those that the SageMaker SDK sent for the same arguments.

`tests/goldens` has recordings as facts: the arguments of calls, and what was requested. With SMTF_GOLDENS set to a
folder of more such recordings, those are walked as well; `python -m pytest -s` prints how many were equal, and which were
left out and why.
"""

import base64
import contextlib
import hashlib
import io
import json
import os
import re
import tarfile
from datetime import datetime, timezone
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from servers.aws import Answer, Refusal

from smtf_backends.sagemaker import backend as backend_module
from smtf_backends.sagemaker import deploying, logs
from smtf_backends.sagemaker.endpoint import SageMakerEndpoint
from smtf_backends.sagemaker.services import Services
from smtf_core import Predictor, ShuffleConfig, TensorFlow, s3_input
from smtf_core.client.display import Display
from smtf_core.errors import EndpointError, SmtfError
from smtf_core.models import FrameworkVersion

HERE = Path(__file__).parent.parent / "goldens"
FOLDERS = [HERE, *([Path(os.environ["SMTF_GOLDENS"])] if os.environ.get("SMTF_GOLDENS") else [])]
STAMP = "2018-10-16-12-34-56-789"

# Why a recording is left out, by what is in it; the first that fits counts.
SERVICES = {"CreateBucket": "s3.", "CreateTrainingJob": "sagemaker."}
REASONS = [
    (lambda golden: golden["case"].startswith("local_") or "__local_" in golden["case"], "local mode: backend docker"),
    (lambda golden: "tensorboard_" in golden["case"], "ran TensorBoard and the AWS command line, no requests"),
    (lambda golden: "call_hyperparameters" in golden, "defect: hyperparameters() failed before fit"),
    (
        lambda golden: golden["case"] == "33_region_cn_north_1",
        "defect: the image's account and domain are not those of China",
    ),
    (lambda golden: "distributions" in golden.get("constructor", {}), "distributions= is of script mode"),
    (
        lambda golden: (
            golden.get("constructor", {}).get("py_version") == "py3"
            and FrameworkVersion.parse(golden["constructor"]["framework_version"]).minor_version >= (1, 12)
        ),
        "script mode: here smtf runs such scripts",
    ),
    (
        lambda golden: golden["case"] == "01_defaults_no_framework_version",
        "the SDK's default version was 1.10 then; ours is the one that it ended with, 1.11",
    ),
    (
        lambda golden: golden["case"] == "v1_72_0__12_legacy_1_12_full",
        "1.72 puts code into the output bucket and adds DebugHookConfig; we do as the seed's version did",
    ),
    (
        lambda golden: golden["case"] == "106_err_output_path_not_s3",
        "defect: a job that cannot write its results is submitted",
    ),
    (lambda golden: golden["case"] == "98_err_file_input_remote_in_dict", "local channels are uploaded here"),
    (
        lambda golden: golden["case"] == "109_empty_channel_dict",
        "no channels in a dict means no channels here, as leaving it out does",
    ),
    (
        lambda golden: golden["case"] == "96_err_input_scheme",
        "what is no URI is a path on this machine, here of a file that is not there",
    ),
    (
        lambda golden: golden["case"] == "v1_18_0__21_err_script_mode_legacy_args",
        "script mode",
    ),
    (lambda golden: golden.get("constructor", {}).get("train_instance_type") == "local", "local mode: backend docker"),
]


def recordings():
    return {
        path.stem: json.loads(path.read_text())
        for folder in FOLDERS
        for path in sorted(folder.glob("*.json"))
        if not path.name.startswith("_")
    }


def reason(golden):
    return next((why for fits, why in REASONS if fits(golden)), None)


GOLDENS = {name: golden for name, golden in recordings().items() if reason(golden) is None}


def test_what_is_left_out_is_told():
    left_out = {name: why for name, golden in recordings().items() if (why := reason(golden)) is not None}
    print(f"\n{len(GOLDENS)} recordings are compared, {len(left_out)} are left out:")
    for name, why in left_out.items():
        print(f"  {name}: {why}")
    assert GOLDENS


def build_project(root: Path) -> None:
    for entry in json.loads((HERE / "_proj_listing.json").read_text()):
        path = root / entry["path"]
        if entry["path"].endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        elif "symlink" in entry:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(entry["symlink"])
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(entry["text"])
            path.chmod(int(entry["mode"], 8))


def restore(value):
    """The SDK's objects that a recording names."""
    if isinstance(value, dict):
        if "__s3_input__" in value:
            return s3_input(**{key: restore(part) for key, part in value["__s3_input__"].items()})
        if "__shuffle__" in value:
            return ShuffleConfig(value["__shuffle__"])
        return {key: restore(part) for key, part in value.items()}
    return value


def members(body: bytes):
    found = set()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        for info in archive:
            kind = "dir" if info.isdir() else "symlink" if info.issym() else "file"
            digest = hashlib.sha256(archive.extractfile(info).read()).hexdigest() if kind == "file" else None
            found.add((info.name, kind, info.linkname or None, None if kind == "symlink" else oct(info.mode), digest))
    return found


def recorded_members(listing):
    return {
        (
            member["name"],
            member["type"],
            member.get("linkname"),
            None if member["type"] == "symlink" else member["mode"],
            member.get("sha256"),
        )
        for member in listing
    }


def recorded(golden, operation):
    return [call["params"] for call in golden["requests"] if call["operation"] == operation]


def normalised(params, name):
    """A request with its job's generated name replaced, and the image's tag in full."""
    text = re.sub(rf"{re.escape(name)}-\d{{4}}(-\d\d){{5}}-\d{{3}}", f"{name}-{STAMP}", json.dumps(params))
    request = json.loads(text)
    request.pop("DebugHookConfig", None)  # 1.72 turned SageMaker Debugger on for everybody
    # The recordings' stub gave the same partition to roles of all regions.
    request["RoleArn"] = re.sub("^arn:aws[-a-z]*:", "arn:aws:", request["RoleArn"])
    algorithm = request["AlgorithmSpecification"]
    image, _, tag = algorithm["TrainingImage"].partition(":")
    version, separator, rest = tag.partition("-")
    if separator and re.fullmatch(r"1\.\d+", version):  # the SDK did not look up the patch
        version = str(FrameworkVersion.parse(version))
    algorithm["TrainingImage"] = f"{image}:{version}{separator}{rest}"
    return request


def set_up(golden, aws, tmp_path, monkeypatch):
    project = tmp_path / "project"
    project.mkdir()
    build_project(project)
    monkeypatch.chdir(project)
    if golden["region"]:
        monkeypatch.setenv("AWS_DEFAULT_REGION", golden["region"])
    make_what_is_there(golden)
    aws.forget()
    for name in ("CreateBucket", "CreateTrainingJob"):
        answers = golden["scripted_aws_responses"].get(SERVICES[name] + name, ())
        if answers:
            aws.script(name, *(Refusal(*answer["__error__"]) for answer in answers))
    if golden["case"].startswith(("37_", "38_")):  # the bucket is being made by somebody else, or is somebody else's
        aws.script("HeadBucket", Refusal("404", status=404))


def make_what_is_there(golden):
    """The role, in the partition of the region, and the buckets that a recording takes for granted."""
    session = boto3.session.Session()
    with contextlib.suppress(ClientError):
        session.client("iam").create_role(RoleName="SageMakerRole", AssumeRolePolicyDocument="{}")
    buckets = {params["Bucket"] for params in recorded(golden, "PutObject")}
    if not golden["case"].startswith(("36_", "37_")):
        buckets = {name for name in buckets if not name.startswith("sagemaker-")}
    for bucket in sorted(buckets):
        session.client("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": session.region_name}
        )


def arguments(golden):
    given = {key: restore(value) for key, value in golden.get("constructor", {}).items()}
    fit = {key: restore(value) for key, value in golden.get("fit", {}).items() if key != "logs"}
    if isinstance(fit.get("inputs"), dict) and recorded(golden, "CreateTrainingJob"):
        # The recordings' own keys are sorted; the order of the channels was the user's.
        config = recorded(golden, "CreateTrainingJob")[0].get("InputDataConfig", ())
        fit["inputs"] = {channel["ChannelName"]: fit["inputs"][channel["ChannelName"]] for channel in config}
    return given, {**fit, "wait": False}


@pytest.mark.parametrize("name", [name for name, golden in GOLDENS.items() if recorded(golden, "CreateTrainingJob")])
def test_requests_are_equal(name, aws, tmp_path, monkeypatch):
    golden = GOLDENS[name]
    set_up(golden, aws, tmp_path, monkeypatch)
    given, fit = arguments(golden)
    estimator = TensorFlow(**given)
    fits = [fit, *([{**golden["fit2"], "wait": False}] if "fit2" in golden else [])]
    refusals = golden["scripted_aws_responses"].get("sagemaker.CreateTrainingJob", ())
    for each in fits:
        refused = pytest.raises(SmtfError, match=re.escape(refusals[0]["__error__"][1])) if refusals else None
        with refused or contextlib.nullcontext():
            estimator.fit(**each)
    base = recorded(golden, "CreateTrainingJob")[0]["TrainingJobName"].removesuffix(f"-{STAMP}")
    ours = [normalised(call.params, base) for call in aws.calls if call.operation == "CreateTrainingJob"]
    theirs = [normalised(params, base) for params in recorded(golden, "CreateTrainingJob")]
    if "fit2" in golden:  # defect: the second job of an estimator went on with the first one's checkpoints
        theirs[1]["HyperParameters"]["checkpoint_path"] = ours[1]["HyperParameters"]["checkpoint_path"]
        assert fits[1]["job_name"] in ours[1]["HyperParameters"]["checkpoint_path"]
    assert ours == theirs
    uploads = [call for call in aws.calls if call.service == "s3" and call.operation == "PutObject"]
    for call, params in zip(uploads, recorded(golden, "PutObject"), strict=True):
        path = re.sub(rf"{re.escape(base)}-\d{{4}}(-\d\d){{5}}-\d{{3}}", f"{base}-{STAMP}", call.path)
        assert path == f"/{params['Bucket']}/{params['Key']}"
        assert members(call.body) == recorded_members(params["Body"]["__targz__"])
    roles = [call.params["RoleName"] for call in aws.calls if call.operation == "GetRole"]
    assert roles == [params["RoleName"] for params in recorded(golden, "GetRole")][: len(fits)]


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, golden in GOLDENS.items()
        if golden.get("exception") and "constructor" in golden and not recorded(golden, "CreateTrainingJob")
    ],
)
def test_what_was_refused_is_refused_before_anything_is_asked(name, aws, tmp_path, monkeypatch):
    golden = GOLDENS[name]
    set_up(golden, aws, tmp_path, monkeypatch)
    if name.endswith("88_no_region"):
        monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises((SmtfError, TypeError)) as raised:
        given, fit = arguments(golden)
        if "deploy" in golden and "fit" not in golden:
            TensorFlow(**given).deploy(**golden["deploy"])
        TensorFlow(**given).fit(**{**fit, "wait": golden.get("fit", {}).get("wait", False)})
    assert not isinstance(raised.value, TypeError), raised.value
    expected = []
    if name.endswith("default_bucket_owned_by_other"):
        expected = ["GetCallerIdentity", "HeadBucket", "CreateBucket"]
    assert aws.operations() == expected


def named(name):
    """What replaces a job's generated name by the recordings'."""
    return lambda text: re.sub(rf"{re.escape(name)}-\d{{4}}(-\d\d){{5}}-\d{{3}}", f"{name}-{STAMP}", text)


def with_patch(image):
    """The SDK did not look up the patch of a version."""
    return re.sub(r":(1\.\d+)-", lambda match: f":{FrameworkVersion.parse(match[1])}-", image)


@pytest.mark.parametrize("name", [name for name, golden in GOLDENS.items() if recorded(golden, "CreateModel")])
def test_endpoints_are_asked_for_equally(name, aws, tmp_path, monkeypatch):
    golden = GOLDENS[name]
    set_up(golden, aws, tmp_path, monkeypatch)
    monkeypatch.setattr(deploying, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(backend_module, "_DESCRIBE_SECONDS", 0.0)  # the job has ended as soon as it was created
    given, fit = arguments(golden)
    estimator = TensorFlow(**given)
    estimator.fit(**fit)
    job = aws.only("CreateTrainingJob").params
    artifact = f"{job['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{job['TrainingJobName']}/output/model.tar.gz"
    ended = {"TrainingJobStatus": "Completed", "ModelArtifacts": {"S3ModelArtifacts": artifact}}
    aws.script("DescribeTrainingJob", {**job, **ended})
    config_exists = "sagemaker.DescribeEndpointConfig" in golden["scripted_aws_responses"]
    if config_exists:
        aws.script(
            "CreateEndpointConfig", Refusal("ValidationException", "Cannot create already existing config"), None
        )
    predictor = estimator.deploy(**golden["deploy"])
    base = recorded(golden, "CreateTrainingJob")[0]["TrainingJobName"].removesuffix(f"-{STAMP}")
    rename = named(base)
    operations = ("CreateModel",) if config_exists else ("CreateModel", "CreateEndpointConfig", "CreateEndpoint")
    for operation in operations:
        ours = [json.loads(rename(json.dumps(call.params))) for call in aws.calls if call.operation == operation]
        theirs = recorded(golden, operation)
        for params in theirs:
            if not params.get("Tags"):
                params.pop("Tags", None)  # 1.72 sends an empty list
            if "PrimaryContainer" in params:
                params["PrimaryContainer"]["Image"] = with_patch(params["PrimaryContainer"]["Image"])
        assert ours == theirs, operation
    if config_exists:  # defect: whatever configuration had the name was used
        refused, made = (call.params for call in aws.calls if call.operation == "CreateEndpointConfig")
        assert made["EndpointConfigName"] != refused["EndpointConfigName"]
        assert made["ProductionVariants"] == refused["ProductionVariants"]
    if "DeleteEndpoint" in {call["operation"] for call in golden["requests"]}:
        predictor.delete_endpoint()
        deleted = [
            json.loads(rename(json.dumps(call.params))) for call in aws.calls if call.operation == "DeleteEndpoint"
        ]
        assert deleted == recorded(golden, "DeleteEndpoint")


def as_epoch(value):
    """A recorded answer as JSON has it."""
    if isinstance(value, dict):
        if "__datetime__" in value:
            return datetime.fromisoformat(value["__datetime__"]).replace(tzinfo=timezone.utc).timestamp()
        return {key: as_epoch(part) for key, part in value.items()}
    return [as_epoch(part) for part in value] if isinstance(value, list) else value


SAME = (
    *("role", "train_instance_count", "train_instance_type", "train_volume_size", "train_volume_kms_key"),
    *("train_max_run", "input_mode", "output_path", "entry_point", "source_dir", "container_log_level"),
    *("checkpoint_path", "training_steps", "evaluation_steps", "py_version", "subnets", "security_group_ids"),
)


@pytest.mark.parametrize("name", [name for name, golden in GOLDENS.items() if "attach" in golden])
def test_attached_estimators_are_equal(name, aws, monkeypatch):
    """Those that the SDK could not attach to are defects: here they are attached to, too."""
    golden = GOLDENS[name]
    monkeypatch.setattr(logs, "SETTLE_SECONDS", 0.1)
    monkeypatch.setattr(logs, "_POLL_SECONDS", 0.05)
    (told,) = (as_epoch(answer) for answer in golden["scripted_aws_responses"]["sagemaker.DescribeTrainingJob"])
    aws.script("DescribeTrainingJob", {"TrainingJobArn": "arn:aws:sagemaker:us-west-2:1:training-job/neo", **told})
    estimator = TensorFlow.attach(
        golden["attach"]["training_job_name"], backend="sagemaker", display=Display(io.StringIO())
    )
    assert estimator.latest_training_job.job_name == golden["attach"]["training_job_name"]
    assert estimator.model_data == told["ModelArtifacts"]["S3ModelArtifacts"]
    values = {key: text for key, text in told.get("HyperParameters", {}).items() if not key.startswith("sagemaker_")}
    own = {key for key in values if key not in ("checkpoint_path", "training_steps", "evaluation_steps")}
    assert set(estimator.hyperparameters()) == own
    if golden.get("exception"):
        assert estimator.hyperparameters().get("raw") == values.get("raw")
        return
    theirs = golden["estimator_after_attach"]
    assert {key: estimator._arguments[key] or None for key in SAME} == {key: theirs[key] or None for key in SAME}
    assert {key: theirs["_hyperparameters"][key] for key in own} == estimator.hyperparameters()
    assert estimator._arguments["framework_version"] == str(FrameworkVersion.parse(theirs["framework_version"]))
    # Defect: the file was lost, so that the job could not be submitted again.
    assert (estimator._arguments["requirements_file"] or "") == theirs["_hyperparameters"]["sagemaker_requirements"]


class Message:
    """A message of TensorFlow Serving's, as predictors take them."""

    def __init__(self, serialized):
        self._serialized = serialized

    def SerializeToString(self):  # noqa: N802 - protobuf's name
        return self._serialized


@pytest.mark.parametrize("name", [name for name, golden in GOLDENS.items() if "predict" in golden])
def test_endpoints_are_asked_equally(name, aws):
    golden = GOLDENS[name]
    asked = recorded(golden, "InvokeEndpoint")
    predictor = Predictor(SageMakerEndpoint(Services(), asked[0]["EndpointName"]))
    answers = golden["scripted_aws_responses"]["sagemaker-runtime.InvokeEndpoint"]
    for params, call, answer in zip(asked, golden["predict"], answers, strict=False):
        failed = "__error__" in answer
        body = b"..." if failed else answer["Body"]["__stream__"].encode()
        kind = "application/json" if failed else answer["ContentType"]
        aws.script("InvokeEndpoint", Answer(body, kind, 500 if failed else 200))
        body = params["Body"]
        body = base64.b64decode(body["__base64__"]) if isinstance(body, dict) else body.encode()
        (data,) = (Message(body) if isinstance(data, dict) else data for data in call["args"])
        types = {key: call[key] for key in ("content_type", "accept") if key in call}
        with pytest.raises(EndpointError) if failed else contextlib.nullcontext():
            predictor.predict(data, **types)
        assert aws.calls[-1].body == body
        assert aws.calls[-1].params == {key: value for key, value in params.items() if key != "Body"}
