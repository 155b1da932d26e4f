"""Adapter tfs-binary: how it starts, watches and asks the program.

No package registry has `tensorflow_model_server`; where it is not on PATH, executables of the tests stand in for it, real
peers over HTTP: one that is quick and tells what it is sent, and one that answers with models (adapter `tfs` in a
process of its own).
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import transport

from smtf_core.errors import InvalidInputError, SmtfError
from smtf_core.interfaces import Deployment, Request
from smtf_serving.adapters.tfs.settings import Settings
from smtf_serving.adapters.tfs_binary.adapter import VARIABLE, TfsBinaryAdapter, find_program
from smtf_serving.adapters.tfs_binary.configuration import Ports, choose_ports, write_configuration
from smtf_serving.model.folders import find_models

HERE = Path(__file__).parent


def executable(folder, name, lines):
    path = folder / name
    path.write_text("#!/bin/sh\n" + lines)
    path.chmod(0o755)
    return path


def peer(folder, name):
    return executable(folder, "tensorflow_model_server", f'exec "{sys.executable}" "{HERE / name}" "$@"\n')


@pytest.fixture
def folder(tmp_path):
    for version in ("m/1", "m/3", "other/3"):
        (tmp_path / "models" / version).mkdir(parents=True)
        (tmp_path / "models" / version / "saved_model.pb").touch()
    return tmp_path / "models"


@pytest.fixture
def start(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    peer(tmp_path, "peer_quick_server.py")
    started = []

    def start_server(path=folder, **deployment):
        started.append(TfsBinaryAdapter().load(Deployment(path=str(path), **deployment)))
        return started[-1]

    yield start_server
    for server in started:
        server.close()


def ask(server, body=b"", path="/invocations", **request):
    reply = server.invoke(Request(path=path, body=body, **request))
    return reply.status, json.loads(reply.body)


def attributes(text):
    return {"x-amzn-sagemaker-custom-attributes": text}


# --- finding the program, and what it is told ---


def test_where_the_program_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(InvalidInputError, match=f"not on PATH: install it, name it with {VARIABLE}=.*adapter tfs"):
        find_program({})
    on_path = executable(tmp_path, "tensorflow_model_server", "exit 0\n")
    assert find_program({}) == str(on_path)
    mine = executable(tmp_path, "mine", "exit 0\n")
    assert find_program({VARIABLE: str(mine)}) == str(mine)
    monkeypatch.setenv(VARIABLE, "mine")
    assert find_program({}) == str(mine)
    mine.chmod(0o644)
    with pytest.raises(InvalidInputError, match="'mine', which is no program that can be run"):
        find_program({})


def test_the_configuration_is_what_tensorflow_serving_reads(tmp_path, folder):
    messages = pytest.importorskip("tensorflow_serving.config.model_server_config_pb2", reason="needs the extra grpc")
    from google.protobuf import text_format

    (folder / 'say "ü" \\').mkdir()
    shutil.move(folder / "other", folder / 'say "ü" \\' / "odd")
    settings = Settings(batching=True)
    environment = {"SAGEMAKER_TFS_MAX_BATCH_SIZE": "32", "SAGEMAKER_MODEL_SERVER_TIMEOUT": "7"}
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    arguments = write_configuration(
        scratch, find_models(folder), {"m": {"stable": 1}}, Ports(8501, 8500), settings, environment
    )
    flags = dict(argument.removeprefix("--").split("=", 1) for argument in arguments)
    files = {name: Path(flags.pop(f"{name}_file")).read_text() for name in ("model_config", "monitoring_config")}
    batching = Path(flags.pop("batching_parameters_file")).read_text()
    assert flags == {
        "port": "8500",
        "rest_api_port": "8501",
        "rest_api_timeout_in_ms": "7000",
        "max_num_load_retries": "0",
        "allow_version_labels_for_unavailable_models": "true",
        "enable_batching": "true",
    }
    models = messages.ModelServerConfig()
    text_format.Parse(files["model_config"], models)
    m, odd = models.model_config_list.config
    assert (m.name, m.base_path, m.model_platform) == ("m", str(folder / "m"), "tensorflow")
    assert m.model_version_policy.HasField("all")
    assert dict(m.version_labels) == {"stable": 1}
    assert (odd.name, odd.base_path) == ("odd", str(folder / 'say "ü" \\' / "odd"))
    # the packages for clients have no messages for these two
    assert files["monitoring_config"] == 'prometheus_config { enable: true, path: "/monitoring/prometheus/metrics" }\n'
    assert batching == "max_batch_size { value: 32 }\nbatch_timeout_micros { value: 1000 }\n"


def test_a_model_without_a_folder_of_versions_gets_one(tmp_path, folder):
    single = shutil.move(folder / "m" / "1", folder / "single")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    arguments = write_configuration(scratch, find_models(Path(single)), {}, Ports(1, 2), Settings(), {})
    config = Path(next(one for one in arguments if "model_config" in one).partition("=")[2]).read_text()
    assert f'base_path: "{scratch}/models/single"' in config
    assert (scratch / "models" / "single" / "1" / "saved_model.pb").is_file()


def test_ports():
    free = choose_ports({})
    assert free.rest != free.grpc
    assert choose_ports({"SAGEMAKER_TFS_GRPC_PORT": "9000"}).grpc == 9000
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        port = taken.getsockname()[1]
        with pytest.raises(InvalidInputError, match="fewer than 2 of these ports are free"):
            choose_ports({"SAGEMAKER_SAFE_PORT_RANGE": f"{port}-{port}"})
    ranged = choose_ports({"SAGEMAKER_SAFE_PORT_RANGE": "20000-20999"})
    assert {ranged.rest, ranged.grpc} <= set(range(20000, 21000))
    with pytest.raises(InvalidInputError, match="must be two ports"):
        choose_ports({"SAGEMAKER_SAFE_PORT_RANGE": "9-"})


@pytest.mark.parametrize(
    ("deployment", "message"),
    [
        ({"environment": {"SAGEMAKER_MULTI_MODEL": "true"}}, "adapter tfs loads and unloads them"),
        ({"environment": {"SAGEMAKER_TFS_DEFAULT_MODEL_NAME": "no"}}, "the models are: m, other"),
        ({"labels": {"m": {"stable": 2}}}, "label 'stable' of model 'm': there is no version 2"),
        ({"entry_point": "no.py"}, "there is no script"),
    ],
)
def test_what_cannot_be_served(start, deployment, message):
    with pytest.raises(SmtfError, match=message):
        start(**deployment)


# --- the program's life ---


def test_requests_go_to_the_program(start):
    server = start()
    assert server.ready()
    assert not server.quick(Request())
    status, reply = ask(server, b"[[1, 2]]")
    assert (status, reply["path"], json.loads(reply["body"])) == (
        200,
        "/v1/models/m:predict",
        {"instances": [[1, 2]]},
    )
    headers = attributes("tfs-model-name=other,tfs-model-version=3,tfs-method=regress")
    assert ask(server, b'{"x": 1}', headers=headers)[1]["path"] == "/v1/models/other/versions/3:regress"
    assert json.loads(ask(server, b"1,a\n", content_type="text/csv")[1]["body"]) == {"instances": [[1, "a"]]}
    assert ask(server, b"as it is", path="/v1/models/m:predict") == (
        200,
        {"path": "/v1/models/m:predict", "body": "as it is", "type": "application/json"},
    )
    assert ask(server, path="/v1/models/m", method="GET")[1]["flags"]["rest_api_timeout_in_ms"] == "60000"


@pytest.mark.parametrize(
    ("request_", "status", "message"),
    [
        ({"content_type": "image/png"}, 415, "Unsupported Media Type: image/png"),
        ({"accept": "image/png"}, 406, "Not Acceptable"),
        ({"method": "GET"}, 405, "Method Not Allowed"),
        ({"headers": attributes("tfs-method=guess")}, 400, "tfs-method must be"),
        ({"body": b"{"}, 400, "JSON Parse error"),
    ],
)
def test_what_never_reaches_it(quick, request_, status, message):
    got, reply = ask(quick, **{"body": b"[1]", **request_})
    assert (got, message in reply["error"]) == (status, True)


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    root = tmp_path_factory.mktemp("quick")
    (root / "m" / "1").mkdir(parents=True)
    (root / "m" / "1" / "saved_model.pb").touch()
    program = peer(root, "peer_quick_server.py")
    server = TfsBinaryAdapter().load(Deployment(path=str(root), environment={VARIABLE: str(program)}))
    yield server
    server.close()


def test_fields_of_csv_stay_strings_for_a_model_of_strings(start, monkeypatch):
    monkeypatch.setenv("PEER_TYPE", "DT_STRING")
    assert json.loads(ask(start(), b"1,a\n", content_type="text/csv")[1]["body"]) == {"instances": [["1", "a"]]}


def test_handlers_ask_the_program(start, write):
    script = write(
        "mine.py",
        """
        def input_handler(data, context):
            return data.read() + context.rest_uri.encode() + context.model_version.encode()

        def output_handler(response, context):
            return response.json()["body"] + " " + str(context.channel is None), "text/plain"
        """,
    )
    server = start(entry_point=str(script))
    reply = server.invoke(Request(body=b"> "))
    rest = server._program.ports.rest
    assert reply.body.decode().startswith(f"> http://localhost:{rest}/v1/models/m:predict3 ")
    assert reply.content_type == "text/plain"


def test_a_program_that_ends_is_noticed_and_started_again(start):
    server = start()
    before = ask(server, path="/v1/models/m", method="GET")[1]["process"]
    status, reply = ask(server, b'"end yourself"')
    assert (status, "is being started again" in reply["error"]) == (503, True)
    assert not server.ready()
    deadline = time.monotonic() + 30
    while not server.ready() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ask(server, path="/v1/models/m", method="GET")[1]["process"] != before


def test_a_request_that_it_does_not_answer_says_nothing_of_others(start):
    server = start()
    status, reply = ask(server, b"hang up", path="/v1/models/m:predict")
    assert (status, reply["error"]) == (502, "tensorflow_model_server gave no answer to this request")
    assert server.ready()
    assert ask(server, b"[1]")[0] == 200


def test_nothing_of_it_is_left(start):
    server = start()
    process = ask(server, path="/v1/models/m", method="GET")[1]["process"]
    server.close()
    assert gone(process)
    assert not server._scratch.exists()


def test_a_keeper_that_is_killed_takes_the_program_along(start):
    server = start()
    process = ask(server, path="/v1/models/m", method="GET")[1]["process"]
    os.kill(server._program._keeper.pid, signal.SIGKILL)
    assert gone(process)
    deadline = time.monotonic() + 10
    while server.ready() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not server.ready()


@pytest.mark.slow
def test_by_command(tmp_path, folder):
    program = peer(tmp_path, "peer_quick_server.py")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        grpc = free.getsockname()[1]
    command = [sys.executable, "-c", "from smtf_core.cli import main; main()", "serve", str(folder), "--port", "0"]
    told = tmp_path / "address"
    server = subprocess.Popen(
        [*command, "--adapter", "tfs-binary", "--grpc-port", str(grpc), "--address-file", str(told)],
        env={**os.environ, VARIABLE: str(program)},
    )
    try:
        while not told.exists():
            assert server.poll() is None
            time.sleep(0.05)
        port = int(told.read_text().rpartition(":")[2])
        assert transport.ask(port, "GET", "/ping")[0] == 200
        assert transport.ask(port, body=b"[1]", headers={"content-type": "application/json"})[0] == 200
        status = json.loads(transport.ask(port, "GET", "/v1/models/m")[1])
        assert status["flags"]["port"] == str(grpc)
    finally:
        server.terminate()
        assert server.wait(30) == 0
    assert gone(status["process"])


def gone(process):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


def test_a_program_that_does_not_come_up(tmp_path, folder):
    program = executable(tmp_path, "broken", 'echo "unknown flag: --port" >&2\nexit 2\n')
    with pytest.raises(SmtfError, match=r"does not come up; the end of its log:\n(.|\n)*unknown flag: --port"):
        TfsBinaryAdapter().load(Deployment(path=str(folder), environment={VARIABLE: str(program)}))


def test_a_model_that_the_program_cannot_load(start, monkeypatch):
    monkeypatch.setenv("PEER_FAILS", "bad graph")
    with pytest.raises(InvalidInputError, match="cannot load model 'm': bad graph"):
        start()


# --- answers of models ---


@pytest.fixture(scope="module")
def answering(models, tmp_path_factory):
    """The user's own program where it is on PATH; the peer otherwise."""
    pytest.importorskip("tensorflow_serving.config", reason="needs the extra grpc")
    root = tmp_path_factory.mktemp("answering")
    program = shutil.which("tensorflow_model_server") or peer(root, "peer_model_server.py")
    for name in ("ref", "table", "example"):
        shutil.copytree(models / name, root / "models" / name)
    deployment = Deployment(
        path=str(root / "models"),
        labels={"ref": {"stable": 1}},
        environment={VARIABLE: str(program), "SAGEMAKER_TFS_DEFAULT_MODEL_NAME": "ref"},
    )
    server = TfsBinaryAdapter().load(deployment)
    yield server
    server.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "body", "request_", "status", "answer"),
    [
        ("/invocations", b"[1, 2]", {}, 200, {"predictions": [6.0]}),
        ("/invocations", b"1,2\n3,4", {"content_type": "text/csv"}, 200, {"predictions": [6.0, 14.0]}),
        ("/v1/models/ref/labels/stable:predict", b'{"inputs": [[1, 2]]}', {}, 200, {"outputs": [6.0]}),
        (
            "/invocations",
            b'{"signature_name": "regression", "examples": [{"x": [1.0, 2.0]}]}',
            {"headers": attributes("tfs-model-name=example,tfs-method=regress")},
            200,
            {"results": [10.0]},
        ),
        ("/invocations", b"[1]", {"headers": attributes("tfs-model-name=no")}, 404, None),
        ("/v1/models/ref:predict", b"{", {}, 400, None),
        ("/v1/models/ref/metadata", b"", {"method": "GET"}, 200, None),
        ("/v1/models/ref:guess", b"", {}, 400, {"error": "Malformed request: POST /v1/models/ref:guess"}),
    ],
    ids=range(8),
)
def test_answers(answering, path, body, request_, status, answer):
    got, reply = ask(answering, body, path, **request_)
    assert got == status
    if answer is not None:
        assert reply == answer
