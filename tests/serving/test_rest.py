"""TensorFlow Serving's REST API, row by row. Source: its RESTful API page and its messages."""

import json
import math

import numpy as np
import pytest
from attrs import evolve

from smtf_core.interfaces import Request

V1 = "/v1/models"
ELEMENT = "Failed to process element: {} of 'instances' list. Error: INVALID_ARGUMENT: "

PREDICT = [
    # model, body, answer
    ("ref", {"instances": [[1, 2], [3, 4]]}, {"predictions": [6.0, 14.0]}),
    ("ref", {"instances": [{"x": [1.5, 2]}]}, {"predictions": [7.0]}),
    ("ref", {"inputs": [[1, 2]]}, {"outputs": [6.0]}),
    ("ref", {"inputs": {"x": [[1, 2]]}}, {"outputs": [6.0]}),
    ("ref", {"signature_name": "serving_default", "inputs": [[1, 2]]}, {"outputs": [6.0]}),
    ("ref", {"signature_name": "", "inputs": [[1, 2]]}, {"outputs": [6.0]}),
    ("two", {"instances": [{"a": [1, 2], "b": 5}]}, {"predictions": [{"next": 6, "sum": 3.0}]}),
    ("two", {"inputs": {"a": [[1, 2]], "b": [5]}}, {"outputs": {"next": [6], "sum": [3.0]}}),
    (
        "table",
        {"instances": ["a", {"b64": "enp6"}]},
        {
            "predictions": [
                {"id": 1, "raw_bytes": {"b64": "YQ=="}, "upper": "A"},
                {"id": -1, "raw_bytes": {"b64": "enp6"}, "upper": "ZZZ"},
            ]
        },
    ),
    ("table", {"signature_name": "only", "inputs": {"b64": "YQ=="}}, None),  # a scalar where a list is needed
    ("example", {"signature_name": "text", "instances": [{"x": [1.0, 2.0], "s": "hi"}]}, {"predictions": ["hi"]}),
    ("example", {"signature_name": "text", "instances": [{"examples": {"b64": "CgA="}}]}, None),  # x is missing in it
]


@pytest.mark.parametrize(("model", "body", "answer"), PREDICT, ids=range(len(PREDICT)))
def test_predict(ask, model, body, answer):
    status, reply = ask(f"{V1}/{model}:predict", body)
    if answer is None:
        assert status == 400
        assert "error" in reply
    else:
        assert (status, reply) == (200, answer)


WRONG = [
    (b"", "JSON Parse error: The document is empty"),
    (b"{", "JSON Parse error: "),
    (b"\xff", "JSON Parse error: Invalid encoding in string"),
    (b"[" * 100_000, "JSON Parse error: "),
    (b"9" * 10_000, "JSON Parse error: "),
    ([1], "JSON Value: [1] Is not object"),
    ({}, "Missing 'inputs' or 'instances' key"),
    ({"instances": [], "inputs": []}, "Not formatted correctly expecting only one of 'inputs' or 'instances' keys"),
    ({"instances": 1}, "Excepting 'instances' to be an list/array"),
    ({"instances": []}, "No values in 'instances' array"),
    ({"signature_name": 1, "inputs": 1}, "not formatted correctly. 'signature_name' key must be a string value."),
    ({"signature_name": "no", "inputs": 1}, 'Serving signature name: "no" not found in signature def'),
    ({"inputs": {"y": 1}}, "Missing named input: x in 'inputs' object."),
    (
        {"instances": [{"y": 1}]},
        "Failed to process element: 0 key: y of 'instances' list. Error: INVALID_ARGUMENT: JSON object: does not have named input: y",
    ),
    ({"instances": [{}]}, "Failed to process element: 0 of 'instances' list. JSON object: {} keys must be equal to: x"),
    ({"instances": [{"x": [1, 2]}, [1, 2]]}, "Expecting object but got list at item 1 of input list"),
    ({"instances": [[1, 2], {"x": [1, 2]}]}, "Expecting value/list but got object at item 1 of input list"),
    ({"instances": [[1, "2"]]}, ELEMENT.format(0) + 'JSON Value: "2" Type: String is not of expected type: float'),
    ({"instances": [[1, True]]}, ELEMENT.format(0) + "JSON Value: true Type: True is not of expected type: float"),
    ({"instances": [[1, None]]}, ELEMENT.format(0) + "JSON Value: null Type: Null is not of expected type: float"),
    ({"instances": [[1, 2], [1]]}, ELEMENT.format(1) + "Expecting tensor size: 2 but got: 1"),
    ({"instances": [[1, 2], [[1], [2]]]}, ELEMENT.format(1) + "Expecting shape [2] but got: [2,1]"),
    ({"instances": [[1, [2]]]}, ELEMENT.format(0) + "Encountered list at unexpected level: 1 expected < 1"),
    (
        {"instances": [[[1], 2]]},
        ELEMENT.format(0) + "JSON Value: 2 found at incorrect level: 2 in the JSON DOM. Expected at level: 2",
    ),
    (
        {"instances": [[[1, 2], [3]]]},
        ELEMENT.format(0) + "Encountered list at unexpected size: 1 at level: 1 expected size: 2",
    ),
    (
        {"instances": [[1, 2**24]]},
        ELEMENT.format(0) + "Cannot convert JSON value: 16777216 to float without loss of precision.",
    ),
    ({"instances": [[1, 2, 3]]}, "Input x must have shape [?,2] but got: [1,3]"),
    ({"instances": [1]}, "Input x must have shape [?,2] but got: [1]"),
]


