"""Waiting for a training job, its log, its end; finding it again, whoever created it."""

import io
import signal
import tarfile
import threading
import time

import boto3
import pytest
from click.testing import CliRunner
from servers.aws import Refusal

from smtf_backends.sagemaker import backend as backend_module
from smtf_backends.sagemaker import logs as logs_module
from smtf_core import TensorFlow
from smtf_core.cli import main
from smtf_core.client.display import Display
from smtf_core.errors import UnexpectedStatusException, UnknownNameError

START = 1539693296.0
STEPS = [
    ("Starting", "Launching requested ML instances", 0),
    ("Downloading", "Downloading input data", 64),
    ("Training", "Training image download completed. Training in progress.", 124),
    ("Uploading", "Uploading generated training model", 184),
    ("Completed", "Training job completed", 244),
]


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(backend_module, "_DESCRIBE_SECONDS", 0.1)
    monkeypatch.setattr(logs_module, "_POLL_SECONDS", 0.1)
    monkeypatch.setattr(logs_module, "SETTLE_SECONDS", 0.2)


@pytest.fixture
def estimator(aws, write, monkeypatch, tmp_path):
    write("train.py", "def model_fn(features, labels, mode, params):\n    return None\n")
    monkeypatch.chdir(tmp_path)
    return TensorFlow(
        "train.py", role="arn:aws:iam::123456789012:role/SM", train_instance_type="ml.c5.xlarge", training_steps=1000
    )


def described(state="InProgress", steps=1, **more):
    """An answer of DescribeTrainingJob."""
    transitions = [{"Status": name, "StatusMessage": text, "StartTime": START + at} for name, text, at in STEPS[:steps]]
    return {
        "TrainingJobName": "job",
        "TrainingJobArn": "arn:aws:sagemaker:us-west-2:123456789012:training-job/job",
        "TrainingJobStatus": state,
        "SecondaryStatus": "Training",
        "SecondaryStatusTransitions": transitions,
        "ResourceConfig": {"InstanceCount": 2, "InstanceType": "ml.c5.xlarge", "VolumeSizeInGB": 30},
        "CreationTime": START,
        "LastModifiedTime": START + 244,
        **more,
    }


ENDED = {
    "TrainingStartTime": START + 64,
    "TrainingEndTime": START + 245,
    "ModelArtifacts": {"S3ModelArtifacts": "s3://out/job/output/model.tar.gz"},
    "HyperParameters": {"checkpoint_path": '"s3://out/job/checkpoints"', "training_steps": "1000"},
}


def script_logs(aws, **streams):
    """Logs of hosts, each a list of pages, each a list of (seconds, text)."""
    names = {f"job/{host.replace('_', '-')}-1539693300": pages for host, pages in streams.items()}
    aws.script("DescribeLogStreams", {"logStreams": [{"logStreamName": name} for name in names]})

    def events(params):
        pages = names[params["logStreamName"]]
        if not params.get("startFromHead", True):
            page = [line for page in pages for line in page][-params["limit"] :]
            return {"events": [_event(line) for line in page], "nextForwardToken": "f/0"}
        number = int(params.get("nextToken", "f/0").partition("/")[2])
        page = pages[number] if number < len(pages) else []
        after = min(number + 1, len(pages))
        return {"events": [_event(line) for line in page], "nextForwardToken": f"f/{after}", "nextBackwardToken": "b"}

    aws.script("GetLogEvents", events)


def _event(line):
    return {"timestamp": int((START + line[0]) * 1000), "message": line[1]}


def test_transitions_log_and_bill(aws, estimator):
    aws.script(
        "DescribeTrainingJob",
        described(HyperParameters=ENDED["HyperParameters"]),
        described(steps=3),
        described(steps=3),
        described("Completed", steps=5, **ENDED),
    )
    script_logs(
        aws,
        algo_1=[
            [(130, "INFO:tensorflow:loss = 2.5, step = 100"), (140, "INFO:tensorflow:loss = 0.5, step = 900 (1 sec)")],
            [],
            [(150, "INFO:tensorflow:SavedModel written to: b'/opt/ml/model/1'")],
        ],
        algo_2=[[(135, "from the other host")]],
    )
    seen = []
    shown = Display(io.StringIO())
    shown.update, update = lambda status: (seen.append(status.progress), update(status)), shown.update
    estimator.fit("s3://my-bucket/data", job_name="job", display=shown)
    text = shown.console.file.getvalue()
    local = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(START + 64))
    assert f"{local} Downloading - Downloading input data" in text
    assert text.count("Downloading input data") == 1
    assert text.count("Training job completed") == 1
    first, other, last = text.index("step = 900"), text.index("from the other host"), text.index("SavedModel written")
    assert other < first < last  # merged by time: the hosts' first pages arrive together
    assert "algo-2  from the other host" in text
    assert "billable seconds: 364" in text  # 182 each, on two hosts
    assert seen[-1] is None  # a state that is final is the same for those who have not read the log
    assert [progress for progress in seen if progress is not None][-1].total_steps == 1000
    assert estimator.result.state == "Completed"
    assert estimator.model_data == "s3://out/job/output/model.tar.gz"
    assert estimator.result.model_dir == "s3://out/job/checkpoints"


