"""inference.py in front of the model: what handlers are given, what they may give back, what goes wrong."""

import json
import shutil
import sys
import zipfile

import pytest

from smtf_core.errors import InvalidInputError, ScriptError
from smtf_core.interfaces import Deployment
from smtf_serving.adapters.tfs.adapter import TfsAdapter
from smtf_serving.adapters.tfs.handlers import Response

BOTH = """
    import helper
    def input_handler(data, context):
        helper.seen.append(context)
        return '{"instances": [[%s]]}' % data.read().decode().replace(";", ",")

    def output_handler(response, context):
        if response.status_code != 200:
            raise ValueError(response.json()["error"])
        return "<y>%s</y>" % response.json()["predictions"][0], "text/xml"
"""


@pytest.fixture
def deploy(tmp_path, models, write):
    servers = []

    def deploy_script(text, entry_point=None, **environment):
        if not (tmp_path / "m").exists():
            shutil.copytree(models / "ref", tmp_path / "m")
        write("code/inference.py" if entry_point is None else entry_point, text)
        path = None if entry_point is None else str(tmp_path / entry_point)
        servers.append(TfsAdapter().load(Deployment(path=str(tmp_path), entry_point=path, environment=environment)))
        return servers[-1]

    yield deploy_script
    for server in servers:
        server.close()


def invoke(server, body, **request):
    from smtf_core.interfaces import Request

    return server.invoke(Request(body=body, **request))


def test_input_and_output_handler(deploy, write):
    write("code/lib/helper.py", "seen = []")
    server = deploy(BOTH, SAGEMAKER_BIND_TO_PORT="8123")
    headers = {"x-amzn-sagemaker-custom-attributes": "tfs-model-version=1"}
    reply = invoke(server, b"1;2", content_type="x/y", accept="text/xml", headers=headers)
    assert (reply.status, reply.body, reply.content_type) == (200, b"<y>6.0</y>", "text/xml")
    context = server._handlers._functions["input_handler"].__globals__["helper"].seen[0]
    assert (context.model_name, context.model_version, context.method) == ("m", "1", "predict")
    assert context.rest_uri == "http://localhost:8123/v1/models/m/versions/1:predict"
    assert (context.request_content_type, context.accept_header, context.content_length) == ("x/y", "text/xml", 3)
    assert context.custom_attributes == "tfs-model-version=1"


def test_all_fields_of_the_context_in_their_order(deploy):
    """A named tuple in the container: some handlers take it apart."""
    server = deploy(
        "import json\ndef handler(data, context):\n"
        "    return json.dumps({name: str(getattr(context, name)) for name in context.__annotations__}), 'a/b'",
        SAGEMAKER_TFS_GRPC_PORT="9001",
    )
    headers = {"x-amzn-sagemaker-custom-attributes": "tfs-method=regress,mine=1"}
    context = json.loads(invoke(server, b"12", content_type="x/y", accept="a/c", headers=headers).body)
    assert context.pop("channel").startswith("<grpc._channel.Channel")
    assert list(context.items()) == [
        ("model_name", "m"),
        ("model_version", "1"),
        ("method", "regress"),
        ("rest_uri", "http://localhost:8080/v1/models/m:regress"),
        ("grpc_port", "9001"),
        ("custom_attributes", "tfs-method=regress,mine=1"),
        ("request_content_type", "x/y"),
        ("accept_header", "a/c"),
        ("content_length", "2"),
    ]


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("response.status_code", "200"),
        ("response.ok", "True"),
        ("response.reason", "OK"),
        ("response.content", "b'{\"predictions\":[6.0]}'"),
        ("response.text", '{"predictions":[6.0]}'),
        ("response.json()", "{'predictions': [6.0]}"),
        ("response.json(parse_float=str)", "{'predictions': ['6.0']}"),
        ("response.headers['Content-Type']", "application/json"),
        ("response.raise_for_status()", "None"),
    ],
)
def test_what_output_handler_is_given_is_like_a_response_of_requests(expression, answer):
    response = Response(200, b'{"predictions":[6.0]}', {"Content-Type": "application/json"})
    assert str(eval(expression, {"response": response})) == answer


