"""The gRPC port, asked by the stubs of tensorflow-serving-api as existing clients do."""

import socket
import subprocess
import sys
import threading
import time

import grpc
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import Deployment
from smtf_serving.adapters.python.adapter import PythonAdapter
from smtf_serving.command import serve
from smtf_serving.http.settings import HttpSettings

apis = pytest.importorskip("tensorflow_serving.apis", reason="needs the extra grpc")
from tensorflow_serving.apis import (  # noqa: E402
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from smtf_serving.grpc.server import GrpcServer  # noqa: E402

SETTINGS = HttpSettings(grpc_port=0, max_body=100_000)


@pytest.fixture(scope="module")
def channel(server):
    listening = GrpcServer(server, SETTINGS, shared=False)
    with grpc.insecure_channel(f"127.0.0.1:{listening.port}") as opened:
        yield opened
    listening.stop(5)


@pytest.fixture(scope="module")
def stub(channel):
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


def predict_request(model="ref", value=((1, 2), (3, 4)), name="x", dtype=tf.float32):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.inputs[name].CopyFrom(tf.make_tensor_proto(value, dtype))
    return request


def example(**features):
    made = tf.train.Example()
    for name, values in features.items():
        made.features.feature[name].float_list.value.extend(values)
    return made


def test_predict(stub):
    response = stub.Predict(predict_request())
    assert tf.make_ndarray(response.outputs["y"]).tolist() == [6.0, 14.0]
    spec = response.model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == ("ref", 1, "serving_default")


def test_predict_by_label_version_and_filter_and_strings(stub):
    request = predict_request()
    request.model_spec.version_label = "stable"
    assert stub.Predict(request).model_spec.version.value == 1
    request = predict_request("table", [b"a", b"z"], "text", tf.string)
    request.output_filter.append("id")
    response = stub.Predict(request)
    assert list(response.outputs) == ["id"]
    assert tf.make_ndarray(response.outputs["id"]).tolist() == [1, -1]


def test_classify_regress_and_both(stub):
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = "example"
    request.input.example_list.examples.append(example(x=[0.0, 0.0]))
    (row,) = stub.Classify(request).result.classifications
    assert [one.label for one in row.classes] == ["p", "q", "r"]
    assert np.allclose([one.score for one in row.classes], 1 / 3)

    request = regression_pb2.RegressionRequest()
    request.model_spec.name, request.model_spec.signature_name = "example", "regression"
    request.input.example_list_with_context.context.CopyFrom(example(x=[1.0, 2.0]))
    request.input.example_list_with_context.examples.extend([tf.train.Example(), example(x=[5.0, 5.0])])
    assert [one.value for one in stub.Regress(request).result.regressions] == [10.0, 17.0]

    request = inference_pb2.MultiInferenceRequest(input=request.input)
    for name, method in (("", "classify"), ("regression", "regress")):
        task = request.tasks.add(method_name=f"tensorflow/serving/{method}")
        task.model_spec.name, task.model_spec.signature_name = "example", name
    classes, numbers = stub.MultiInference(request).results
    assert len(classes.classification_result.classifications) == 2
    assert [one.value for one in numbers.regression_result.regressions] == [10.0, 17.0]


def test_metadata_and_status(stub, channel):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = "ref"
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert stub.GetModelMetadata(request).metadata["signature_def"].Unpack(signatures)
    assert list(signatures.signature_def["serving_default"].inputs) == ["x"]
    models = model_service_pb2_grpc.ModelServiceStub(channel)
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "ref"
    (status,) = models.GetModelStatus(request).model_version_status
    assert (status.version, status.state) == (1, get_model_status_pb2.ModelVersionStatus.AVAILABLE)
    with pytest.raises(grpc.RpcError) as caught:
        models.HandleReloadConfigRequest(model_management_pb2.ReloadConfigRequest())
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def with_version(number):
    request = predict_request()
    request.model_spec.version.value = number
    return request


@pytest.mark.parametrize(
    ("make", "code", "message"),
    [
        (predict_pb2.PredictRequest, "INVALID_ARGUMENT", "Missing ModelSpec"),
        (lambda: predict_request("no"), "NOT_FOUND", r"Latest\(no\)"),
        (lambda: with_version(9), "NOT_FOUND", r"Specific\(ref, 9\)"),
        (lambda: predict_request(name="z"), "INVALID_ARGUMENT", "Sent extra: {z}. Missing but required: {x}"),
        (lambda: predict_request(dtype=tf.int32), "INVALID_ARGUMENT", "input x must be float32, not int32"),
        (lambda: predict_request(value=[[1, 2, 3]]), "INVALID_ARGUMENT", r"must have shape \[\?,2\]"),
        (lambda: predict_request(value=np.zeros([20_000, 2])), "RESOURCE_EXHAUSTED", "larger than max"),
    ],
)
def test_errors_have_their_code_and_cause(stub, make, code, message):
    with pytest.raises(grpc.RpcError, match=message) as caught:
        stub.Predict(make())
    assert caught.value.code() is grpc.StatusCode[code]


def test_requests_are_counted(server, stub):
    def text():
        return server.metrics.text().splitlines()

    refused = with_version(9)
    with pytest.raises(grpc.RpcError):
        stub.Predict(refused)
    before = text()
    stub.Predict(predict_request())
    with pytest.raises(grpc.RpcError):
        stub.Predict(refused)
    added = {line.rsplit(" ", 1)[0] for line in set(text()) - set(before)}
    assert ':tensorflow:serving:request_count{model_name="ref",status="NOT_FOUND"}' in added
    assert ':tensorflow:serving:request_latency_count{model_name="ref",API="Predict",entrypoint="GRPC"}' in added


class Callers:
    """Clients that ask one call after the other until one fails; each has a connection of its own."""

    def __init__(self, port, calls):
        self.answers, self.errors = [], []
        self._threads = [threading.Thread(target=self._ask, args=(port, *call)) for call in calls]
        for thread in self._threads:
            thread.start()

    def _ask(self, port, request, right):
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", -1)]
        with grpc.insecure_channel(f"127.0.0.1:{port}", options) as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            while True:
                try:
                    answer = tf.make_ndarray(stub.Predict(request, timeout=60).outputs["y"])
                except grpc.RpcError as error:
                    self.errors.append((error.code(), error.details()))
                    return
                self.answers.append(right == answer.tolist())

    def until(self, answers):
        deadline = time.monotonic() + 60
        while len(self.answers) < answers:
            assert time.monotonic() < deadline, self.errors
            assert not self.errors
            time.sleep(0.01)

    def end(self):
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()
        assert all(self.answers)
        assert {code for code, _ in self.errors} == {grpc.StatusCode.UNAVAILABLE}, self.errors
        assert len(self.errors) == len(self._threads)


def test_a_stopped_server_has_answered_what_it_took(server):
    listening = GrpcServer(server, SETTINGS, shared=False)
    callers = Callers(listening.port, [(predict_request(), [6.0, 14.0])] * 8)
    callers.until(100)
    listening.stop(10)
    callers.end()


def test_a_stopping_server_tells_those_who_go_on_asking(server):
    listening = GrpcServer(server, SETTINGS, shared=False)
    with grpc.insecure_channel(f"127.0.0.1:{listening.port}") as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        stub.Predict(predict_request())
        stopping = threading.Thread(target=listening.stop, args=(10,))
        stopping.start()
        codes = []
        while stopping.is_alive():
            try:
                stub.Predict(predict_request())
            except grpc.RpcError as error:
                codes.append(error.code())
        stopping.join()
    assert set(codes) == {grpc.StatusCode.UNAVAILABLE}


@pytest.mark.slow
def test_sigterm_under_load_loses_no_call(models, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = tmp_path / "address"
    process = subprocess.Popen(
        [
            sys.executable, "-c", "from smtf_core.cli import main; main()", "serve", str(models / "ref"), "--port", "0",
            "--grpc-port", str(port), "--address-file", str(told),
        ]
    )  # fmt: skip
    try:
        while not told.exists():
            assert process.poll() is None
            time.sleep(0.05)
        rows = 200_000  # some tens of milliseconds, so that such calls are under way at any time
        quick, long = (predict_request(), [6.0, 14.0]), (predict_request(value=np.ones([rows, 2])), [4.0] * rows)
        callers = Callers(port, [quick] * 8 + [long] * 3)
        callers.until(300)
        process.terminate()
        callers.end()
        assert process.wait(30) == 0
    finally:
        process.kill()


def test_what_cannot_have_a_port(models, tmp_path):
    python = PythonAdapter().load(Deployment(path=str(models / "ref")))
    with pytest.raises(InvalidInputError, match="adapter 'tfs' alone"):
        GrpcServer(python, SETTINGS, shared=False)
    python.close()
    told = CliRunner().invoke(serve, [str(tmp_path), "--grpc-port", "0", "--workers", "2"])
    assert "which must have a number" in told.output
    told = CliRunner().invoke(serve, [str(tmp_path), "--grpc-port", "1", "--adapter", "python"])
    assert "adapter 'python' has no gRPC API" in told.output


def test_a_port_that_is_taken(server):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = HttpSettings(grpc_port=taken.getsockname()[1])
        with pytest.raises(OSError, match="cannot be had"):
            GrpcServer(server, settings, shared=False)