@pytest.mark.parametrize(("body", "message"), WRONG, ids=range(len(WRONG)))
def test_what_predict_refuses(ask, body, message):
    status, reply = ask(f"{V1}/ref:predict", body)
    assert status == 400
    assert message in reply["error"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"instances": [1]}, "instances is a plain list, but expecting list of objects"),
        ({"inputs": [1]}, "inputs is a plain value/list, but expecting an object"),
        ({"instances": [{"a": [1, 2], "b": 1.0}]}, "Failed to process element: 0 key: b of 'instances' list"),
        ({"instances": [{"a": [1, 2]}]}, "keys must be equal to: a,b"),
    ],
)
def test_what_two_inputs_refuse(ask, body, message):
    status, reply = ask(f"{V1}/two:predict", body)
    assert status == 400
    assert message in reply["error"]


VALUES = [
    ("float32", [0.1, -2, 3e38, 1e300, -1e300], [0.1, -2.0, 3e38, math.inf, -math.inf]),
    ("float64", [0.1, 2**53 - 1, 1e300], [0.1, float(2**53 - 1), 1e300]),
    ("float16", [0.5, 1], [0.5, 1.0]),
    ("int8", [-128, 127], [-128, 127]),
    ("uint8", [0, 255], [0, 255]),
    ("int16", [-1], [-1]),
    ("int32", [2**31 - 1], [2**31 - 1]),
    ("int64", [-(2**63), 2**63 - 1], [-(2**63), 2**63 - 1]),
    ("uint32", [2**32 - 1], [2**32 - 1]),
    ("uint64", [2**64 - 1], [2**64 - 1]),
    ("bool", [True, False], [True, False]),
    ("string", ["ü", {"b64": "/w"}], ["ü", {"b64": "/w=="}]),
    ("int8", [128], None),
    ("uint8", [-1], None),
    ("int32", [1.0], None),
    ("int64", [2**63], None),
    ("int64", [True], None),
    ("bool", [1], None),
    ("string", [1], None),
    ("string", [{"b64": "!"}], None),
    ("string", [{"b64": 1}], None),
    ("string", [{"b64": "YQ==", "x": 1}], None),
    ("string", [[{"b64": "YQ=="}], ["b"]], [["a"], ["b"]]),
    ("string", [None], None),
    ("float32", [], []),
    ("float32", 1, 1.0),
    ("float32", [[[1]]], [[[1.0]]]),
    ("float32", ["NaN"], None),
    ("bool", ["true"], None),
    ("float32", [{"b64": "YQ=="}], None),
    ("float64", [2**53], None),
]


@pytest.mark.parametrize(
    ("kind", "values", "answer"), VALUES, ids=[f"{kind}-{n}" for n, (kind, *_) in enumerate(VALUES)]
)
def test_values_of_every_type(ask, kind, values, answer):
    status, reply = ask(f"{V1}/kinds:predict", {"signature_name": kind, "inputs": values})
    assert (status, reply.get("outputs")) == ((200, answer) if answer is not None else (400, None))


