"""What a Predictor sends and what it makes of answers, row by row; the endpoint keeps what it is sent."""

import io

import numpy as np
import pytest

from smtf_core import Predictor
from smtf_core.errors import EndpointError, InvalidInputError
from smtf_core.interfaces import Reply
from smtf_core.models import EndpointState


class Keeping:
    """An endpoint that gives a reply that is known, and keeps requests."""

    name, state, address = "keeping", EndpointState.IN_SERVICE, None

    def __init__(self):
        self.reply = Reply(body=b"null")
        self.requests = []

    def invoke(self, request):
        self.requests.append(request)
        return self.reply

    def delete(self):
        pass


@pytest.fixture
def endpoint():
    return Keeping()


JSON, CSV = "application/json", "text/csv"
SENT = [
    # data, content type, body
    ([1, 2.5], JSON, b"[1, 2.5]"),
    (7, JSON, b"7"),
    ("text", JSON, b'"text"'),
    (None, JSON, b"null"),
    (np.array([[1, 2]], np.int64), JSON, b"[[1, 2]]"),
    ([np.array([1.5], np.float32), [np.float64(2)]], JSON, b"[[1.5], [2.0]]"),
    ({"a": np.array([1]), "b": {"c": np.array([True])}}, JSON, b'{"a": [1], "b": {"c": [true]}}'),
    ((1, (2,)), JSON, b"[1, [2]]"),
    ({"s": b"text"}, JSON, b'{"s": "text"}'),
    (io.BytesIO(b"[1]"), JSON, b"[1]"),
    (b"as it is", JSON, b"as it is"),
    (b"\xff", "image/png", b"\xff"),
    ("a;b", "text/x", b"a;b"),
    ("1,2", CSV, b"1,2"),
    (io.StringIO("1,2"), CSV, b"1,2"),
    ([1, 2.5, "a,b"], CSV, b'1,2.5,"a,b"\n'),
    ([[1, 2], [3, 4]], CSV, b"1,2\n3,4\n"),
    (np.array([[1.5, 2.0]]), CSV, b"1.5,2.0\n"),
    (5, CSV, b"5\n"),
]


@pytest.mark.parametrize(("data", "content_type", "body"), SENT, ids=range(len(SENT)))
def test_what_is_sent(endpoint, data, content_type, body):
    Predictor(endpoint).predict(data, content_type)
    (request,) = endpoint.requests
    assert (request.path, request.method) == ("/invocations", "POST")
    assert (request.body, request.content_type, request.accept) == (body, content_type, JSON)
    assert request.headers == {}


@pytest.mark.parametrize(
    ("data", "content_type", "message"),
    [
        (object(), JSON, "cannot be sent as JSON"),
        ({1, 2}, JSON, "cannot be sent as JSON"),
        ([1], "image/png", "must be text, bytes, a file or a message"),
        ([{"a": 1}], CSV, "a row of text/csv is a list of numbers and texts"),
        ([[1], [[2]]], CSV, "a row of text/csv"),
        ([], CSV, "a row of text/csv"),
        (None, CSV, "a row of text/csv"),
    ],
)
def test_what_cannot_be_sent(endpoint, data, content_type, message):
    with pytest.raises(InvalidInputError, match=message):
        Predictor(endpoint).predict(data, content_type)
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("method", "model", "version", "header"),
    [
        ("predict", None, None, None),
        ("predict", "m", None, "tfs-model-name=m"),
        ("predict", "m", 3, "tfs-model-name=m,tfs-model-version=3"),
        ("classify", None, None, "tfs-method=classify"),
        ("regress", "m", 3, "tfs-model-name=m,tfs-model-version=3,tfs-method=regress"),
    ],
)
def test_custom_attributes(endpoint, method, model, version, header):
    getattr(Predictor(endpoint, model, version), method)([1])
    assert endpoint.requests[0].headers.get("x-amzn-sagemaker-custom-attributes") == header


ANSWERS = [
    # content type, body, answer
    (JSON, '{"predictions": [6.0]}', {"predictions": [6.0]}),
    (JSON, '{"outputs": {"firstName": [1]}}', {"outputs": {"firstName": [1]}}),
    (JSON, '{"results": [[["p", 0.5]]]}', {"results": [[["p", 0.5]]]}),
    (JSON, '{"results": [10.0]}', {"results": [10.0]}),
    (JSON, "[1, 2]", [1, 2]),
    (
        "application/json; charset=utf-8",
        '{"outputs": {"firstName": {"dtype": "DT_FLOAT", "tensorShape": {}, "floatVal": [1]}}}',
        {"outputs": {"firstName": {"dtype": "DT_FLOAT", "tensor_shape": {}, "float_val": [1]}}},
    ),
    (
        JSON,
        '{"result": {"regressions": [{"value": 1}]}, "modelSpec": {"signatureName": "s"}}',
        {"result": {"regressions": [{"value": 1}]}, "model_spec": {"signature_name": "s"}},
    ),
    (
        JSON,
        '{"results": [{"classificationResult": {"classifications": []}}, {"regressionResult": {}}]}',
        {"results": [{"classification_result": {"classifications": []}}, {"regression_result": {}}]},
    ),
    ("text/x", "a;b", b"a;b"),
    ("application/octet-stream", "bytes", b"bytes"),
]


@pytest.mark.parametrize(("content_type", "body", "answer"), ANSWERS, ids=range(len(ANSWERS)))
def test_what_becomes_of_an_answer(endpoint, content_type, body, answer):
    endpoint.reply = Reply(body=body.encode(), content_type=content_type)
    assert Predictor(endpoint).predict([1]) == answer


@pytest.mark.parametrize(
    ("body", "message"), [(b'{"error": "why"}', "why"), (b"<html>", "<html>"), (b"[1]", r"\[1\]"), (b"", "500")]
)
def test_an_error_has_its_cause_and_status(endpoint, body, message):
    endpoint.reply = Reply(status=500, body=body)
    with pytest.raises(EndpointError, match=message) as caught:
        Predictor(endpoint).predict([1])
    assert caught.value.status == 500
