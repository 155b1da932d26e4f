"""The container's /invocations: its table of conversions and its attributes, row by row."""

import json

import pytest
import tensorflow as tf

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import Deployment, Request
from smtf_serving.adapters.tfs.adapter import TfsAdapter
from smtf_serving.adapters.tfs.catalogue import Catalogue
from smtf_serving.adapters.tfs.invocations import document_of, reply_type
from smtf_serving.adapters.tfs.server import TfsServer
from smtf_serving.adapters.tfs.settings import Settings

CONVERSIONS = [
    # content type, body, document
    ("application/json", b'{"instances": [1]}', {"instances": [1]}),
    ("application/json", b'{"inputs": 1, "signature_name": "s"}', {"inputs": 1, "signature_name": "s"}),
    ("application/json", b'{"examples": [{}]}', {"examples": [{}]}),
    ("application/json; charset=utf-8", b"[[1, 2], [3, 4]]", {"instances": [[1, 2], [3, 4]]}),
    ("APPLICATION/JSON", b"[1, 2]", {"instances": [[1, 2]]}),
    ("", b"1", {"instances": [1]}),
    ("application/json", b'"text"', {"instances": ["text"]}),
    ("application/json", b'{"x": 1}', {"instances": [{"x": 1}]}),
    ("application/json", b'[{"x": 1}, {"x": 2}]', {"instances": [{"x": 1}, {"x": 2}]}),
    ("application/json", b"[1, 2]\n[3, 4]", {"instances": [[1, 2], [3, 4]]}),
    ("application/jsonlines", b"1\n2\n", {"instances": [1, 2]}),
    ("application/jsonlines", b'{"x": 1}\n{"x": 2}', {"instances": [{"x": 1}, {"x": 2}]}),
    ("application/jsons", b'{"x": 1}{"x": 2}', {"instances": [{"x": 1}, {"x": 2}]}),
    ("text/csv", b"1,2.5\n-3,4e2\n", {"instances": [[1, 2.5], [-3, 400.0]]}),
    ("text/csv; header=absent", b"1\r\n2\r\n", {"instances": [[1], [2]]}),
    ("text/csv", b'1,abc\n"a, b",""\n', {"instances": [[1, "abc"], ["a, b", ""]]}),
    ("text/csv", b"1,,3", {"instances": [[1, "", 3]]}),
]


@pytest.mark.parametrize(("content_type", "body", "document"), CONVERSIONS, ids=range(len(CONVERSIONS)))
def test_conversions(content_type, body, document):
    assert document_of(body, content_type) == document


def test_rows_are_examples_for_classify():
    assert document_of(b'{"x": 1}', "application/json", "classify") == {"examples": [{"x": 1}]}


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html, application/json;q=0.9", "application/json"),
        ("application/jsonlines, application/json", "application/jsonlines"),
    ],
)
def test_accept(accept, media):
    assert reply_type(accept) == media


def attributes(text):
    return {"x-amzn-sagemaker-custom-attributes": text}


NUMBERS = attributes("tfs-model-name=number")
REF = attributes("tfs-model-name=ref")
TEXT = attributes("tfs-model-name=table")


