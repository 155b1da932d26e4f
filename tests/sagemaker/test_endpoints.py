"""Endpoints on SageMaker: made, waited for, updated, asked, listed and deleted; what goes wrong leaves nothing behind."""

import io
import json
import tarfile
import time

import boto3
import pytest
from command_line import RUNNER
from servers.aws import Answer, Refusal

from smtf_backends.sagemaker import deploying
from smtf_backends.sagemaker.images import serving_image_of
from smtf_core import PluginManager, Predictor, TensorFlowModel
from smtf_core.cli import main
from smtf_core.errors import (
    BackendUnavailableError,
    EndpointError,
    EndpointUnreachableError,
    InvalidInputError,
    SmtfError,
)
from smtf_core.interfaces import Deployment, EndpointPlan
from smtf_core.models import Hosting

ROLE = "arn:aws:iam::123456789012:role/SM"
MODEL = "s3://out/job/output/model.tar.gz"
TFS = "tensorflow-serving"


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(deploying, "POLL_SECONDS", 0.02)


@pytest.fixture
def out(aws):
    boto3.client("s3").create_bucket(Bucket="out", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    aws.forget()


@pytest.fixture
def saved_model(tmp_path):
    """A folder that looks like an exported model."""
    folder = tmp_path / "model" / "export" / "Servo" / "1539"
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"graph")
    (folder / "variables" / "variables.index").write_bytes(b"weights")
    return tmp_path / "model"


# Clients of AWS's services cost a second together; all tests here have the same.
PLUGINS = PluginManager()


def deploy(model_data=MODEL, endpoint_type=TFS, name="birds", deploying=None, **arguments):
    model = TensorFlowModel(model_data, **{"role": ROLE, "plugins": PLUGINS, **arguments})
    return model.deploy(1, "ml.c5.xlarge", endpoint_type, name, **(deploying or {}))


def left():
    """What there is on the service."""
    client = boto3.client("sagemaker")
    return (
        [one["EndpointName"] for one in client.list_endpoints()["Endpoints"]],
        [one["EndpointConfigName"] for one in client.list_endpoint_configs()["EndpointConfigs"]],
        [one["ModelName"] for one in client.list_models()["Models"]],
    )


def members(key, bucket="out"):
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return {info.name: archive.extractfile(info).read() for info in archive if info.isreg()}


def test_the_whole_life_of_an_endpoint(aws):
    arguments = {
        "tags": [{"Key": "team", "Value": "birds"}],
        "kms_key": "key-1",
        "subnets": ["subnet-1"],
        "security_group_ids": ["sg-1"],
        "enable_network_isolation": True,
        "env": {"SAGEMAKER_TFS_ENABLE_BATCHING": "true"},
        "model_server_workers": 3,
        "framework_version": "2.16",
        "container_log_level": 40,
    }
    predictor = deploy(**arguments)
    model = aws.only("CreateModel").params
    tags = {"Tags": [{"Key": "team", "Value": "birds"}]}
    assert model == {
        "ModelName": "birds",
        "ExecutionRoleArn": ROLE,
        "PrimaryContainer": {
            "Image": "763104351884.dkr.ecr.us-west-2.amazonaws.com/tensorflow-inference:2.16.1-cpu",
            "ModelDataUrl": MODEL,
            "Environment": {
                "SAGEMAKER_TFS_NGINX_LOGLEVEL": "error",
                "SAGEMAKER_TFS_ENABLE_BATCHING": "true",
                "SAGEMAKER_MODEL_SERVER_WORKERS": "3",
            },
        },
        "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        "EnableNetworkIsolation": True,
        **tags,
    }
    assert aws.only("CreateEndpointConfig").params == {
        "EndpointConfigName": "birds",
        "ProductionVariants": [
            {
                "VariantName": "AllTraffic",
                "ModelName": "birds",
                "InitialInstanceCount": 1,
                "InstanceType": "ml.c5.xlarge",
                "InitialVariantWeight": 1,
            }
        ],
        "KmsKeyId": "key-1",
        **tags,
    }
    assert aws.only("CreateEndpoint").params == {"EndpointName": "birds", "EndpointConfigName": "birds", **tags}
    assert aws.operations()[0] == "DescribeEndpoint"
    aws.script("InvokeEndpoint", Answer(b'{"predictions": [6.0]}'))
    assert predictor.predict([[1, 2]]) == {"predictions": [6.0]}
    asked = aws.only("InvokeEndpoint")
    assert asked.params == {"EndpointName": "birds", "ContentType": "application/json", "Accept": "application/json"}
    assert asked.body == b"[[1, 2]]"
    assert [one["name"] for one in json.loads(smtf("endpoints", "--backend", "sagemaker", "--json"))] == ["birds"]
    same = Predictor("birds", model_version=3, plugins=PLUGINS)
    same.classify([{"x": 1.0}])
    attributes = aws.calls[-1].params["CustomAttributes"]
    assert attributes == "tfs-model-version=3,tfs-method=classify"
    same.delete_endpoint()
    same.delete_endpoint()
    assert left() == ([], [], [])
    aws.script("InvokeEndpoint")