def test_numbers_are_written_as_short_as_they_read_back(server):
    body = b'{"signature_name":"float32","inputs":[0.1, 2, 1e-5, NaN, Infinity, -Infinity, 16777217.0]}'
    reply = server.invoke(Request(path=f"{V1}/kinds:predict", body=body))
    assert reply.body == b'{"outputs":[0.1,2.0,1e-05,NaN,Infinity,-Infinity,16777216.0]}'
    random = np.random.default_rng(1).standard_normal(1000).astype(np.float32)
    body = json.dumps({"signature_name": "float32", "inputs": random.tolist()}).encode()
    texts = server.invoke(Request(path=f"{V1}/kinds:predict", body=body)).body.decode()[12:-2].split(",")
    assert [np.float32(text) for text in texts] == random.tolist()
    assert max(len(text.strip("-").replace(".", "").lstrip("0")) for text in texts) <= 9


CLASSIFY = [
    ("serving_default", {"examples": [{"x": [0.0, 0.0]}]}, [[["p", 1 / 3], ["q", 1 / 3], ["r", 1 / 3]]]),
    ("scores_only", {"examples": [{"x": [0.0, 0.0]}]}, [[["", 1 / 3]] * 3]),
    ("classes_only", {"examples": [{"x": [0.0, 0.0]}]}, [[["p", 0.0], ["q", 0.0], ["r", 0.0]]]),
    (
        "serving_default",
        {"context": {"x": [0.0, 0.0]}, "examples": [{}, {"n": 1}]},
        [[["p", 1 / 3], ["q", 1 / 3], ["r", 1 / 3]]] * 2,
    ),
]


@pytest.mark.parametrize(("signature", "body", "results"), CLASSIFY)
def test_classify(ask, signature, body, results):
    status, reply = ask(f"{V1}/example:classify", {"signature_name": signature, **body})
    assert status == 200
    assert [[label for label, _ in row] for row in reply["results"]] == [[label for label, _ in row] for row in results]
    np.testing.assert_allclose(
        [[score for _, score in row] for row in reply["results"]],
        [[score for _, score in row] for row in results],
        1e-6,
    )


@pytest.mark.parametrize(
    ("examples", "results"),
    [
        ([{"x": [1.0, 2.0]}], [10.0]),
        ([{"x": [1.0, 2.0], "n": 1}, {"x": [1.0, 2.0], "n": True}], [4.0, 4.0]),
        ([{"x": [1.0, 2.0], "n": [1], "s": "t"}, {"x": [1.0, 2.0], "n": 2, "s": {"b64": "/w"}}], [4.0, 5.0]),
    ],
)
def test_regress(ask, examples, results):
    assert ask(f"{V1}/example:regress", {"signature_name": "regression", "examples": examples}) == (
        200,
        {"results": results},
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "When method is classify, key 'examples' is expected and was not found"),
        ({"examples": {}}, "Expecting 'examples' value to be an list/array"),
        ({"examples": []}, "'examples' value is an empty array"),
        ({"examples": [1]}, "Example must be JSON object but got JSON Number"),
        ({"examples": [{"x": None}]}, "Feature: x has element with unexpected JSON type: Null"),
        ({"examples": [{"x": [[1]]}]}, "Feature: x has element with unexpected JSON type: Array"),
        ({"examples": [{"x": {"a": 1}}]}, "Feature: x has element with unexpected JSON type: Object"),
        ({"examples": [{"x": {"b64": "!"}}]}, "Unable to base64 decode"),
        ({"examples": [{"x": {"b64": "YQ==", "y": 1}}]}, "Feature: x has element with unexpected JSON type: Object"),
        ({"examples": [{"x": ["a", 1]}]}, "Unexpected element type in feature: x expecting type: bytes"),
        ({"examples": [{"x": [1.0, True]}]}, "Unexpected element type in feature: x expecting type: float"),
        ({"examples": [{"x": 1e39}]}, "Cannot convert JSON value: 1e+39 to float without loss of precision."),
        ({"context": [1], "examples": [{}]}, "Example must be JSON object but got JSON Array"),
        ({"context": {"x": [[1]]}, "examples": [{}]}, "Feature: x has element with unexpected JSON type: Array"),
        ({"signature_name": 7, "examples": [{}]}, "'signature_name' key must be a string value."),
        ([], "Is not object"),
        ({"examples": [{"x": [1, 2.0]}]}, "Unexpected element type in feature: x expecting type: int64"),
        ({"examples": [{"x": 2**63}]}, "Feature: x has uint64 element. Only int64 is supported."),
        ({"examples": [{}]}, "x"),
        ({"signature_name": "no", "examples": [{}]}, "No signature was found with the name: no"),
        (
            {"signature_name": "regression", "examples": [{}]},
            "Expected classification signature method_name to be tensorflow/serving/classify. Was: tensorflow/serving/regress",
        ),
    ],
)
def test_what_classify_refuses(ask, body, message):
    status, reply = ask(f"{V1}/example:classify", body)
    assert status == 400
    assert message in reply["error"]


