"""The legacy container's Python endpoint: its default conversions and the script's functions, row by row."""

import json
import math
import shutil

import numpy as np
import pytest
import saved_models
import tensorflow as tf

from smtf_core.errors import InvalidInputError, ScriptError
from smtf_core.interfaces import Deployment, Request
from smtf_serving.adapters.python.adapter import PythonAdapter
from smtf_serving.adapters.python.conversions import predict, predict_as_json, read_input, write_output
from smtf_serving.adapters.python.shortcut import shortcut_of
from smtf_serving.model.loaded import load_model
from smtf_serving.protos import message

OCTETS = "application/octet-stream"


@pytest.fixture(scope="module")
def servers(models):
    made = {}

    def server(name):
        if name not in made:
            made[name] = PythonAdapter().load(Deployment(path=str(models / name)))
        return made[name]

    yield server
    for one in made.values():
        one.close()


def invoke(server, body, **request):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = server.invoke(Request(body=raw, **request))
    return reply.status, reply.body if reply.content_type == OCTETS else json.loads(reply.body)


def outputs(reply):
    return {
        name: tensor.get("floatVal", tensor.get("int64Val", tensor.get("stringVal")))
        for name, tensor in reply["outputs"].items()
    }


TENSOR = {"dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "1"}, {"size": "2"}]}, "floatVal": [1.0, 2.0]}
DEFAULTS = [
    ("ref", [[1, 2], [3, 4]], {}, {"y": [6.0, 14.0]}),
    ("ref", [1, 2], {}, {"y": [6.0]}),
    ("ref", {"x": [[1, 2]]}, {}, {"y": [6.0]}),
    ("ref", TENSOR, {}, {"y": [6.0]}),
    ("ref", b"1,2\n3,4\n", {"content_type": "text/csv"}, {"y": [6.0, 14.0]}),
    ("ref", [[1, 2]], {"content_type": "application/json; charset=utf-8"}, {"y": [6.0]}),
    ("ref", [[1, 2]], {"content_type": "", "accept": "*/*"}, {"y": [6.0]}),
    ("two", {"a": [[1, 2]], "b": [5]}, {}, {"sum": [3.0], "next": ["6"]}),
    ("two", {"a": [1, 2], "b": [5]}, {}, {"sum": [3.0], "next": ["6"]}),
]


@pytest.mark.parametrize(("model", "body", "request_", "answer"), DEFAULTS, ids=range(len(DEFAULTS)))
def test_predict_without_functions(servers, model, body, request_, answer):
    status, reply = invoke(servers(model), body, **request_)
    assert status == 200, reply
    assert outputs(reply) == answer


def test_the_reply_is_the_json_of_the_message(servers):
    assert invoke(servers("ref"), [[1, 2]]) == (
        200,
        {"outputs": {"y": {"dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "1"}]}, "floatVal": [6.0]}}},
    )


KINDS = ("float32", "float64", "int32", "int64", "bool", "uint8", "string")
VALUES = {"bool": [[True, False]], "string": ["ü"], "float32": [0.1, 2, 1e-7, 3e38, 16777216.0]}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("special", [False, True])
def test_the_json_of_a_message_needs_no_message(models, kind, special):
    model = load_model(models / "kinds" / "1", fastest=False)
    signature = model.signatures[kind]
    values = VALUES.get(kind, [[1, 2], [3, 4]])
    if special:
        values = [math.nan, math.inf, 1.0] if kind.startswith("float") else 7 if kind.startswith("int") else values
    value = {"x": np.array(values, signature.inputs["x"].numpy_dtype) if kind != "string" else values}
    by_message, media = write_output(predict(value, model, signature), "application/json")
    assert media == "application/json"
    assert json.loads(predict_as_json(value, model, signature)) == json.loads(by_message)
    model.close()


PLAIN_ROWS = [
    b"[[1.5, 2.25]]",
    b"[1, 2.5]",
    b'{"x": [[1, 2.5], [16777215, -16777215]]}',
    b" [[-0.0, 1e-45], [0.1, 0.3], [1e10, 1e-7], [3, 4]]\n",
]
NO_PLAIN_ROWS = [
    b"",
    b"1",
    b"[]",
    b"[[]]",
    b"{}",
    b"[[1, 2, 3]]",
    b"[[1, 2], [1]]",
    b"[[1, true]]",
    b'[[1, "2"]]',
    b"[[1, 16777217]]",
    b"[[1e300, 1.0]]",  # infinite, which is text in messages
    b'{"x": [1, 2]}',
    b'{"instances": [[1, 2]]}',
    json.dumps(TENSOR).encode(),
]


def general(model, body):
    signature = model.signatures["serving_default"]
    return predict_as_json(read_input(body, "application/json", signature), model, signature)


@pytest.mark.parametrize("body", PLAIN_ROWS, ids=range(len(PLAIN_ROWS)))
def test_plain_rows_get_the_bytes_of_the_general_way(servers, body):
    model, _ = servers("ref").signature()
    assert shortcut_of(model).answer(body, bare=True) == general(model, body)


@pytest.mark.parametrize("body", NO_PLAIN_ROWS, ids=range(len(NO_PLAIN_ROWS)))
def test_what_is_left_to_the_general_way(servers, body):
    model, _ = servers("ref").signature()
    assert shortcut_of(model).answer(body, bare=True) is None


@pytest.mark.parametrize("kind", [tf.float32, tf.float64])
@pytest.mark.parametrize("answer", [tf.float32, tf.float64, tf.int32])
def test_plain_rows_of_every_type(tmp_path, kind, answer):
    def build():
        x = tf.compat.v1.placeholder(kind, [None, 2])
        y = tf.cast(tf.stack([x, -x], 1), answer)
        return {"serving_default": saved_models.signature({"x": x}, {'a "b" ü': y})}

    saved_models.write(tmp_path / "1", build)
    model, random = load_model(tmp_path / "1"), np.random.default_rng(3)
    rows = np.exp(random.normal(0, 5, (300, 2))) * random.choice([-1, 1], (300, 2))
    body = json.dumps(rows.tolist()).encode()
    assert shortcut_of(model).answer(body, bare=True) == general(model, body)
    model.close()


def test_only_plain_numbers_have_a_shortcut(servers):
    made = {name: shortcut_of(servers(name).signature()[0]) for name in ("ref", "two", "example", "number")}
    assert [name for name, shortcut in made.items() if shortcut is not None] == ["ref"]


@pytest.mark.parametrize("batching", ["false", "true"])
def test_requests_of_one_moment_are_answered_as_each_would_be(models, batching):
    environment = {"SAGEMAKER_TFS_ENABLE_BATCHING": batching, "SAGEMAKER_TFS_MAX_BATCH_SIZE": "4"}
    server = PythonAdapter().load(Deployment(path=str(models / "ref"), environment=environment))
    requests = [Request(body=json.dumps([[n, 1]] * (n % 3 + 1)).encode()) for n in range(9)]
    requests += [Request(body=body) for body in NO_PLAIN_ROWS]
    requests += [Request(body=b"[[1, 2]]", accept=OCTETS), Request(body=b"1,2", content_type="text/csv")]
    requests += [Request(method="GET"), Request(path="/other"), Request(body=b"[[1, 2]]")]
    assert list(server.invoke_many(requests)) == [server.invoke(request) for request in requests]
    model, sizes = server.signature()[0], []
    call = model.way.calls["serving_default"]
    model.way.calls["serving_default"] = lambda x: sizes.append(len(x)) or call(x)
    server._catalogue.derived.clear()
    server.invoke_many(requests[:9])
    assert sizes == ([3, 4, 2, 4, 2, 3] if batching == "true" else [3])
    server.close()


def test_messages_both_ways(servers):
    request = message("PredictRequest")()
    request.inputs["x"].ParseFromString(tf.make_tensor_proto([[1.0, 2.0]]).SerializeToString())
    status, body = invoke(servers("ref"), request.SerializeToString(), content_type=OCTETS, accept=OCTETS)
    assert status == 200
    assert list(message("PredictResponse").FromString(body).outputs["y"].float_val) == [6.0]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"x": [0.0, 0.0]}, 1),
        ({"x": [0, 0.5]}, 1),
        ([{"x": [0.0, 0.0]}, {"x": [1.0, 0.0], "s": "t"}], 2),
    ],
)
def test_classify_without_functions(servers, body, count):
    status, reply = invoke(servers("example"), body)
    assert status == 200
    rows = reply["result"]["classifications"]
    assert len(rows) == count
    assert [entry["label"] for entry in rows[0]["classes"]] == ["p", "q", "r"]