def smtf(*arguments, status=0, **keywords):
    done = RUNNER.invoke(main, arguments, **keywords)
    assert done.exit_code == status, done.output
    return done.stdout


def test_by_command(aws, out, saved_model):
    options = ("--role", ROLE, "--instance-type", "ml.c5.xlarge", "--name", "birds", "--tag", "a=b", "--json")
    assert json.loads(smtf("deploy", str(saved_model), *options)) == {"name": "birds", "address": None}
    assert aws.only("CreateEndpoint").params["Tags"] == [{"Key": "a", "Value": "b"}]
    aws.script("InvokeEndpoint", Answer(b"[1]"))
    assert smtf("predict", "birds", "[[1]]", "--backend", "sagemaker") == "[1]\n"
    smtf("endpoints", "delete", "birds", "--backend", "sagemaker")
    assert left() == ([], [], [])


def test_a_local_model_is_packed_as_the_images_look_for_it(aws, out, saved_model):
    deploy(saved_model, code_location="s3://out/code", kms_key="key-1")
    assert aws.only("CreateModel").params["PrimaryContainer"]["ModelDataUrl"] == "s3://out/code/birds/model.tar.gz"
    whole = {"export/Servo/1539/saved_model.pb": b"graph", "export/Servo/1539/variables/variables.index": b"weights"}
    assert members("code/birds/model.tar.gz") == whole
    put = aws.only("PutObject")
    assert put.headers["x_amz_server_side_encryption"] == "aws:kms"
    assert put.headers["x_amz_server_side_encryption_aws_kms_key_id"] == "key-1"
    deploy(saved_model / "export" / "Servo" / "1539", name="other", code_location="s3://out/code")
    assert members("code/other/model.tar.gz") == whole


HANDLERS = "def handler(data, context):\n    return data.read(), 'text/plain'\n"


@pytest.mark.parametrize("place", ["folder", "archive", "on S3"])
def test_handlers_go_into_the_models_archive(aws, out, saved_model, write, tmp_path, place):
    write("model/code/inference.py", "old = True\n")
    if place != "folder":
        with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
            archive.add(saved_model, ".")
    if place == "on S3":
        boto3.client("s3").upload_file(str(tmp_path / "model.tar.gz"), "out", "job/output/model.tar.gz")
    model_data = {"folder": saved_model, "archive": tmp_path / "model.tar.gz", "on S3": MODEL}[place]
    write("src/mine.py", HANDLERS)
    write("src/needs.txt", "attrs\n")
    write("lib/told/__init__.py", "")
    deploy(
        model_data,
        entry_point="mine.py",
        source_dir=tmp_path / "src",
        requirements_file="needs.txt",
        dependencies=[tmp_path / "lib" / "told"],
        code_location="s3://out/code",
    )
    found = {name.removeprefix("./"): content for name, content in members("code/birds/model.tar.gz").items()}
    assert found == {
        "export/Servo/1539/saved_model.pb": b"graph",
        "export/Servo/1539/variables/variables.index": b"weights",
        "code/inference.py": HANDLERS.encode(),
        "code/mine.py": HANDLERS.encode(),
        "code/needs.txt": b"attrs\n",
        "code/requirements.txt": b"attrs\n",
        "code/lib/told/__init__.py": b"",
    }
    if place == "on S3":
        assert "code/inference.py" not in members("job/output/model.tar.gz")