def test_a_silent_host_does_not_hold_back_the_others(aws, estimator, monkeypatch):
    ended = threading.Event()
    aws.script("DescribeTrainingJob", lambda _: described("Completed" if ended.is_set() else "InProgress", 3))
    script_logs(aws, algo_1=[], algo_2=[[(1, "news")], [(2, "more")]])
    estimator.fit(None, wait=False, job_name="job")
    lines = estimator._backend("sagemaker").logs(estimator.latest_training_job, follow=True)
    began = time.monotonic()
    assert [next(lines).text, next(lines).text] == ["news", "more"]
    assert time.monotonic() - began < 5
    ended.set()
    assert list(lines) == []


def test_a_failure_has_its_reason_and_the_last_lines_of_the_host_that_failed(aws, estimator):
    reason = "AlgorithmError: uncaught exception during training: boom"
    aws.script("DescribeTrainingJob", described(), described("Failed", 3, FailureReason=reason))
    script_logs(aws, algo_1=[[(1, "all is well")]], algo_2=[[(2, "Traceback (most recent call last):"), (3, "boom")]])
    with pytest.raises(UnexpectedStatusException, match="boom") as raised:
        estimator.fit(None, job_name="job", display=Display(io.StringIO()))
    assert isinstance(raised.value, ValueError)
    assert raised.value.actual_status == "Failed"
    assert raised.value.allowed_statuses == ["Completed", "Stopped"]
    assert raised.value.failure_reason.startswith(reason)
    assert "The last lines of algo-2:\nTraceback (most recent call last):\nboom" in raised.value.failure_reason
    assert "all is well" not in raised.value.failure_reason


def test_stopping_is_waited_for_without_logs_and_stopped_is_said(aws, estimator):
    stopped = described("Stopped", 3, SecondaryStatus="Stopped", **ENDED)
    aws.script("DescribeTrainingJob", described(), described("Stopping", 3), stopped)
    estimator.fit(None, logs=False, job_name="job", display=Display(io.StringIO()))
    assert estimator.result.state == "Stopped"
    assert "GetLogEvents" not in aws.operations()


def test_interrupting_the_wait_leaves_the_job_and_says_how_to_go_on(aws, estimator):
    def running(_):
        if aws.operations().count("DescribeTrainingJob") == 3:
            signal.raise_signal(signal.SIGINT)
        return described(steps=3)

    aws.script("DescribeTrainingJob", running)
    script_logs(aws, algo_1=[])
    shown = Display(io.StringIO())
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(None, job_name="job", display=shown)
    assert "smtf attach job" in shown.console.file.getvalue()
    assert "smtf stop job" in shown.console.file.getvalue()
    assert "StopTrainingJob" not in aws.operations()
    aws.script("StopTrainingJob", {})
    estimator.stop_training_job()
    assert aws.only("StopTrainingJob").params == {"TrainingJobName": "job"}


def test_waiting_survives_a_service_that_fails_for_a_time(aws, estimator):
    answers = [described(), Refusal("ThrottlingException", "Rate exceeded"), Refusal("ExpiredTokenException", "old")]
    aws.script(
        "DescribeTrainingJob", *answers, Refusal("InternalFailure", status=500), described("Completed", 5, **ENDED)
    )
    aws.script("DescribeLogStreams", Refusal("ThrottlingException", "Rate exceeded"), {"logStreams": []})
    estimator.fit(None, job_name="job", display=Display(io.StringIO()))
    assert estimator.result.state == "Completed"


