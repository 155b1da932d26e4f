"""Endpoints in containers: smtf's own image and images of SageMaker's contract; found, asked, deleted, and their ends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker_jobs import SMTF, fit, until

from smtf_core import Predictor, TensorFlow, TensorFlowModel
from smtf_core.client.state import state_folder
from smtf_core.errors import EndpointError, EndpointUnreachableError, InvalidInputError, SmtfError, UnknownNameError

pytestmark = [pytest.mark.docker]
BASE = "python:3.11-slim-bookworm"
PROGRAM = "smtf-test-model-server:1"


@pytest.fixture
def name(engine) -> Iterator[str]:
    """An endpoint's name; afterwards there is no container of it."""
    name = f"of-test-{os.getpid()}-{time.time_ns()}"
    yield name
    left = engine.containers.list(all=True, filters={"label": f"smtf.endpoint={name}"}, ignore_removed=True)
    for container in left:
        container.remove(force=True)
    assert not left


@pytest.fixture
def model(tmp_path):
    """What a contract image takes for a model: nobody looks into it."""
    folder = tmp_path / "export" / "Servo" / "1700000000"
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"")
    return folder


def posted(address: str, value: object) -> Any:
    """The JSON that an endpoint answers to JSON."""
    request = urllib.request.Request(
        f"{address}/invocations", json.dumps(value).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.load(reply)


def test_a_contract_image_gets_what_sagemaker_gives(contract_image, engine, model, name, write, monkeypatch):
    """Source: SageMaker's hosting contract, the SDK's local mode."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    script = write("code/handlers.py", "def input_fn(data, content_type): return data\n")
    made = TensorFlowModel(model, entry_point=script, image_name=contract_image, env={"OWN": "x"})
    predictor = made.deploy(1, "local", "python", name, detach=True)
    lost = state_folder() / "endpoints" / "docker" / f"{name}-of-a-client-that-was-killed"
    lost.mkdir()
    try:
        cleaned = subprocess.run([SMTF, "clean", "--backend", "docker"], check=True, capture_output=True, text=True)
        assert f"docker: folder {lost}" in cleaned.stdout
        assert not lost.exists()
        (container,) = engine.containers.list(filters={"label": f"smtf.endpoint={name}"})
        bindings = [binding for bound in container.ports.values() for binding in bound or ()]
        assert {binding["HostIp"] for binding in bindings} == {"127.0.0.1"}
        assert "no-new-privileges" in container.attrs["HostConfig"]["SecurityOpt"]
        told = predictor.predict([1])
        assert told["arguments"] == ["/usr/local/bin/serve"]
        assert told["body"] == [1]
        assert told["tree"] == ["/opt/ml/code/handlers.py", "/opt/ml/model/export/Servo/1700000000/saved_model.pb"]
        assert not told["writable"] or not (model.parent.parent.parent / "new").exists()
        expected = {
            "SAGEMAKER_PROGRAM": "handlers.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/code",
            "SAGEMAKER_ENABLE_CLOUDWATCH_METRICS": "false",
            "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
            "SAGEMAKER_REGION": "eu-west-1",
            "SAGEMAKER_REQUIREMENTS": "",
        }
        assert {key: value for key, value in told["environment"].items() if key.startswith("SAGEMAKER")} == expected
        assert told["environment"]["OWN"] == "x"
        with pytest.raises(InvalidInputError, match=f"there is an endpoint '{name}' already"):
            made.deploy(1, "local", "python", name)

        # Another process finds it.
        monkeypatch.delenv("AWS_DEFAULT_REGION")  # SageMaker would be asked as well
        listed = json.loads(subprocess.run([SMTF, "endpoints", "--json"], check=True, capture_output=True).stdout)
        assert {"name": name, "backend": "docker", "state": "InService", "address": predictor.address} in listed
        asked = subprocess.run([SMTF, "predict", name, "[2]"], check=True, capture_output=True, text=True)
        assert json.loads(asked.stdout)["body"] == [2]
        subprocess.run([SMTF, "endpoints", "delete", name], check=True, capture_output=True)
        with pytest.raises(EndpointUnreachableError, match=f"'{name}'"):
            predictor.predict([1])
        with pytest.raises(UnknownNameError, match="there is no endpoint"):
            Predictor(name)
    finally:
        predictor.delete_endpoint()
    predictor.delete_endpoint()


CLIENT = """
import sys
from smtf_core import TensorFlowModel
model, image, name = sys.argv[1:]
predictor = TensorFlowModel(model, image_name=image).deploy(1, "local", endpoint_name=name)
print(predictor.address, flush=True)
sys.stdin.read()
"""


def test_an_endpoint_ends_with_a_client_that_is_killed(contract_image, engine, model, name):
    command = [sys.executable, "-c", CLIENT, str(model), contract_image, name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        assert posted(client.stdout.readline().strip(), [1])["body"] == [1]
        client.kill()
    until(lambda: not engine.containers.list(all=True, filters={"label": f"smtf.endpoint={name}"}, ignore_removed=True))
    until(lambda: f'"{name}"' not in subprocess.check_output([SMTF, "endpoints", "--json"], text=True))


def test_what_cannot_be_deployed(contract_image, engine, model, name, write, tmp_path, monkeypatch):
    def deploy(**arguments: object) -> None:
        deploying = {key: arguments.pop(key) for key in ("initial_instance_count", "endpoint_type") if key in arguments}
        given = {"image_name": contract_image, **arguments}
        TensorFlowModel(model, **given).deploy(**{"instance_type": "local", "endpoint_name": name, **deploying})

    cases = [
        ({"image_name": "no-such:1"}, "there is no image no-such:1 on this machine. Run: docker pull"),
        ({"image_name": "python:3.11-slim-bookworm"}, "cannot serve: it has no program `serve`"),
        ({"initial_instance_count": 2}, "on 1 instance, not on 2; model_server_workers"),
        ({"env": {"SAGEMAKER_BIND_TO_PORT": "many"}}, "SAGEMAKER_BIND_TO_PORT must be a port's number, not 'many'"),
        (
            {"entry_point": write("x.py", ""), "endpoint_type": "tensorflow-serving"},
            "call their handlers' script inference.py, not x.py",
        ),
    ]
    for arguments, message in cases:
        with pytest.raises(InvalidInputError, match=message):
            deploy(**arguments)
    with pytest.raises(SmtfError, match=f"endpoint '{name}' did not start: the model is bad"):
        deploy(env={"ACT": "fail"})
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    with pytest.raises(SmtfError, match=r"the container engine at unix://.*nothing.sock does not answer"):
        deploy()


@pytest.fixture
def program_image(engine, tmp_path) -> str:
    """An image with a program of TensorFlow Serving's name and command line: a real peer over HTTP, without a model."""
    context = tmp_path / "program"
    context.mkdir()
    shutil.copy(Path(__file__).parents[1] / "serving" / "peer_quick_server.py", context)
    (context / "tensorflow_model_server").write_text('#!/bin/sh\nexec python3 /peer_quick_server.py "$@"\n')
    (context / "Dockerfile").write_text(
        f"FROM {BASE}\nCOPY peer_quick_server.py /\nCOPY tensorflow_model_server /usr/bin/\n"
        'RUN chmod 755 /usr/bin/tensorflow_model_server\nENTRYPOINT ["/no/such/script.sh"]\n'
    )
    engine.images.build(path=str(context), tag=PROGRAM, rm=True)
    return PROGRAM


HANDLERS = """
def input_handler(data, context):
    return data.read() + context.model_name.encode()


def output_handler(response, context):
    return response.content, "application/json"
"""


@pytest.mark.slow
def test_tensorflow_serving_in_its_own_image(program_image, runtime_image, engine, model, name, write):
    def programs() -> list[Any]:
        label = f"smtf.model-server=smtf-endpoint-{os.getuid()}-{name}"
        return engine.containers.list(all=True, filters={"label": label}, ignore_removed=True)

    def status() -> Any:
        with urllib.request.urlopen(f"{predictor.address}/v1/models/Servo", timeout=60) as reply:
            return json.load(reply)

    def pings() -> bool:
        try:
            with urllib.request.urlopen(f"{predictor.address}/ping", timeout=60) as reply:
                return bool(reply.status == 200)
        except urllib.error.HTTPError:
            return False

    env = {"PEER_OWN": "x", "SAGEMAKER_TFS_ENABLE_BATCHING": "true", "SAGEMAKER_TFS_GRPC_PORT": "8500"}
    script = write("code/inference.py", HANDLERS)
    made = TensorFlowModel(model.parent.parent.parent, entry_point=script, image_name=program_image, env=env)
    predictor = made.deploy(1, "local", "tfs-binary", name)
    try:
        told = posted(predictor.address, [1])
        assert (told["path"], told["body"]) == ("/v1/models/Servo:predict", "[1]Servo")
        before = status()
        assert before["versions"] == {"Servo": ["1700000000/saved_model.pb"]}
        assert (before["flags"]["port"], before["flags"]["enable_batching"]) == ("8500", "true")
        assert before["environment"]["PEER_OWN"] == "x"
        assert not any(variable.startswith("SAGEMAKER") for variable in before["environment"])
        (program,) = programs()
        assert program.attrs["Config"]["User"] == f"{os.getuid()}:{os.getgid()}"
        assert program.attrs["HostConfig"]["CapDrop"] == ["ALL"]

        with pytest.raises(urllib.error.HTTPError, match="503"):
            posted(predictor.address, "end yourself")
        until(pings)
        assert posted(predictor.address, [2])["body"] == "[2]Servo"
    finally:
        predictor.delete_endpoint()
    assert not programs()

    for variables, kind, message in (
        ({"PEER_FAILS": "bad graph"}, InvalidInputError, "cannot load model 'Servo': bad graph"),
        ({"PEER_ENDS": "1"}, SmtfError, "it does not like this machine"),
    ):
        bad = TensorFlowModel(model.parent.parent.parent, image_name=program_image, env=variables)
        with pytest.raises(kind, match=f"endpoint '{name}' did not start: .*{message}"):
            bad.deploy(1, "local", "tfs-binary", name)
        assert not programs()
    with pytest.raises(InvalidInputError, match="on 1 instance, not on 2: tensorflow_model_server uses all"):
        made.deploy(2, "local", "tfs-binary", name)

    predictor = made.deploy(1, "local", "tfs-binary", name, detach=True)
    (first,) = engine.containers.list(filters={"label": f"smtf.endpoint={name}"})
    first.remove(force=True)
    (program,) = programs()
    cleaned = subprocess.run([SMTF, "clean", "--backend", "docker"], check=True, capture_output=True, text=True)
    assert f"docker: container {program.name}" in cleaned.stdout
    assert not programs()


def test_an_image_without_tensorflow_serving(engine, model, name):
    for image, message in (
        (BASE, f"image {BASE} has no program tensorflow_model_server; tensorflow/serving:latest is one that has"),
        (None, "there is no image tensorflow/serving:latest on this machine. Run: docker pull"),
    ):
        with pytest.raises(InvalidInputError, match=message):
            TensorFlowModel(model, image_name=image).deploy(1, "local", "tfs-binary", name)


# The example, with what TensorFlow Serving's regress API asks of a model.
REGRESSION = (
    "export_outputs={'serving_default': tf.estimator.export.PredictOutput({'ages': ages})}",
    "export_outputs={'serving_default': tf.estimator.export.PredictOutput({'ages': ages}),\n"
    "                            'regression': tf.estimator.export.RegressionOutput(ages)}",
)
EXAMPLES = """
def serving_input_fn(hyperparameters):
    spec = {INPUT_NAME: tf.FixedLenFeature([FEATURES], tf.float32)}
    return tf.estimator.export.build_parsing_serving_input_receiver_fn(spec)()
"""


@pytest.mark.slow
@pytest.mark.tensorflow
def test_the_examples_are_trained_and_deployed(job, data, examples, engine, write, name):
    """By Predictor and by HTTP, the same answers as in this process."""

    def deployed(estimator: TensorFlow, endpoint_type: str) -> Iterator[Predictor]:
        for instance_type in ("local", "inprocess"):
            predictor = estimator.deploy(1, instance_type, endpoint_type, f"{name}-{endpoint_type}")
            try:
                yield predictor
            finally:
                predictor.delete_endpoint()

    iris = job(examples / "iris_estimator" / "iris_dnn.py", training_steps=100)
    fit(iris, str(data / "iris"), name="iris")
    flower = {"inputs": [5.1, 3.5, 1.4, 0.2]}
    for endpoint_type in ("tensorflow-serving", "python"):
        there, here = [
            (predictor.classify([flower]), predictor.predict([flower]) if endpoint_type != "python" else None)
            for predictor in deployed(iris, endpoint_type)
        ]
        assert there == here
        assert "0" in json.dumps(there)

    text = (examples / "abalone_model" / "abalone.py").read_text()
    assert REGRESSION[0] in text
    regressing = write("abalone_examples.py", text.replace(*REGRESSION) + EXAMPLES)
    estimator = job(regressing, training_steps=100, hyperparameters={"learning_rate": 0.01}, framework_version="1.6")
    fit(estimator, str(data / "abalone"), name="regressing")
    shell = [0.4, 0.3, 0.1, 0.5, 0.2, 0.1, 0.15]
    body = {"signature_name": "regression", "examples": [{"inputs": shell}]}
    there, here = [predictor.regress(body) for predictor in deployed(estimator, "tensorflow-serving")]
    assert there == here
    assert 0 < there["results"][0] < 30

    abalone = job(
        examples / "abalone_model" / "abalone.py",
        training_steps=100,
        hyperparameters={"learning_rate": 0.01},
        framework_version="1.6",
    )
    fit(abalone, str(data / "abalone"), name="abalone")
    there, here = [predictor.predict([shell]) for predictor in deployed(abalone, "python")]
    assert there == here
    assert len(there["outputs"]["ages"]["float_val"]) == 1

    digits = job(examples / "digits_keras" / "digits.py", training_steps=100, framework_version="1.11")
    fit(digits, str(data / "digits"), name="digits")
    predictor = digits.deploy(2, "local", "tensorflow-serving", name, env={"SAGEMAKER_TFS_DEFAULT_MODEL_NAME": "Servo"})
    try:
        (container,) = engine.containers.list(filters={"label": f"smtf.endpoint={name}"})
        assert "SAGEMAKER_TFS_DEFAULT_MODEL_NAME" not in str(container.attrs)
        assert container.attrs["Config"]["User"] == f"{os.getuid()}:{os.getgid()}"
        pixels = [0.5] * 64
        (probabilities,) = predictor.predict([pixels])["predictions"]
        assert sum(probabilities) == pytest.approx(1, abs=1e-4)
        assert posted(predictor.address, [pixels]) == {"predictions": [probabilities]}
        with urllib.request.urlopen(f"{predictor.address}/v1/models/Servo", timeout=60) as reply:
            assert json.load(reply)["model_version_status"][0]["state"] == "AVAILABLE"
        with pytest.raises(EndpointError, match="400: "):
            predictor.predict([[1.0]])
    finally:
        predictor.delete_endpoint()