def test_a_python_endpoint_has_its_script_beside_the_model(aws, out, write):
    script = write("serve.py", "def input_fn(data, content_type):\n    return data\n")
    deploy(endpoint_type="python", entry_point=script, framework_version="1.12", code_location="s3://out")
    container = aws.only("CreateModel").params["PrimaryContainer"]
    assert container["Image"] == "520713654638.dkr.ecr.us-west-2.amazonaws.com/sagemaker-tensorflow:1.12.0-cpu-py2"
    assert container["Environment"]["SAGEMAKER_PROGRAM"] == "serve.py"
    assert container["Environment"]["SAGEMAKER_SUBMIT_DIRECTORY"] == "s3://out/birds/sourcedir.tar.gz"
    assert list(members("birds/sourcedir.tar.gz")) == ["serve.py"]


@pytest.mark.parametrize(
    ("region", "arguments", "accelerator", "instance", "image"),
    [
        ("us-west-2", {}, None, "ml.c5.xlarge", "763104351884…/tensorflow-inference:2.19.0-cpu"),
        ("us-west-2", {"framework_version": "2.17"}, None, "ml.g5.xlarge", "763104351884…/tensorflow-inference:2.19.0-gpu"),
        ("us-west-2", {"framework_version": "1.15"}, None, "ml.m5.large", "763104351884…/tensorflow-inference:1.15.5-cpu"),
        ("eu-south-1", {"framework_version": "1.4"}, None, "ml.m5.large", "048378556238…/sagemaker-tensorflow-serving:1.4.1-cpu"),
        ("us-west-2", {"framework_version": "2.0"}, "ml.eia2.medium", "ml.m5.large", "763104351884…/tensorflow-inference-eia:2.0.0-cpu"),
        ("us-west-2", {"framework_version": "1.12"}, "ml.eia1.medium", "ml.m5.large", "520713654638…/sagemaker-tensorflow-serving-eia:1.12.0-cpu"),
        ("us-west-2", {}, None, "ml.c7g.xlarge", "763104351884…/tensorflow-inference-graviton:2.16.1-cpu-py310-ubuntu20.04-sagemaker"),
        ("us-west-2", {"image_name": "mine:1"}, None, "ml.m5.large", "mine:1"),
    ],
)  # fmt: skip
def test_images(region, arguments, accelerator, instance, image):
    plan = EndpointPlan(
        name="birds",
        adapter="tfs",
        deployment=Deployment(path=MODEL, framework_version=arguments.get("framework_version")),
        instance_type=instance,
        hosting=Hosting(accelerator_type=accelerator, image=arguments.get("image_name")),
    )
    assert serving_image_of(plan, region) == image.replace("…", f".dkr.ecr.{region}.amazonaws.com")