def test_classify_with_messages(servers):
    request = message("ClassificationRequest")()
    example = request.input.example_list_with_context.context.features.feature["x"].float_list
    example.value.extend([0.0, 0.0])
    request.input.example_list_with_context.examples.add()
    status, reply = invoke(servers("example"), request.SerializeToString(), content_type=OCTETS)
    assert status == 200
    assert len(reply["result"]["classifications"]) == 1


NUMBER = [
    # what is no object is the feature `inputs` of one example, or of many
    ({"inputs": [1.0, 2.0]}, {}, [3.0]),
    ([{"inputs": [1.0, 2.0]}, {"inputs": [3.0, 4.0]}], {}, [3.0, 7.0]),
    ([1.0, 2], {}, [3.0]),
    ([[1.0, 2.0], [3.0, 4.0]], {}, [3.0, 7.0]),
    (b"1.0,2.0\n3.0,4.0\n", {"content_type": "text/csv"}, [3.0, 7.0]),
]


@pytest.mark.parametrize(("body", "request_", "values"), NUMBER, ids=range(len(NUMBER)))
def test_regress_without_functions(servers, body, request_, values):
    status, reply = invoke(servers("number"), body, **request_)
    assert status == 200, reply
    assert [one["value"] for one in reply["result"]["regressions"]] == values