@pytest.mark.parametrize(
    ("request_", "status", "answer"),
    [
        ({"body": b"[1, 2]", "headers": REF}, 200, {"predictions": [6.0]}),
        (
            {"body": b"[1, 2]\n[3, 4]", "content_type": "application/jsonlines", "headers": REF},
            200,
            {"predictions": [6.0, 14.0]},
        ),
        (
            {"body": b'{"x": [1, 2]}{"x": [3, 4]}', "content_type": "application/jsons", "headers": REF},
            200,
            {"predictions": [6.0, 14.0]},
        ),
        (
            {"body": b'{"inputs": [[1, 2]], "signature_name": "serving_default"}', "headers": REF},
            200,
            {"outputs": [6.0]},
        ),
        (
            {"body": b'{"instances": [[1, 2]], "signature_name": "no"}', "headers": REF},
            400,
            {"error": 'Serving signature name: "no" not found in signature def'},
        ),
        (
            {
                "body": b'{"signature_name": "regression", "examples": [{"x": [1.0, 2.0]}]}',
                "headers": attributes("tfs-model-name=example,tfs-method=regress"),
            },
            200,
            {"results": [10.0]},
        ),
        (
            {
                "body": b'[{"inputs": [1.0, 2.0]}, {"inputs": [3.0, 4.0]}]',
                "headers": attributes("tfs-model-name=number,tfs-method=regress"),
            },
            200,
            {"results": [3.0, 7.0]},
        ),
        ({"body": b'{"inputs": [1.0, 2.0]}', "headers": NUMBERS}, 400, None),
        (
            {"body": b"[1]", "headers": attributes("tfs-model-name=ref,tfs-model-version=2")},
            404,
            {"error": "Servable not found for request: Specific(ref, 2)"},
        ),
        ({"body": b"1,2\n3,4", "content_type": "text/csv", "headers": REF}, 200, {"predictions": [6.0, 14.0]}),
        (
            {"body": b"[1, 2]", "headers": attributes("tfs-model-name=ref,tfs-model-version=1,other=1")},
            200,
            {"predictions": [6.0]},
        ),
        (
            {"body": b'{"x": [1.0, 2.0]}', "headers": attributes("tfs-model-name=example, tfs-method=regress")},
            400,
            {
                "error": "Expected regression signature method_name to be tensorflow/serving/regress. Was: tensorflow/serving/classify"
            },
        ),
        (
            {"body": b"[1]", "headers": attributes("tfs-model-name=ref,tfs-model-version=x")},
            400,
            {"error": "Failed to convert version: x to numeric."},
        ),
        (
            {"body": b"[1]", "headers": attributes("tfs-method=guess")},
            400,
            {"error": "tfs-method must be predict, classify or regress, not 'guess'"},
        ),
        (
            {"body": b"[1]", "headers": attributes("tfs-model-name=no")},
            404,
            {"error": "Servable not found for request: Latest(no)"},
        ),
        ({"body": b"x", "content_type": "image/png"}, 415, {"error": "Unsupported Media Type: image/png"}),
        (
            {"body": b"[1, 2]", "accept": "image/png", "headers": REF},
            406,
            {"error": "Not Acceptable: image/png; this endpoint answers with application/json"},
        ),
        ({"body": b"", "headers": REF}, 400, {"error": "JSON Parse error: The document is empty"}),
        ({"body": b"", "content_type": "text/csv", "headers": REF}, 400, {"error": "the body has no rows of CSV"}),
        ({"method": "GET"}, 405, {"error": "Method Not Allowed: GET /invocations"}),
    ],
)
def test_invocations(ask, request_, status, answer):
    got, reply = ask("/invocations", **{"body": b"", **request_})
    assert (got, reply if answer is not None else None) == (status, answer)


def test_the_answer_has_the_type_that_was_accepted(server):
    reply = server.invoke(Request(body=b"[1, 2]", accept="application/jsonlines, text/html", headers=REF))
    assert (reply.status, reply.content_type) == (200, "application/jsonlines")


VARIABLES = [
    # variable, value, setting, what becomes of it
    ("SAGEMAKER_TFS_DEFAULT_MODEL_NAME", "ref", "default_model", "ref"),
    ("SAGEMAKER_TFS_DEFAULT_MODEL_NAME", "", "default_model", None),
    ("SAGEMAKER_MULTI_MODEL", "true", "multi_model", True),
    ("SAGEMAKER_MULTI_MODEL", "", "multi_model", False),
    ("SAGEMAKER_TFS_ENABLE_BATCHING", "True", "batching", True),
    ("SAGEMAKER_TFS_ENABLE_BATCHING", "false", "batching", False),
    ("SAGEMAKER_TFS_MAX_BATCH_SIZE", "32", "max_batch_size", 32),
    ("SAGEMAKER_TFS_MAX_BATCH_SIZE", "", "max_batch_size", 8),
    ("SAGEMAKER_BIND_TO_PORT", "9000", "port", 9000),
    ("SAGEMAKER_TFS_GRPC_PORT", "9001", "grpc_port", "9001"),
]


@pytest.mark.parametrize(("variable", "value", "setting", "become"), VARIABLES)
def test_variables_of_the_container_for_the_adapter(variable, value, setting, become):
    assert getattr(Settings.from_environment({variable: value}), setting) == become


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("SAGEMAKER_MULTI_MODEL", "perhaps", "must be true or false"),
        ("SAGEMAKER_TFS_MAX_BATCH_SIZE", "0", "a whole number above 0"),
    ],
)
def test_variables_that_cannot_be(variable, value, message):
    with pytest.raises(InvalidInputError, match=f"{variable} {message}" if "must" in message else message):
        Settings.from_environment({variable: value})


