"""Endpoints in processes of their own: found by name, deleted, and what the commands say of them."""

import json
import os
import subprocess
import sys
import time

import pytest
from command_line import RUNNER

from smtf_core import Predictor, TensorFlowModel
from smtf_core.cli import main
from smtf_core.errors import EndpointUnreachableError, InvalidInputError, UnknownNameError


@pytest.fixture(autouse=True)
def state(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder / "smtf" / "endpoints" / "process"


def smtf(*arguments, status=0, **keywords):
    done = RUNNER.invoke(main, arguments, **keywords)
    assert done.exit_code == status, done.output
    return done


@pytest.mark.slow
def test_an_endpoint_is_deployed_asked_by_another_process_and_deleted(models, state, tmp_path):
    made = json.loads(smtf("deploy", str(models / "ref"), "--name", "one", "--json").stdout)
    assert made["address"].startswith("http://127.0.0.1:")
    try:
        (listed,) = [one for one in json.loads(smtf("endpoints", "--json").stdout) if one["name"] == "one"]
        assert listed == {"name": "one", "backend": "process", "state": "InService", "address": made["address"]}
        code = "from smtf_core import Predictor; print(Predictor('one').predict([[1, 2]]))"
        asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert asked.stdout == "{'predictions': [6.0]}\n"
        assert json.loads(smtf("predict", "one", input="[[1, 2], [3, 4]]").stdout) == {"predictions": [6.0, 14.0]}
        assert json.loads(smtf("predict", "one", "1,2", "--content-type", "text/csv").stdout) == {"predictions": [6.0]}
        for name, content in (
            ("rows.csv", "1,2\n3,4\n"),
            ("rows.JSONL", "[1, 2]\n[3, 4]"),
            ("rows", "[[1, 2], [3, 4]]"),
        ):
            (tmp_path / name).write_text(content)
            assert json.loads(smtf("predict", "one", f"@{tmp_path / name}").stdout) == {"predictions": [6.0, 14.0]}
        assert (
            "415: Unsupported Media Type: image/png"
            in smtf("predict", "one", "x", "--content-type", "image/png", status=1).stderr
        )
        assert "400: Input x must have shape" in smtf("predict", "one", "[[1]]", status=1).stderr
        with pytest.raises(InvalidInputError, match="there is an endpoint 'one' already"):
            TensorFlowModel(models / "ref").deploy(1, "process", endpoint_name="one")
        predictor = Predictor("one")
    finally:
        smtf("endpoints", "delete", "one")
    assert list(state.iterdir()) == []
    with pytest.raises(EndpointUnreachableError, match="'one' has been deleted"):
        predictor.predict([[1, 2]])
    with pytest.raises(UnknownNameError, match="there is no endpoint 'one'"):
        Predictor("one")


CLIENT = """
import sys
from smtf_core import TensorFlowModel
predictor = TensorFlowModel(sys.argv[1]).deploy(2, "process", "tensorflow-serving", "brief")
print(predictor.predict([[1, 2]]), flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
def test_an_endpoint_that_is_not_detached_ends_with_a_client_that_is_killed(models, state):
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(models / "ref")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with client:
        assert client.stdout.readline() == "{'predictions': [6.0]}\n"
        record = json.loads((state / "brief" / "endpoint.json").read_text())
        client.kill()
    deadline = time.monotonic() + 60
    while os.path.exists(f"/proc/{record['process']}") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert json.loads(smtf("endpoints", "--json", "--backend", "process").stdout) == []
    assert list(state.iterdir()) == []


@pytest.mark.slow
def test_a_server_that_cannot_start_says_why_and_leaves_nothing(tmp_path, state):
    with pytest.raises(
        InvalidInputError, match="endpoint 'no' did not start: there is no model in .*model/1$"
    ) as caught:
        TensorFlowModel(tmp_path).deploy(1, "process", "tensorflow-serving", "no")
    assert "Traceback" not in str(caught.value)
    assert list(state.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["deploy", "no-such-folder"], "there is no file or folder"),
        (["deploy", ".", "--instance-type", "vm.large"], "no backend runs"),
        (["deploy", ".", "--name", "../x"], "endpoint name '../x'"),
        (["deploy", ".", "--endpoint-type", "no"], "there is no serving adapter 'no'"),
        (["deploy", ".", "--env", "X"], "not of the form NAME=VALUE"),
        (["deploy", ".", "--instance-type", "inprocess"], "end with this process; deploy on 'process'"),
        (["predict", "no", "[1]"], "there is no endpoint 'no'; there is: "),
        (["predict", "no", "@no-such-file"], "no-such-file: No such file"),
        (["endpoints", "delete", "no"], "there is no endpoint 'no'"),
        (["endpoints", "--backend", "no"], "there is no backend 'no'"),
    ],
)
def test_what_the_commands_cannot_do(arguments, message):
    assert message in smtf(*arguments, status=2).stderr