def test_an_adapter_that_there_is_no_image_of():
    plan = EndpointPlan(name="birds", adapter="mine", deployment=Deployment(path=MODEL))
    with pytest.raises(InvalidInputError, match="no image of SageMaker with serving adapter 'mine'"):
        serving_image_of(plan, "us-west-2")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"role": None}, "role is missing"),
        ({"name": "a_b"}, "endpoint_name 'a_b': SageMaker takes"),
        ({"model_name": "a.b"}, "model_name 'a.b': SageMaker takes"),
        ({"model_data": "s3://out/model"}, "takes an archive"),
        ({"code_location": "/tmp"}, "uploads to s3://"),
        ({"endpoint_type": "python"}, "entry_point is missing"),
        ({"endpoint_type": "python", "framework_version": "2.16"}, "no image with handlers in Python of TensorFlow 2.16"),
        ({"framework_version": "2.5", "deploying": {"accelerator_type": "ml.eia2.medium"}}, "for accelerators of TensorFlow 2.5"),
        ({"tags": [{"key": "a"}]}, "tags: every one must be"),
        ({"model_data": "."}, "no saved_model.pb"),
        ({"entry_point": "mine.py", "source_dir": "s3://out/code.tar.gz"}, "give a local folder"),
    ],
)  # fmt: skip
def test_bad_arguments_are_found_before_anything_is_asked(aws, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError, match=message):
        deploy(**arguments)
    assert aws.operations() == []


def test_a_script_that_the_images_name_otherwise(aws, out, saved_model, write, tmp_path):
    write("src/mine.py", HANDLERS)
    write("src/inference.py", "other = True\n")
    with pytest.raises(InvalidInputError, match="there is another inference.py beside it"):
        deploy(saved_model, entry_point="mine.py", source_dir=tmp_path / "src")
    assert aws.operations() == []


def test_isolation_forbids_fetching_a_script(aws, write):
    with pytest.raises(InvalidInputError, match="enable_network_isolation forbids"):
        deploy(
            endpoint_type="python",
            entry_point=write("serve.py", ""),
            framework_version="1.11",
            enable_network_isolation=True,
        )
    assert aws.operations() == []


def test_names_that_are_taken(aws):
    deploy(deploying={"wait": False})
    with pytest.raises(InvalidInputError, match=r"there is an endpoint 'birds' already \(InService\).*update_endpoint"):
        deploy()
    boto3.client("sagemaker").delete_endpoint(EndpointName="birds")  # its configuration and model are left behind
    for operation, what in (("CreateModel", "model"), ("CreateEndpointConfig", "endpoint configuration")):
        aws.script(operation, Refusal("ValidationException", f'Cannot create already existing {what} "arn:…".'), None)
    predictor = deploy(env={"A": "1"})
    endpoints, configs, models = left()
    assert (len(endpoints), len(configs), len(models)) == (1, 2, 2)
    predictor.delete_endpoint()
    assert left() == ([], ["birds"], ["birds"])


@pytest.fixture
def updates(aws):
    """UpdateEndpoint, which moto does not play: `end` is what the endpoint says in the end."""
    state = {"EndpointName": "birds", "EndpointConfigName": "birds", "EndpointStatus": "InService"}
    end = {}

    def update(request):
        state.update(EndpointStatus="Updating", next=request["EndpointConfigName"])
        return {"EndpointArn": "arn:aws:sagemaker:us-west-2:123456789012:endpoint/birds"}

    def describe(request):
        told = {key: value for key, value in state.items() if key != "next"}
        if "next" in state:
            state.update({"EndpointConfigName": state.pop("next"), "EndpointStatus": "InService"} | end)
        return told

    def expect():
        aws.script("UpdateEndpoint", update)
        aws.script("DescribeEndpoint", describe)
        for operation in ("CreateModel", "CreateEndpointConfig"):
            aws.script(operation, Refusal("ValidationException", "Cannot create already existing thing"), None)
        return end

    return expect


def test_an_update_takes_the_place_of_what_was_served(aws, updates):
    deploy()
    updates()
    predictor = deploy(env={"A": "1"}, deploying={"update_endpoint": True})
    update = aws.only("UpdateEndpoint").params
    endpoints, configs, models = left()
    assert (endpoints, configs) == (["birds"], [update["EndpointConfigName"]])
    assert len(models) == 1
    assert models != ["birds"]
    predictor.delete_endpoint()
    assert left() == ([], [], [])