def test_regress_and_classify_with_messages_both_ways(servers):
    request = message("RegressionRequest")()
    example = request.input.example_list.examples.add()
    example.features.feature["inputs"].float_list.value.extend([1.0, 2.0])
    status, body = invoke(servers("number"), request.SerializeToString(), content_type=OCTETS, accept=OCTETS)
    assert status == 200
    assert [one.value for one in message("RegressionResponse").FromString(body).result.regressions] == [3.0]
    status, body = invoke(servers("example"), {"x": [0.0, 0.0]}, accept=OCTETS)
    (row,) = message("ClassificationResponse").FromString(body).result.classifications
    assert [one.label for one in row.classes] == ["p", "q", "r"]


WRONG = [
    ("number", 1.0, {}, 400, "Key: inputs"),
    ("number", b"\xff", {"content_type": OCTETS}, 400, "the body is no serialized RegressionRequest"),
    ("ref", b"", {}, 400, "The document is empty"),
    ("ref", {}, {}, 400, "the model's inputs are ['x'], not []"),
    ("ref", [], {}, 400, "input 'x' is empty"),
    ("ref", 5, {}, 412, "must have shape [?,2], not []"),
    ("ref", [[1, 2, 3]], {}, 412, "must have shape [?,2], not [1,3]"),
    ("ref", [[1], [1, 2]], {}, 400, "input 'x' must be float32"),
    ("ref", [["a", "b"]], {}, 400, "input 'x' must be float32"),
    ("ref", {"dtype": "DT_NO", "tensorShape": {}}, {}, 400, "the body is no TensorProto"),
    ("ref", b"\xff\xff", {"content_type": OCTETS}, 400, "the body is no serialized PredictRequest"),
    ("ref", b"x", {"content_type": "image/png"}, 415, "Unsupported content type 'image/png'"),
    ("ref", [[1, 2]], {"accept": "image/png"}, 406, "Not Acceptable: image/png"),
    ("two", [[1, 2]], {}, 400, "the model has"),
    ("two", {"a": [[1, 2]], "b": [1.5]}, {}, 400, "input 'b' must be int64: these are no whole numbers"),
    ("example", {}, {}, 400, "no example"),
    ("example", [[None]], {}, 400, "Feature: inputs has element with unexpected JSON type"),
    ("ref", b"", {"path": "/other"}, 404, "there is no /other"),
    ("ref", b"", {"method": "GET"}, 405, "Method Not Allowed"),
]


@pytest.mark.parametrize(("model", "body", "request_", "status", "message_"), WRONG, ids=range(len(WRONG)))
def test_what_is_refused(servers, model, body, request_, status, message_):
    got, reply = invoke(servers(model), body, **request_)
    assert (got, message_ in reply["error"]) == (status, True), reply


@pytest.fixture
def script(models, write, tmp_path):
    made = []

    def load(text, **deployment):
        path = write("code/script.py", text)
        made.append(PythonAdapter().load(Deployment(path=str(models / "ref"), entry_point=str(path), **deployment)))
        return made[-1]

    yield load
    for server in made:
        server.close()


def test_a_training_script_of_tensorflow_1_with_functions_for_serving(script, write):
    write("code/helper.py", "factor = 10")
    server = script(
        """
        import json
        import tensorflow as tf
        import helper

        tf.logging.set_verbosity(tf.logging.INFO)

        def model_fn(features, labels, mode, params): pass
        def train_input_fn(training_dir, hyperparameters): pass
        def eval_input_fn(training_dir, hyperparameters): pass

        def input_fn(data, content_type):
            values = [float(part) * helper.factor for part in data.split(";")]
            return {"x": [values]}

        def output_fn(prediction, accept):
            return "%s %g" % (tf.VERSION[:2], prediction.outputs["y"].float_val[0])
        """,
        framework_version="1.6",
    )
    reply = server.invoke(Request(body=b"1;2", content_type="text/x", accept="text/plain"))
    assert (reply.status, reply.body, reply.content_type) == (200, b"1. 60", "text/plain")