def test_metrics_of_smtf_s_runtime_come_from_the_output(aws, monkeypatch, caplog):
    values = {**ENDED["HyperParameters"], "sagemaker_program": '"smtf_entry.py"', "smtf_program": '"train.py"'}
    aws.script("DescribeTrainingJob", described("Completed", 5, **{**ENDED, "HyperParameters": values}))
    assert TensorFlow.attach("job", backend="sagemaker", wait=False).result.metrics == {}  # no such bucket
    assert "the job's metrics cannot be read" in caplog.text
    content = b'{"state": "Completed", "global_step": 7, "evaluations": [{"step": 7, "metrics": {"accuracy": 0.5}}]}'
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        info = tarfile.TarInfo("smtf/result.json")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    client = boto3.client("s3")
    client.create_bucket(Bucket="out", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    client.put_object(Bucket="out", Key="job/output/output.tar.gz", Body=packed.getvalue())
    attached = TensorFlow.attach("job", backend="sagemaker", wait=False)
    assert attached.result.metrics == {"accuracy": 0.5}
    assert attached.result.global_step == 7
    monkeypatch.setattr(backend_module, "_MOST_OUTPUT", 10)
    assert TensorFlow.attach("job", backend="sagemaker", wait=False).result.metrics == {}
    assert "too large to look into" in caplog.text


FOREIGN = described(
    "Completed",
    5,
    AlgorithmSpecification={"TrainingImage": "123.dkr.ecr.us-west-2.amazonaws.com/own:1", "TrainingInputMode": "File"},
    HyperParameters={"lr": "0.1", "optimizer": "adam"},
    OutputDataConfig={"S3OutputPath": "s3://out/"},
    RoleArn="arn:aws:iam::123456789012:role/service-role/SM",
)


def test_any_job_can_be_attached_to(aws):
    aws.script("DescribeTrainingJob", FOREIGN)
    estimator = TensorFlow.attach("job", backend="sagemaker", wait=False)
    assert estimator.hyperparameters() == {"lr": 0.1, "optimizer": "adam"}
    assert estimator.result.state == "Completed"
    aws.script("DescribeTrainingJob", {key: value for key, value in FOREIGN.items() if key not in ("HyperParameters",)})
    assert TensorFlow.attach("job", backend="sagemaker", wait=False).hyperparameters() == {}


def test_an_attached_legacy_job_is_submitted_again_as_it_was(aws, estimator):
    legacy = {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": '"s3://code/neo/source/sourcedir.tar.gz"',
        "sagemaker_requirements": '"requirements.txt"',
        "sagemaker_container_log_level": "10",
        "checkpoint_path": '"s3://ck/neo"',
        "training_steps": "100",
        "evaluation_steps": "null",
        "opts": '{"a": [1, 2]}',
    }
    image = "520713654638.dkr.ecr.us-west-2.amazonaws.com/sagemaker-tensorflow:1.5.0-gpu-py2"
    vpc = {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    aws.script(
        "DescribeTrainingJob",
        {
            **FOREIGN,
            "HyperParameters": legacy,
            "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "Pipe"},
            "ResourceConfig": {"InstanceCount": 3, "InstanceType": "ml.p3.2xlarge", "VolumeSizeInGB": 50},
            "VpcConfig": vpc,
        },
    )
    attached = TensorFlow.attach("job", backend="sagemaker", wait=False)
    attached.fit("s3://my-bucket/data", wait=False, job_name="again")
    request = aws.only("CreateTrainingJob").params
    expected = {**legacy, "sagemaker_job_name": '"again"', "sagemaker_region": '"us-west-2"'}
    assert request["HyperParameters"] == {**expected, "sagemaker_enable_cloudwatch_metrics": "false"}
    assert request["AlgorithmSpecification"] == {"TrainingImage": image, "TrainingInputMode": "Pipe"}
    assert request["ResourceConfig"]["InstanceCount"] == 3
    assert request["VpcConfig"] == vpc
    assert not [call for call in aws.calls if call.service == "s3"]


def test_the_command_line_knows_the_jobs(aws, estimator, monkeypatch):
    estimator.fit(None, wait=False, job_name="listed")
    run = CliRunner().invoke
    listed = run(main, ["jobs", "--backend", "sagemaker"])
    assert "listed" in listed.output, listed.output
    aws.script("DescribeTrainingJob", described("Completed", 5, **ENDED))
    script_logs(aws, algo_1=[[(1, "a line")]])
    assert run(main, ["logs", "job", "--backend", "sagemaker"]).output == "a line\n"
    aws.script("DescribeTrainingJob", Refusal("ValidationException", "Requested resource not found."))
    with pytest.raises(UnknownNameError, match="there is no job 'gone'"):
        TensorFlow.attach("gone", backend="sagemaker")
