"""Prometheus' numbers: TensorFlow Serving's names, labels and buckets, counted for every request of a model."""

import json
import re

import pytest

from smtf_core.interfaces import Request
from smtf_serving.adapters.tfs.metrics import Metrics

COUNT = ':tensorflow:serving:request_count{{model_name="{}",status="{}"}}'
LATENCY = ':tensorflow:serving:request_latency_{}{{model_name="{}",API="{}",entrypoint="REST"{}}}'


def counts(server):
    text = server.invoke(Request(method="GET", path="/monitoring/prometheus/metrics")).body.decode()
    return {key: int(value) for key, value in (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")}


def attributes(text):
    return {"x-amzn-sagemaker-custom-attributes": text}


GOOD = {"instances": [[1, 2]]}
REQUESTS = [
    # path, headers, body, model, API, status
    ("/v1/models/ref:predict", {}, GOOD, "ref", "Predict", "OK"),
    ("/v1/models/ref:predict", {}, {"instances": [[1]]}, "ref", "Predict", "INVALID_ARGUMENT"),
    ("/v1/models/ref/versions/7:predict", {}, GOOD, "ref", "Predict", "NOT_FOUND"),
    ("/v1/models/ref/labels/no:predict", {}, GOOD, "ref", "Predict", "UNAVAILABLE"),
    ("/v1/models/made-up:predict", {}, GOOD, "", "Predict", "NOT_FOUND"),
    ("/v1/models/number:regress", {}, {"examples": [{"inputs": [1.0, 2.0]}]}, "number", "Regress", "OK"),
    ("/v1/models/example:classify", {}, {"examples": [{"x": [1.0, 2.0]}]}, "example", "Classify", "OK"),
    ("/v1/models/example:classify", {}, {}, "example", "Classify", "INVALID_ARGUMENT"),
    ("/invocations", attributes("tfs-model-name=ref"), GOOD, "ref", "Predict", "OK"),
    ("/invocations", attributes("tfs-method=guess"), GOOD, "", "Predict", "INVALID_ARGUMENT"),
]


@pytest.mark.parametrize(("path", "headers", "body", "model", "api", "status"), REQUESTS, ids=range(len(REQUESTS)))
@pytest.mark.parametrize("together", [False, True])
def test_what_is_counted(server, path, headers, body, model, api, status, together):
    before = counts(server)
    request = Request(path=path, headers=headers, body=json.dumps(body).encode())
    times = 3 if together else 1
    if together:
        server.invoke_many([request] * times)
    else:
        server.invoke(request)
    after = counts(server)
    added = {key: value - before.get(key, 0) for key, value in after.items() if "_sum{" not in key}
    assert added.pop(COUNT.format(model, status)) == times
    assert added.pop(LATENCY.format("count", model, api, "")) == times
    assert added.pop(LATENCY.format("bucket", model, api, ',le="+Inf"')) == times
    assert {key for key, value in added.items() if value} <= {
        key for key in added if key.startswith(LATENCY.format("bucket", model, api, "")[:-1])
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/models/ref"), ("GET", "/v1/models/ref/metadata"), ("GET", "/invocations"), ("POST", "/nowhere")],
)
def test_what_is_not_counted(server, method, path):
    before = counts(server)
    server.invoke(Request(method=method, path=path))
    assert counts(server) == before


def test_the_text():
    metrics = Metrics()
    metrics.observe('a"b\\c', "predict", 200, 11e-6)
    metrics.observe('a"b\\c', "predict", 415, 1e9)
    text = metrics.text()
    assert re.findall(r"^# TYPE (.*)$", text, re.MULTILINE) == [
        ":tensorflow:serving:request_count counter",
        ":tensorflow:serving:request_latency histogram",
    ]
    assert r':tensorflow:serving:request_count{model_name="a\"b\\c",status="INVALID_ARGUMENT"} 1' in text
    bounds = re.findall(r'le="([^"]*)"} (\d)', text)
    assert bounds[:3] == [("10", "0"), ("18", "1"), ("32.4", "1")]
    assert bounds[-1] == ("+Inf", "2")
    assert len(bounds) == 34
