"""From a model to a Predictor, in this process."""

import io
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from smtf_core import Predictor, TensorFlowModel
from smtf_core.errors import EndpointError, InvalidInputError, SmtfError, UnknownNameError
from smtf_core.s3 import S3Folder
from smtf_serving.protos import message


@pytest.fixture
def deploy(models):
    made = []

    def deploy_model(name="ref", endpoint_type="tensorflow-serving", **arguments):
        made.append(
            TensorFlowModel(name if isinstance(name, Path) or "/" in name else models / name, **arguments).deploy(
                1, "inprocess", endpoint_type
            )
        )
        return made[-1]

    deploy_model.made = made

    yield deploy_model
    for predictor in made:
        predictor.delete_endpoint()


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        ([[1, 2]], "application/json"),
        (np.array([[1, 2]], np.int64), "application/json"),
        ({"instances": [np.float32([1, 2])]}, "application/json"),
        ({"instances": ({"x": [np.float64(1), 2]},)}, "application/json"),
        ("1,2\n", "text/csv"),
        (io.BytesIO(b"1,2\n"), "text/csv"),
        (io.StringIO("1,2\n"), "text/csv"),
    ],
    ids=range(7),
)
def test_predict_with_tensorflow_serving(deploy, data, content_type):
    assert deploy().predict(data, content_type) == {"predictions": [6.0]}


def test_classify_and_regress(deploy):
    predictor = deploy("example")
    (row,) = predictor.classify({"x": [0.0, 0.0]})["results"]
    assert [label for label, _ in row] == ["p", "q", "r"]
    body = {"signature_name": "regression", "examples": [{"x": [1.0, 2.0]}]}
    assert predictor.regress(body) == {"results": [10.0]}


@pytest.mark.parametrize("data", [[[1, 2]], tf.make_tensor_proto([[1.0, 2.0]])], ids=["list", "TensorProto"])
def test_python_endpoint_answers_with_the_names_of_the_protobuf(deploy, data):
    y = deploy(endpoint_type="python").predict(data)["outputs"]["y"]
    assert y == {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "1"}]}, "float_val": [6.0]}


def test_a_request_message_is_answered_with_its_response_message(deploy):
    request = message("PredictRequest")()
    request.inputs["x"].ParseFromString(tf.make_tensor_proto([[1.0, 2.0]]).SerializeToString())
    octets = "application/octet-stream"
    response = deploy(endpoint_type="python").predict(request, octets, octets)
    assert isinstance(response, message("PredictResponse"))
    assert list(response.outputs["y"].float_val) == [6.0]


def test_an_endpoint_of_this_process_is_found_by_name_and_its_name_is_taken(deploy, models):
    predictor = deploy()
    assert Predictor(predictor.endpoint).predict([[1, 2]]) == {"predictions": [6.0]}
    with pytest.raises(InvalidInputError, match="already"):
        TensorFlowModel(models / "ref").deploy(endpoint_name=predictor.endpoint)
    predictor.delete_endpoint()
    with pytest.raises(UnknownNameError, match="there is no endpoint"):
        Predictor(predictor.endpoint)


def test_errors_and_the_end(deploy):
    predictor = deploy()
    with pytest.raises(EndpointError, match=r"400: Input x must have shape \[\?,2\]") as caught:
        predictor.predict([[1, 2, 3]])
    assert caught.value.status == 400
    for data in (object(), {"x": {1, 2}}):
        with pytest.raises(InvalidInputError, match="cannot be sent as JSON"):
            predictor.predict(data)
    predictor.delete_endpoint()
    predictor.delete_endpoint()
    with pytest.raises(SmtfError, match="has been deleted"):
        predictor.predict([[1, 2]])


@pytest.fixture(scope="module")
def archive(models, tmp_path_factory):
    path = tmp_path_factory.mktemp("archives") / "model.tar.gz"
    with tarfile.open(path, "w:gz") as packed:
        packed.add(models / "ref", "export/Servo")
    return path


HANDLERS = "import told\n\n\ndef handler(data, context):\n    return told.ANSWER, 'application/json'\n"


@pytest.mark.parametrize("place", ["archive", "archive on S3", "folder on S3"])
def test_a_model_and_its_handlers_lie_elsewhere(deploy, archive, models, place, request, write, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    model_data = archive
    if "S3" in place:
        folder = S3Folder(f"s3://{request.getfixturevalue('bucket')}/job")
        if place.startswith("archive"):
            folder.upload(archive, "model.tar.gz")
        else:
            for file in (path for path in (models / "ref").rglob("*") if path.is_file()):
                folder.upload(file, f"ref/{file.relative_to(models / 'ref').as_posix()}")
        model_data = folder.uri("model.tar.gz" if place.startswith("archive") else "ref")
    assert deploy(model_data).predict([[1, 2]]) == {"predictions": [6.0]}
    script, told = write("inference.py", HANDLERS), write("library/told.py", "ANSWER = '[7]'\n")
    assert deploy(model_data, entry_point=script, dependencies=[told]).predict([[1, 2]]) == [7]
    assert list(tmp_path.glob("smtf-endpoint-*"))
    for predictor in deploy.made:
        predictor.delete_endpoint()
    assert not list(tmp_path.glob("smtf-endpoint-*"))


def test_what_means_nothing_here_is_told(models, caplog):
    caplog.set_level("WARNING", "smtf")
    TensorFlowModel(models / "ref", role="SageMakerRole").deploy(wait=False).delete_endpoint()
    assert "endpoints on backend 'inprocess' do not use: role, wait" in caplog.text


@pytest.mark.parametrize(
    ("arguments", "deploying", "message"),
    [
        ({"model_data": "no-model"}, {}, "there is no file or folder 'no-model'"),
        ({"model_data": "gs://bucket/model"}, {}, "from a local path or s3:// only"),
        ({"source_dir": "src"}, {}, "source_dir needs entry_point"),
        ({"subnets": ["subnet-1"]}, {}, "belong together"),
        ({"model_server_workers": 0}, {}, "must be 1 or more"),
        ({}, {"update_endpoint": True}, "cannot put another model into an endpoint's place"),
        ({"entry_point": "no.py"}, {}, "there is no file 'no.py'"),
        ({}, {"endpoint_type": "no"}, "there is no serving adapter 'no'"),
        ({}, {"instance_type": "vm.c5.large"}, "vm.c5.large"),
        ({}, {"initial_instance_count": 2}, "on 1 instance, not on 2"),
        ({}, {"initial_instance_count": 0}, "must be 1 or more"),
        ({}, {"endpoint_name": "a/b"}, "endpoint name 'a/b'"),
        ({}, {"detach": True}, "end with this process"),
    ],
)
def test_what_cannot_be_deployed(models, arguments, deploying, message):
    with pytest.raises((InvalidInputError, UnknownNameError), match=message):
        TensorFlowModel(**{"model_data": models / "ref", **arguments}).deploy(**deploying)