def test_an_update_that_is_rolled_back_leaves_what_was_there(aws, updates):
    deploy()
    updates().update(EndpointConfigName="birds", FailureReason="The container did not answer /ping")
    with pytest.raises(SmtfError, match="did not answer /ping"):
        deploy(env={"A": "1"}, deploying={"update_endpoint": True})
    assert left() == (["birds"], ["birds"], ["birds"])


def test_only_what_is_in_service_can_be_updated(aws, updates):
    updates()
    aws.script("DescribeEndpoint", {"EndpointName": "birds", "EndpointConfigName": "birds", "EndpointStatus": "Failed"})
    with pytest.raises(InvalidInputError, match="'birds' is Failed; only one that is in service"):
        deploy(deploying={"update_endpoint": True})


def test_update_of_an_endpoint_that_there_is_not_makes_it(aws):
    deploy(deploying={"update_endpoint": True})
    assert left() == (["birds"], ["birds"], ["birds"])


def test_an_endpoint_that_fails_says_why_and_leaves_nothing(aws, caplog):
    caplog.set_level("INFO", "smtf")
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="/aws/sagemaker/Endpoints/birds")
    logs.create_log_stream(logGroupName="/aws/sagemaker/Endpoints/birds", logStreamName="AllTraffic/i-1")
    logs.put_log_events(
        logGroupName="/aws/sagemaker/Endpoints/birds",
        logStreamName="AllTraffic/i-1",
        logEvents=[{"timestamp": int(time.time() * 1000), "message": "no servable model"}],
    )
    there = {"EndpointName": "birds", "EndpointConfigName": "birds"}
    aws.script(
        "DescribeEndpoint",
        Refusal("ValidationException", 'Could not find endpoint "birds".'),
        {**there, "EndpointStatus": "Creating"},
        Refusal("ServiceUnavailable", status=503),
        {**there, "EndpointStatus": "Failed", "FailureReason": "The primary container did not pass the ping"},
    )
    with pytest.raises(SmtfError, match=r"is Failed: The primary container did not pass(.|\n)*no servable model"):
        deploy()
    assert "endpoint birds: Creating" in caplog.text
    aws.script("DescribeEndpoint")
    assert left() == ([], [], [])


@pytest.mark.parametrize("operation", ["CreateModel", "CreateEndpointConfig", "CreateEndpoint"])
def test_a_refusal_leaves_nothing_and_names_the_permission(aws, operation):
    aws.script(operation, Refusal("AccessDeniedException", "User is not authorized"))
    with pytest.raises(BackendUnavailableError, match=rf"Allow sagemaker:{operation} on .*birds"):
        deploy()
    assert left() == ([], [], [])


def test_answers_that_are_errors(aws):
    predictor = deploy()
    aws.script("InvokeEndpoint", Answer(b'{"error": "Input x must have shape"}', status=400))
    with pytest.raises(EndpointError, match="Input x must have shape") as caught:
        predictor.predict([[1]])
    assert caught.value.status == 400
    aws.script("InvokeEndpoint", Refusal("ValidationError", "Endpoint birds of account 123456789012 not found."))
    with pytest.raises(EndpointUnreachableError, match="birds"):
        predictor.predict([[1]])
    aws.script("InvokeEndpoint", Refusal("AccessDeniedException", "User is not authorized", status=403))
    with pytest.raises(BackendUnavailableError, match="Allow sagemaker:InvokeEndpoint on endpoint birds"):
        predictor.predict([[1]])


def test_ctrl_c_while_waiting_leaves_the_endpoint(aws, caplog, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    there = {"EndpointName": "birds", "EndpointConfigName": "birds", "EndpointStatus": "Creating"}
    aws.script("DescribeEndpoint", Refusal("ValidationException", "Could not find endpoint"), there)
    monkeypatch.setattr(deploying.time, "sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        deploy()
    assert "smtf endpoints delete birds" in caplog.text
    assert left() == (["birds"], ["birds"], ["birds"])
