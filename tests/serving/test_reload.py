"""New versions come and old ones go while requests are answered."""

import re
import shutil
import threading
import time
from pathlib import Path

import pytest
import saved_models
import tensorflow as tf

from smtf_core.interfaces import Deployment, Request
from smtf_serving.adapters.tfs.adapter import TfsAdapter

LARGE = 16_000_000
PATH = "/v1/models/m:predict"
BODY = b'{"instances": [[1, 1]]}'


def test_no_request_is_lost_while_versions_change(tmp_path, ask, caplog):
    saved_models.write_linear(tmp_path / "m" / "1", 1.0)
    server = TfsAdapter().load(Deployment(path=str(tmp_path)))
    answers, stop = [], threading.Event()

    def client():
        while not stop.is_set():
            answers.append(server.invoke(Request(path=PATH, body=BODY)))

    thread = threading.Thread(target=client)
    thread.start()
    try:
        saved_models.write_linear(tmp_path / "m" / "2", 2.0)
        server.refresh()  # seen for the first time: it might still be being copied
        assert ask("/v1/models/m/versions/2", method="GET", on=server)[0] == 404
        server.refresh()
        assert ask(PATH, BODY, on=server) == (200, {"predictions": [4.0]})
        assert ask("/v1/models/m/versions/1:predict", BODY, on=server) == (200, {"predictions": [2.0]})
        shutil.rmtree(tmp_path / "m" / "1")
        (tmp_path / "m" / "3").mkdir()
        (tmp_path / "m" / "3" / "saved_model.pb").write_bytes(b"\xff broken")
        server.refresh()
        server.refresh()
        deadline = time.monotonic() + 60
        while b"4.0" not in answers[-1].body and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        stop.set()
        thread.join()
    assert ask("/v1/models/m/versions/1:predict", BODY, on=server)[0] == 404
    states = ask("/v1/models/m", method="GET", on=server)[1]["model_version_status"]
    assert [(state["version"], state["state"]) for state in states] == [("3", "END"), ("2", "AVAILABLE")]
    assert "version 3 cannot be served" in caplog.text
    assert server.ready()
    assert {(reply.status, reply.body) for reply in answers} == {
        (200, b'{"predictions":[2.0]}'),
        (200, b'{"predictions":[4.0]}'),
    }
    server.close()
    assert ask(PATH, BODY, on=server)[0] == 404


@pytest.mark.slow
def test_memory_returns_after_an_unload(tmp_path, ask):
    def build():
        x = tf.compat.v1.placeholder(tf.float32, [None])
        table = tf.compat.v1.get_variable("table", [LARGE], use_resource=False)
        return {"serving_default": saved_models.signature({"x": x}, {"y": x + tf.reduce_max(table)})}

    def resident():
        return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1]) * 1024

    saved_models.write(tmp_path / "large" / "1", build)
    server = TfsAdapter().load(Deployment(path=str(tmp_path), environment={"SAGEMAKER_MULTI_MODEL": "true"}))
    order = {"model_name": "large", "url": str(tmp_path / "large")}
    without = []
    for _ in range(5):
        assert ask("/models", order, on=server)[0] == 200
        assert ask("/models/large/invoke", {"instances": [1.0]}, on=server)[0] == 200
        assert ask("/models/large", method="DELETE", on=server)[0] == 200
        without.append(resident())
    server.close()
    # The first loads also fill TensorFlow's own caches, and now and then an allocator's pool grows by tens of megabytes;
    # three more loads that kept their variables would show thrice.
    assert without[-1] - without[1] < 2 * 4 * LARGE, without
