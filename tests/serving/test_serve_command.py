"""`smtf serve` as users start it: processes of its own, signals, workers that are killed."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from click.testing import CliRunner

from smtf_serving.command import serve

PATH = "/v1/models/ref:predict"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--adapter", "no"], "there is no serving adapter 'no'"),
        (["--label", "x"], "--label must be MODEL/LABEL=VERSION"),
        (["--port", "-1"], "port"),
    ],
)
def test_usage(tmp_path, arguments, message):
    result = CliRunner().invoke(serve, [str(tmp_path), *arguments])
    assert result.exit_code in (1, 2)
    assert message in result.output


def post(port, body, path=PATH):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", path, body)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


@pytest.fixture
def start():
    started = []

    def start_server(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", "from smtf_core.cli import main; main()", "serve", "--port", "0", *arguments],
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        lines = []
        for line in process.stderr:
            lines.append(line)
            if match := re.search(r"serving on http://127\.0\.0\.1:(\d+)", line):
                threading.Thread(target=lambda: lines.extend(process.stderr), daemon=True).start()
                return process, int(match[1]), lines
        raise AssertionError("".join(lines))

    yield start_server
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_an_archive_is_served_until_sigterm(models, tmp_path, start):
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(models / "ref", "export/Servo")
    process, port, _ = start(str(archive))
    assert post(port, "[[1, 2]]", "/invocations") == (200, {"predictions": [6.0]})
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


@pytest.mark.slow
@pytest.mark.parametrize(("adapter", "variable"), [("tfs", "false"), ("tfs", "true"), ("python", "false")])
def test_malformed_requests(models, start, monkeypatch, adapter, variable):
    """A small share of what the fuzzer does in earnest."""
    spec = spec_from_file_location("fuzz", Path(__file__).parents[2] / "benchmarks/serving/fuzz.py")
    fuzzer = module_from_spec(spec)
    spec.loader.exec_module(fuzzer)
    monkeypatch.setenv("SAGEMAKER_MULTI_MODEL", variable)
    process, port, lines = start(str(models / "ref"), "--adapter", adapter)
    seen = fuzzer.fuzz(port, 1000, seed=5)
    assert seen["400"] > 50
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert "Traceback" not in "".join(lines)


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_sigterm_loses_nothing(models, start):
    pytest.importorskip("tensorflow_serving.apis", reason="needs the extra grpc")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        grpc_port = free.getsockname()[1]
    process, port, lines = start(str(models / "ref"), "--workers", "2", "--grpc-port", str(grpc_port))
    children = _children(process.pid)
    assert len(children) == 2
    assert [_predict_by_grpc(grpc_port) for _ in range(4)] == [[6.0]] * 4
    os.kill(children[0], signal.SIGKILL)
    deadline = time.monotonic() + 100
    while len([line for line in lines if "called by" in line]) < 3 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert any(f"worker {children[0]} ended with status -9; starting another" in line for line in lines)
    assert len(set(_children(process.pid)) - {children[0]}) == 2
    assert [_predict_by_grpc(grpc_port) for _ in range(4)] == [[6.0]] * 4

    outcomes, stop = [], threading.Event()

    def client():
        while not stop.is_set():
            try:
                outcomes.append(post(port, '{"instances": [[1, 2]]}'))
            except ConnectionRefusedError:
                return

    threads = [threading.Thread(target=client) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    for thread in threads:
        thread.join(30)
    stop.set()
    assert len(outcomes) > 20
    assert all(outcome == (200, {"predictions": [6.0]}) for outcome in outcomes)


def _predict_by_grpc(port):
    """As a client of TensorFlow Serving does, on a connection of its own, so that either worker may answer."""
    import grpc
    import tensorflow as tf
    from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

    request = predict_pb2.PredictRequest()
    request.model_spec.name = "ref"
    request.inputs["x"].CopyFrom(tf.make_tensor_proto([[1.0, 2.0]]))
    with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        return tf.make_ndarray(stub.Predict(request, timeout=30).outputs["y"]).tolist()


def _children(parent):
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    fields = file.read().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[1]) == parent and fields[0] != "Z":
                found.append(int(entry))
    return sorted(found)