def test_fields_of_csv_stay_strings_for_a_model_of_strings(ask):
    status, reply = ask("/invocations", b"1,a\n", content_type="text/csv", headers=TEXT)
    assert (status, reply) == (400, {"error": "Input text must have shape [?] but got: [1,2]"})


def test_default_model(models, ask):
    server = TfsAdapter().load(Deployment(path=str(models), environment={"SAGEMAKER_TFS_DEFAULT_MODEL_NAME": "ref"}))
    assert ask("/invocations", [1, 2], on=server) == (200, {"predictions": [6.0]})
    server.close()
    with pytest.raises(InvalidInputError, match="SAGEMAKER_TFS_DEFAULT_MODEL_NAME is 'no'"):
        TfsAdapter().load(Deployment(path=str(models), environment={"SAGEMAKER_TFS_DEFAULT_MODEL_NAME": "no"}))


def test_multi_model(models, ask, tmp_path):
    server = TfsAdapter().load(Deployment(path=str(tmp_path), environment={"SAGEMAKER_MULTI_MODEL": "true"}))

    def call(method, path, body=None):
        return ask(path, b"" if body is None else body, method=method, on=server)

    url = str(models / "ref")
    assert call("GET", "/models") == (200, {"models": []})
    assert call("POST", "/models", {"model_name": "m", "url": url})[0] == 200
    assert call("POST", "/models", {"model_name": "m", "url": url}) == (409, {"error": "Model m is already loaded"})
    assert call("POST", "/models", {"model_name": "n", "url": str(tmp_path)})[0] == 400
    assert call("POST", "/models", {"model_name": "n"})[0] == 400
    assert call("GET", "/models") == (200, {"models": [{"modelName": "m", "modelUrl": url}]})
    assert call("GET", "/models/m") == (200, {"modelName": "m", "modelUrl": url})
    assert call("POST", "/models/m/invoke", [1, 2]) == (200, {"predictions": [6.0]})
    assert call("POST", "/models/no/invoke", [1, 2])[0] == 404
    assert call("DELETE", "/models/m")[0] == 200
    assert call("DELETE", "/models/m") == (404, {"error": "Model m is not loaded"})
    assert call("GET", "/models/m")[0] == 404
    assert call("PUT", "/models")[0] == 405
    server.close()


@pytest.mark.parametrize("cause", [MemoryError("no room"), tf.errors.ResourceExhaustedError(None, None, "no room")])
def test_a_model_that_memory_does_not_suffice_for(models, ask, cause):
    """What TensorFlow raises then; to fill the memory of the machine that tests run on would be no service to it."""

    def load_model(path):
        if isinstance(cause, MemoryError):
            raise cause
        raise InvalidInputError("cannot be loaded") from cause

    server = TfsServer(Catalogue(load_model), Settings(multi_model=True))
    status, reply = ask("/models", {"model_name": "m", "url": str(models / "ref")}, on=server)
    assert (status, "Not enough memory to load model m" in reply["error"]) == (507, True)
    assert ask("/models", method="GET", on=server) == (200, {"models": []})


def test_the_first_model_is_the_default(ask):
    # `control` takes one number a row
    assert ask("/invocations", {"instances": [1.0]}) == (200, {"predictions": [32.0]})


def test_nothing_that_is_sent_makes_an_exception(server):
    """A short fuzz: whatever comes, the answer is JSON with a status of its kind, never 500."""
    import random

    rng = random.Random(8)
    seeds = [
        b'{"instances": [[1, 2]]}',
        b'{"inputs": {"x": [[1.0, NaN]]}}',
        b'{"examples": [{"x": [1.0, 2.0]}]}',
        b"1,2\n3,4",
    ]
    paths = [
        "/invocations",
        *(
            f"/v1/models/{m}:{v}"
            for m in ("ref", "two", "example", "kinds", "table")
            for v in ("predict", "classify", "regress")
        ),
    ]
    for _ in range(3000):
        body = bytearray(rng.choice(seeds))
        for _ in range(rng.randrange(6)):
            position = rng.randrange(len(body) + 1)
            body[position : position + rng.randrange(3)] = rng.choice(
                [b"[", b"]", b"{", b'"', b"\xff", b"1e999", b"null", b",", b"\0", b"-"]
            )
        request = Request(
            path=rng.choice(paths),
            body=bytes(body),
            content_type=rng.choice(["application/json", "text/csv", "application/jsonlines"]),
            headers=rng.choice([{}, REF, TEXT]),
        )
        reply = server.invoke(request)
        assert reply.status in (200, 400), (request, reply)
        json.loads(reply.body)