def test_an_error_of_the_model_that_a_handler_passes_on(deploy):
    server = deploy(
        "def input_handler(data, context): return data.read()\n"
        "def output_handler(response, context):\n    response.raise_for_status()\n    return response.content, 'a/b'"
    )
    reply = invoke(server, b'{"instances": [[1, 2, 3]]}')
    assert (reply.status, reply.body) == (400, b'{"error": "Input x must have shape [?,2] but got: [1,3]"}')
    assert invoke(server, b'{"instances": [[1, 2]]}').body == b'{"predictions":[6.0]}'


def test_what_a_handler_raises_is_told_without_its_insides(deploy, write, caplog):
    write("code/helper.py", "seen = []")
    reply = invoke(deploy(BOTH), b"1;2;3")
    assert reply.status == 500
    assert reply.body == b'{"error": "output_handler failed: ValueError: Input x must have shape [?,2] but got: [1,3]"}'
    assert "output_handler of" in caplog.text
    assert "line 9 failed" in caplog.text


@pytest.fixture
def wheel(tmp_path):
    """A package that exists nowhere else."""
    path = tmp_path / "code" / "smtf_test_finch-1.0-py3-none-any.whl"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("smtf_test_finch.py", "song = 'tweet'\n")
        info = "smtf_test_finch-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: smtf-test-finch\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


SINGS = "import smtf_test_finch\ndef {}: return smtf_test_finch.song, 'text/plain'"


def test_requirements_of_handlers_are_installed_for_as_long_as_they_are(deploy, write, wheel):
    write("code/requirements.txt", f"./{wheel.name}")
    paths = list(sys.path)
    server = deploy(SINGS.format("handler(data, context)"))
    assert invoke(server, b"").body == b"tweet"
    assert len(sys.path) == len(paths) + 1
    server.close()
    assert sys.path == paths
    sys.modules.pop("smtf_test_finch", None)


def test_requirements_beside_a_script_elsewhere_must_be_named(deploy, write, wheel):
    write("code/needs.txt", f"./{wheel.name}")
    script = SINGS.format("handler(data, context)")
    with pytest.raises(ScriptError, match="smtf_test_finch"):
        deploy(script, "code/mine.py")
    server = deploy(script, "code/mine.py", SAGEMAKER_REQUIREMENTS="needs.txt")
    assert invoke(server, b"").body == b"tweet"
    sys.modules.pop("smtf_test_finch", None)
    with pytest.raises(InvalidInputError, match="no requirements file"):
        deploy(script, "code/mine.py", SAGEMAKER_REQUIREMENTS="no.txt")


def test_handler_alone_and_entry_point(deploy):
    server = deploy("def handler(data, context):\n    return data.read()[::-1], context.accept_header", "mine.py")
    reply = invoke(server, b"abc", accept="text/plain")
    assert (reply.body, reply.content_type) == (b"cba", "text/plain")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "must define handler, or input_handler and output_handler; it has neither"),
        ("def input_handler(d, c): pass", "defines input_handler but not output_handler"),
        ("def handler(d, c): pass\ndef input_handler(d, c): pass", "which is it to be"),
        ("import no_such_module", "ModuleNotFoundError"),
        ("def handler(:", "SyntaxError"),
    ],
)
def test_scripts_that_cannot_be(deploy, text, message):
    with pytest.raises(ScriptError, match=message):
        deploy(text)


@pytest.mark.parametrize("returned", ["None", "1, 'a'", "b'', None", "b''"])
def test_what_handler_must_return(deploy, returned):
    reply = invoke(deploy(f"def handler(data, context):\n    return {returned}"), b"")
    assert reply.status == 500
    assert b"handler must return (body, content type)" in reply.body