def test_transform_fn_alone(script):
    server = script("def transform_fn(data, content_type, accept):\n    return data[::-1], 'a/b'")
    reply = server.invoke(Request(body=b"\x00\x01", content_type="image/png"))
    assert (reply.body, reply.content_type) == (b"\x01\x00", "a/b")


IN = "def input_fn(data, content_type): return {'x': [[float(n) for n in data.split('|')]]}\n"
OUT = "def output_fn(prediction, accept): return '%g' % prediction.outputs['y'].float_val[0], 'a/out'\n"
TRANSFORM = "def transform_fn(data, content_type, accept): return data + ' ' + content_type + ' ' + accept, 'a/b'\n"


@pytest.mark.parametrize(
    ("text", "body", "answer", "media"),
    [
        (TRANSFORM + IN + OUT, b"1|2", b"1|2 text/x a/c", "a/b"),
        (IN + OUT, b"1|2", b"6", "a/out"),
        (OUT, b"1,2", b"6", "a/out"),
    ],
    ids=["transform_fn wins", "both", "output_fn alone"],
)
def test_which_functions_are_called(script, text, body, answer, media):
    content_type = "text/csv" if b"," in body else "text/x"
    reply = script(text).invoke(Request(body=body, content_type=content_type, accept="a/c"))
    assert (reply.status, reply.body, reply.content_type) == (200, answer, media)


def test_input_fn_alone_and_the_default_answer(script):
    server = script(IN)
    reply = server.invoke(Request(body=b"1|2", content_type="text/x"))
    assert outputs(json.loads(reply.body)) == {"y": [6.0]}
    assert server.invoke(Request(body=b"1|2", content_type="text/x", accept="a/c")).status == 406


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [("application/json", "str"), ("text/csv; charset=utf-8", "str"), ("application/xml", "str"), (OCTETS, "bytes")],
)
def test_what_the_functions_are_given(script, content_type, kind):
    server = script("def transform_fn(data, content_type, accept): return type(data).__name__")
    assert server.invoke(Request(body=b"1", content_type=content_type)).body == kind.encode()


def test_variables_of_the_container(models, write, tmp_path):
    model = tmp_path / "model"
    shutil.copytree(models / "ref", model / "export" / "Servo")
    write("model/code/program.py", IN)
    environment = {"SAGEMAKER_PROGRAM": "program.py", "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": OCTETS}
    server = PythonAdapter().load(Deployment(path=str(model), environment=environment))
    for accept in ("", "*/*"):
        reply = server.invoke(Request(body=b"1|2", content_type="text/x", accept=accept))
        assert (reply.status, reply.content_type) == (200, OCTETS)
    server.close()


def test_the_programs_folder_may_be_elsewhere(models, write, tmp_path):
    write("elsewhere/t.py", "def transform_fn(data, content_type, accept):\n    return b'there', accept")
    environment = {"SAGEMAKER_PROGRAM": "t.py", "SAGEMAKER_SUBMIT_DIRECTORY": str(tmp_path / "elsewhere")}
    server = PythonAdapter().load(Deployment(path=str(models / "ref"), environment=environment))
    assert server.invoke(Request(body=b"")).body == b"there"
    server.close()
    environment["SAGEMAKER_SUBMIT_DIRECTORY"] = "s3://bucket/code.tar.gz"
    with pytest.raises(InvalidInputError, match="pack it into the model's folder"):
        PythonAdapter().load(Deployment(path=str(models / "ref"), environment=environment))


def test_an_input_fn_for_training_is_not_one_for_serving(script):
    assert invoke(script("def input_fn(data_dir, batch_size=32): raise ValueError"), [[1, 2]])[0] == 200


def test_what_a_function_raises_is_told_with_its_line_in_the_log(script, caplog):
    server = script("def input_fn(data, content_type):\n    return {'x': 1 / 0}")
    assert invoke(server, [[1, 2]]) == (500, {"error": "input_fn failed: ZeroDivisionError: division by zero"})
    assert "line 2 failed" in caplog.text


@pytest.mark.parametrize(
    ("text", "message_"),
    [
        (
            "def transform_fn(data): pass",
            "transform_fn is called with (data, content_type, accept), but it takes (data)",
        ),
        ("import no_such_module", "no_such_module"),
        ("def f(:", "SyntaxError"),
    ],
)
def test_scripts_that_cannot_be(script, text, message_):
    with pytest.raises(ScriptError) as caught:
        script(text)
    assert message_ in str(caught.value)


def test_one_model_only(models):
    with pytest.raises(InvalidInputError, match="adapter python serves one model"):
        PythonAdapter().load(Deployment(path=str(models)))