PATHS = [
    ("POST", f"{V1}/ref/versions/1:predict", 200, None),
    ("POST", f"{V1}/ref/labels/stable:predict", 200, None),
    ("POST", "/V1/Models/ref:PREDICT", 200, None),
    ("POST", f"{V1}/ref/versions/2:predict", 404, "Servable not found for request: Specific(ref, 2)"),
    ("POST", f"{V1}/no:predict", 404, "Servable not found for request: Latest(no)"),
    ("POST", f"{V1}/ref/labels/canary:predict", 503, "Unrecognized servable version label: canary"),
    (
        "POST",
        f"{V1}/ref/versions/99999999999999999999:predict",
        400,
        "Failed to convert version: 99999999999999999999 to numeric.",
    ),
    ("POST", f"{V1}/ref:guess", 400, f"Malformed request: POST {V1}/ref:guess"),
    ("PUT", f"{V1}/ref:predict", 400, f"Malformed request: PUT {V1}/ref:predict"),
    ("POST", f"{V1}/ref", 400, f"Malformed request: POST {V1}/ref"),
    ("POST", "/", 400, "Malformed request: POST /"),
    ("GET", f"{V1}/ref:predict", 400, f"Malformed request: GET {V1}/ref:predict"),
    ("GET", V1, 400, "Missing model name in request."),
    ("GET", f"{V1}/no", 404, "Could not find any versions of model no"),
    ("GET", f"{V1}/ref/versions/2", 404, "Could not find version 2 of model ref"),
    ("GET", f"{V1}/no/metadata", 404, "Servable not found for request: Latest(no)"),
    ("GET", "/models", 400, "Malformed request: GET /models"),
]


@pytest.mark.parametrize(("method", "path", "status", "message"), PATHS)
def test_paths(ask, method, path, status, message):
    got, reply = ask(path, {"instances": [[1, 2]]}, method=method)
    assert (got, reply.get("error")) == (status, message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"examples": [{}]},
            "Expected regression signature method_name to be tensorflow/serving/regress. Was: tensorflow/serving/classify",
        ),
        ({"signature_name": "no", "examples": [{}]}, "No signature was found with the name: no"),
        ({"signature_name": "regression", "instances": [{}]}, "key 'examples' is expected and was not found"),
    ],
)
def test_what_regress_refuses(ask, body, message):
    status, reply = ask(f"{V1}/example:regress", body)
    assert status == 400
    assert message in reply["error"]


@pytest.mark.parametrize("path", ["", "/versions/1", "/labels/stable"])
def test_status_and_metadata(ask, path):
    version = {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    assert ask(f"{V1}/ref{path}", method="GET") == (200, {"model_version_status": [version]})
    status, reply = ask(f"{V1}/ref{path}/metadata", method="GET")
    assert status == 200
    assert reply["model_spec"] == {"name": "ref", "signature_name": "", "version": "1"}
    x = reply["metadata"]["signature_def"]["signature_def"]["serving_default"]["inputs"]["x"]
    assert x["dtype"] == "DT_FLOAT"
    assert x["tensor_shape"] == {"dim": [{"size": "-1", "name": ""}, {"size": "2", "name": ""}], "unknown_rank": False}


def test_requests_that_share_a_call_are_answered_each(server, monkeypatch):
    bodies = [{"instances": [[n, 1]] * (n % 3 + 1)} for n in range(7)]
    bodies[3] = {"instances": [["x", 1]]}
    bodies.append({"inputs": [[1, 1]]})
    requests = [Request(path=f"{V1}/ref:predict", body=json.dumps(body).encode()) for body in bodies]
    requests.append(Request(method="GET", path=f"{V1}/ref"))
    model = server.catalogue.find("ref")[1]
    sizes = []
    monkeypatch.setattr(server, "_routes", evolve(server._routes, max_rows=8))
    server.catalogue.derived.clear()
    call = model.way.calls["serving_default"]
    monkeypatch.setitem(model.way.calls, "serving_default", lambda x: sizes.append(len(x)) or call(x))
    together = server.invoke_many(requests)
    server.catalogue.derived.clear()
    assert sorted(sizes) == [1, 4, 8]
    alone = [server.invoke(request).body for request in requests]
    assert [reply.body for reply in together] == alone
    monkeypatch.setattr(server, "_routes", evolve(server._routes, max_rows=1))
    assert [reply.body for reply in server.invoke_many(requests)] == alone
